import Foundation
import Glibc
import Logging
import SluiceService
import Synchronization
import Testing

/// A spool in a folder of its own, with times short enough for a test.
struct SpoolFixture {
    let folder: TemporaryFolder
    let sink: FakeSink
    let spool: Spool
    let root: String

    init(
        in folder: TemporaryFolder? = nil, opening: Flag? = nil, timing: SpoolTiming = .quick,
        answer: @escaping FakeSink.Answer = { _, _ in }
    ) throws {
        self.folder = try folder ?? TemporaryFolder()
        root = self.folder.path("spool")
        sink = FakeSink(answer)
        spool = try Spool(
            directory: root, sink: sink, isOpen: { opening?.isUp.load(ordering: .relaxed) ?? true },
            logger: Logger(label: "spool") { _ in SwiftLogNoOpLogHandler() },
            timing: timing)
    }

    /// Runs the spool for as long as `body` takes.
    func running(_ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await spool.run() }
            try await body()
            group.cancelAll()
        }
    }

    /// Writes a file beside the spool and renames it in.
    func drop(_ name: String, _ text: String) throws {
        let beside = try folder.file("beside", text)
        try #require(rename(beside, "\(root)/incoming/\(name)") == 0)
    }

    /// Writes a file in place, last written `age` seconds ago.
    func lay(_ name: String, _ text: String, age: Int = 60) throws {
        let path = "\(root)/incoming/\(name)"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        var times = [timeval(tv_sec: time(nil) - age, tv_usec: 0), timeval(tv_sec: time(nil) - age, tv_usec: 0)]
        try #require(utimes(path, &times) == 0)
    }

    /// The names in `incoming`, `done` or `failed`, sorted by their bytes.
    func names(in directory: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(root)/\(directory)")
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// A file of the spool as text.
    func text(_ path: String) throws -> String { try String(contentsOfFile: "\(root)/\(path)", encoding: .utf8) }
}

extension SpoolTiming {
    /// Times for tests.
    static var quick: SpoolTiming {
        var timing = SpoolTiming()
        timing.settle = .milliseconds(200)
        timing.scan = .milliseconds(50)
        timing.retry = .milliseconds(20)
        timing.tickMilliseconds = 10
        return timing
    }

    /// Times under which only what is renamed in is taken within a test's life.
    static var impatient: SpoolTiming {
        var timing = quick
        timing.settle = .seconds(3600)
        timing.scan = .seconds(3600)
        return timing
    }
}

/// Waits until `condition` holds, and fails where it does not within a minute.
func eventually(
    _ what: Comment, at location: SourceLocation = #_sourceLocation, _ condition: () throws -> Bool
) async throws {
    let end = ContinuousClock.now + .seconds(60)
    while try !condition() {
        guard ContinuousClock.now < end else {
            Issue.record("never: \(what)", sourceLocation: location)
            throw CancellationError()
        }
        try await Task.sleep(for: .milliseconds(5))
    }
}
