import Foundation
import SluiceCore
import SluiceCrawl
import SluicePipeline
import SluiceService
import Synchronization

/// A sink that keeps in mind what it was handed, and answers as the test says.
final class FakeSink: SourceSink {
    struct Taken: Sendable, Equatable {
        var name: String
        var text: String
    }

    typealias Answer = @Sendable (SourceRequest, _ attempt: Int) async throws -> Void

    private let log = Mutex<[Taken]>([])
    private let attempts = Mutex<[String: Int]>([:])
    private let answer: Answer

    init(_ answer: @escaping Answer = { _, _ in }) { self.answer = answer }

    /// What was taken in, in order.
    var taken: [Taken] { log.withLock { $0 } }
    /// The names of what was taken in, in order.
    var names: [String] { taken.map(\.name) }
    /// How often a name was handed in.
    func attempts(at name: String) -> Int { attempts.withLock { $0[name, default: 0] } }

    func ingest(_ source: SourceRequest) async throws -> SourceReport {
        let attempt = attempts.withLock { attempts in
            attempts[source.name, default: 0] += 1
            return attempts[source.name, default: 0]
        }
        try await answer(source, attempt)
        let digest = try SourceFile.digest(of: source.path).digest
        let data = try Data(contentsOf: URL(fileURLWithPath: source.path))
        let isRepeat = log.withLock { log in
            let text = String(decoding: data, as: UTF8.self)
            defer { log.append(Taken(name: source.name, text: text)) }
            return log.contains { $0.text == text }
        }
        var report = SourceReport(source: digest, name: source.name)
        report.isRepeat = isRepeat
        return report
    }
}
