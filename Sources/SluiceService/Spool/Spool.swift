import Glibc
import Logging
import NIOPosix
import ServiceLifecycle
import SluiceCore
import SluiceCrawl
import SluicePipeline
import Synchronization

/// The spool: files dropped into `incoming/` are taken in, one at a time in order of arrival, and moved to `done/`, or to
/// `failed/` where they cannot be read at all, each with a report beside it.
///
/// A file moves only after the sink has returned, that is after COMMIT. A crash in between is harmless: the same bytes
/// again are a repeat. Where the sink is busy or the disk fails, the file stays and is tried again.
package final class Spool: Service {
    private let sink: any SourceSink
    private let isOpen: @Sendable () -> Bool
    private let logger: Logger
    private let timing: SpoolTiming
    private let state: SpoolState

    /// A spool in `directory`, whose directories are made where missing.
    ///
    /// - Parameters:
    ///   - sink: Where sources go.
    ///   - isOpen: Says whether work is taken now; while it is not, files wait.
    /// - Throws: `.cannotCreate` or `.configuration` where the directories cannot be used.
    package init(
        directory: String, sink: any SourceSink, isOpen: @escaping @Sendable () -> Bool, logger: Logger,
        timing: SpoolTiming = SpoolTiming()
    ) throws(SluiceError) {
        guard access("/proc/self/fd", X_OK) == 0 else {
            throw SluiceError(
                .configuration, "the spool needs /proc", advice: "mount it")
        }
        self.sink = sink
        self.isOpen = isOpen
        self.logger = logger
        self.timing = timing
        state = SpoolState(try SpoolDirectories(directory), timing)
    }

    /// What the spool is doing.
    package var status: SpoolStatus { state.status.withLock { $0 } }

    /// Takes files in until the service is to end; then the file at hand is dealt with first.
    package func run() async throws {
        // One thread waits for the kernel, the other looks at files.
        let threads = NIOThreadPool(numberOfThreads: 2)
        threads.start()
        await withTaskCancellationOrGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { group in
                let (ticks, ticker) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
                group.addTask { await self.watch(threads, ticker) }
                group.addTask { await self.work(threads, ticks) }
            }
        } onCancelOrGracefulShutdown: {
            self.state.isStopping.store(true, ordering: .relaxed)
        }
        try await threads.shutdownGracefully()
    }

    private var isStopping: Bool { state.isStopping.load(ordering: .relaxed) }

    private func watch(_ threads: NIOThreadPool, _ ticker: AsyncStream<Void>.Continuation) async {
        defer { ticker.finish() }
        var lookout = Lookout(timing, logger: logger)
        while !isStopping {
            do {
                lookout = try await threads.runIfActive { [lookout, state] in
                    var lookout = lookout
                    lookout.look(state)
                    return lookout
                }
            } catch { return }
            ticker.yield()
        }
    }

    private func work(_ threads: NIOThreadPool, _ ticks: AsyncStream<Void>) async {
        var failures = 0
        var pausedUntil = ContinuousClock.now
        for await _ in ticks {
            while !isStopping, isOpen(), ContinuousClock.now >= pausedUntil,
                let name = state.arrivals.withLock({ $0.take() })
            {
                if await deal(with: name, threads) {
                    failures = 0
                } else {
                    failures += 1
                    pausedUntil = .now + timing.pause(after: failures)
                }
            }
        }
    }

    /// Takes one file in, or says why not; false where the spool should pause for a moment.
    private func deal(with name: EntryName, _ threads: NIOThreadPool) async -> Bool {
        do {
            let directories = state.directories.withLock { $0 }
            let entry = try await threads.runIfActive { [state] in
                guard directories.areCurrent() else {
                    state.arrivals.withLock { $0.lostEvents() }
                    throw SluiceError(.busy, "a directory of the spool was moved away")
                }
                return try directories.take(name)
            }
            if let entry { try await ingest(entry, directories, threads) }
            state.arrivals.withLock { $0.finished(name) }
            return true
        } catch is EntryAdmission.Refusal {
            // The next scan counts it.
            state.arrivals.withLock { $0.finished(name) }
            return true
        } catch {
            if error is CancellationError || (error as? SluiceError)?.code == .busy {
                state.arrivals.withLock { $0.putBack(name) }
            } else {
                logger.warning(
                    "a file of the spool is tried again later", metadata: ["file": "\(name.text)", "error": "\(error)"])
                state.arrivals.withLock { $0.postpone(name, at: .now) }
            }
            return false
        }
    }

    private func ingest(_ entry: HeldEntry, _ directories: SpoolDirectories, _ threads: NIOThreadPool) async throws {
        let report: SourceReport
        do {
            let path = entry.path
            var source = SourceRequest(path: path, name: entry.name.text)
            // Taken here: in the line, a large file would keep all others waiting for as long as it takes to read.
            source.stamp = entry.stamp
            source.digest = try await threads.runIfActive { try SourceFile.digest(of: path).digest }
            report = try await sink.ingest(source)
        } catch let error as SluiceError where error.concernsOneInput || error.code == .usage {
            // Of a source, `.usage` says that it was begun under another label or format: trying again is no help.
            let text = SpoolReport.failure(entry, error)
            let name = try await threads.runIfActive {
                try Shelf(directories: directories, target: directories.failed).put(entry, report: text)
            }
            state.status.withLock { status in
                if name == nil { status.changed += 1 } else { status.failed += 1 }
            }
            say("a file of the spool cannot be read", entry, name.map { "failed/\($0)" }, level: .warning)
            return
        }
        let text = SpoolReport.done(report)
        let name = try await threads.runIfActive {
            try Shelf(directories: directories, target: directories.done).put(entry, report: text)
        }
        state.status.withLock { status in
            if name == nil { status.changed += 1 } else { status.done += 1 }
            if report.hasDamage { status.damaged += 1 }
            if report.isRepeat { status.repeats += 1 }
        }
        say(
            "a file of the spool was taken in", entry, name.map { "done/\($0)" },
            level: report.hasDamage ? .warning : .info,
            [
                "source": "\(report.source.hex)", "records": "\(report.records)", "kept": "\(report.kept)",
                "repeat": "\(report.isRepeat)", "damaged": "\(report.hasDamage)",
            ])
    }

    private func say(
        _ message: Logger.Message, _ entry: HeldEntry, _ place: String?, level: Logger.Level,
        _ more: Logger.Metadata = [:]
    ) {
        var metadata = more
        metadata["file"] = "\(entry.name.text)"
        metadata["now"] = "\(place ?? "left in incoming/, because it changed, or gone")"
        logger.log(level: level, message, metadata: metadata)
    }
}
