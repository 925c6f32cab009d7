import Glibc
import Logging
import SluiceCore
import SluicePipeline
import Synchronization

/// Watches `incoming/` and puts down what arrives. Each ``look(_:)`` waits a moment for the kernel, and so belongs on a
/// thread of its own.
struct Lookout: Sendable {
    private let timing: SpoolTiming
    private let logger: Logger
    private var watch: IncomingWatch?
    private var watched: SpoolDirectories?
    private var nextScan = ContinuousClock.now
    private var nextSaying = ContinuousClock.now
    private var said = SpoolStatus.Left()

    /// The most files looked at in one go, so that the spool ends when it is told to.
    private static let portion = 1000
    /// How often at most a log line says what is left in `incoming/`.
    private static let sayingInterval = Duration.seconds(60)

    init(_ timing: SpoolTiming, logger: Logger) {
        self.timing = timing
        self.logger = logger
    }

    /// Waits a moment for something to happen, and puts down what did.
    mutating func look(_ state: SpoolState) {
        let directories = state.directories.withLock { $0 }
        if watched !== directories { start(on: directories, state) }
        hear(state, directories)
        settle(state, directories)
        let mustScan = state.arrivals.withLock { arrivals in
            arrivals.resumePostponed(at: .now)
            return arrivals.needsScan
        }
        // A directory full of files that do not fit must not be walked through without end.
        let now = ContinuousClock.now
        if now >= nextScan || (mustScan && now + timing.scan - .seconds(1) >= nextScan) { scan(state, directories) }
        state.status.withLock { status in
            (status.waiting, status.postponed, status.isBusy) = state.arrivals.withLock {
                ($0.waiting, $0.postponed, $0.isBusy)
            }
        }
    }

    private mutating func start(on directories: SpoolDirectories, _ state: SpoolState) {
        watched = directories
        do throws(SluiceError) {
            watch = try IncomingWatch(directories.incoming)
        } catch {
            watch = nil
            logger.warning("\(error)")
        }
        let isWatched = watch != nil
        state.status.withLock { $0.isWatched = isWatched }
        state.arrivals.withLock { $0.lostEvents() }
        nextScan = .now
    }

    private func hear(_ state: SpoolState, _ directories: SpoolDirectories) {
        guard let watch else {
            _ = poll(nil, 0, timing.tickMilliseconds)
            return
        }
        for event in watch.next(within: timing.tickMilliseconds) {
            switch event {
            case .movedIn(let bytes):
                guard let name = try? EntryName(bytes) else { continue }
                state.arrivals.withLock { $0.movedIn(name) }
            case .made(let bytes):
                // A second name of a file that is complete is made, too, and nobody will close it.
                guard let name = try? EntryName(bytes), let stamp = try? directories.look(at: name), stamp.size == 0
                else { continue }
                state.arrivals.withLock { arrivals in
                    arrivals.found(name, stamp, at: .now)
                    _ = arrivals.isWritten(name, at: .now)
                }
            case .written(let bytes):
                guard let name = try? EntryName(bytes),
                    !state.arrivals.withLock({ $0.isWritten(name, at: .now) }),
                    let stamp = try? directories.look(at: name)
                else { continue }
                state.arrivals.withLock { arrivals in
                    arrivals.found(name, stamp, at: .now)
                    _ = arrivals.isWritten(name, at: .now)
                }
            case .closed(let bytes):
                guard let name = try? EntryName(bytes) else { continue }
                state.arrivals.withLock { $0.closed(name) }
                guard let stamp = try? directories.look(at: name) else { continue }
                state.arrivals.withLock { $0.found(name, stamp, at: .now) }
            case .lost:
                state.arrivals.withLock { $0.lostEvents() }
            }
        }
    }

    private func settle(_ state: SpoolState, _ directories: SpoolDirectories) {
        let due = state.arrivals.withLock { $0.due(at: .now, limit: Lookout.portion) }
        let looked = due.map { (name: $0, stamp: (try? directories.look(at: $0)) ?? nil) }
        state.arrivals.withLock { arrivals in
            for (name, stamp) in looked { arrivals.looked(at: name, stamp, at: .now) }
        }
    }

    private mutating func scan(_ state: SpoolState, _ directories: SpoolDirectories) {
        let began = ContinuousClock.now
        state.arrivals.withLock { $0.beganScan() }
        do throws(SluiceError) {
            guard directories.areCurrent() else {
                logger.warning("a directory of the spool was moved away; going on with those of its name")
                let new = try SpoolDirectories(directories.path)
                return state.directories.withLock { $0 = new }
            }
            let scan = try IncomingScan(directories, limit: timing.limit) {
                state.isStopping.load(ordering: .relaxed)
            }
            var files = scan.files[...]
            let writtenLately = time(nil) - Int(clamping: timing.settle.components.seconds) - 1
            while !files.isEmpty {
                let part = files.prefix(Lookout.portion)
                files = files.dropFirst(Lookout.portion)
                state.arrivals.withLock { arrivals in
                    for file in part {
                        arrivals.found(
                            file.name, file.stamp, isStill: file.stamp.seconds < writtenLately, at: .now)
                    }
                }
            }
            state.status.withLock { status in
                status.left = scan.left
                status.problem = nil
            }
            say(scan.left)
        } catch {
            let isNew = state.status.withLock { status in
                defer { status.problem = error.description }
                return status.problem != error.description
            }
            if isNew { logger.error("\(error)") }
        }
        let now = ContinuousClock.now
        // At most a twentieth of the time goes into scanning, however much lies there.
        nextScan = now + max(timing.scan, (now - began) * 20)
    }

    /// Says what is left in `incoming/` once it has changed, but not at every scan while somebody plays with it.
    private mutating func say(_ left: SpoolStatus.Left) {
        guard left != said, ContinuousClock.now >= nextSaying else { return }
        said = left
        nextSaying = .now + Lookout.sayingInterval
        logger.log(
            level: left.unusual + left.beyondLimit > 0 ? .warning : .info,
            "left where it lies in the spool's incoming/",
            metadata: [
                "unfinished": "\(left.unfinished)", "unusable_names": "\(left.unusableNames)",
                "links": "\(left.links)", "hard_links": "\(left.hardLinks)", "directories": "\(left.directories)",
                "special": "\(left.special)", "strangers": "\(left.strangers)", "beyond_limit": "\(left.beyondLimit)",
            ])
    }
}
