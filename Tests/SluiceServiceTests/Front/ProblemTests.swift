import Foundation
import HTTPTypes
import Logging
import NIOCore
import SluiceCore
import SluiceService
import Testing

@Suite struct `Problems` {
    @Test func `each kind stands in the documentation with its status`() throws {
        let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("docs/http.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        for kind in ProblemKind.allCases {
            #expect(text.contains("\n| `\(kind.rawValue)` | \(kind.status.code) |"), "\(kind.rawValue)")
        }
    }

    @Test func `every kind of error has its kind of problem`() {
        let logger = Logger(label: "problems")
        for (code, kind) in [
            (SluiceError.Code.busy, ProblemKind.busy), (.noUsableData, .unusableData), (.inputMissing, .notFound),
            (.usage, .badParameter), (.configuration, .badParameter), (.io, .storage), (.cannotCreate, .conflict),
            (.checkFailed, .conflict),
        ] {
            #expect(Problem(SluiceError(code, "it is so"), logger: logger).kind == kind)
        }
        let fault = Problem(SluiceError(.io, "/secret/place: no space"), logger: logger)
        #expect(!fault.detail.contains("secret"))
        #expect(fault.headers[HTTPField.Name("Retry-After") ?? .allow] == "30")
    }

    @Test func `a problem says where, as often as it must`() {
        let problem = Problem(.badBody, "two lines", errors: [.init("3", "no \"JSON\""), .init("7", "too long")])
        let text = String(buffer: problem.document(instance: "12"))
        #expect(text.contains(#""errors":[{"place":"3","detail":"no \"JSON\""},{"place":"7","detail":"too long"}]"#))
        #expect(text.contains(#""type":"urn:sluice:problem:bad-body""#))
        #expect(text.contains(#""instance":"urn:sluice:request:12""#))
    }
}
