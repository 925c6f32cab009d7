import Foundation
import Testing

/// The public suites, through the built program.
@Suite("The public suites")
struct SuiteTests {
    static let warc = Program.shared.appendingPathComponent("suites/warc-warcio")
    static let hasSuites = FileManager.default.fileExists(atPath: warc.path)

    @Test(
        "of WARC files give the records that they are known to hold",
        .enabled(if: hasSuites, "../shared/suites is not there"),
        arguments: [
            ("example.warc", 4, [:]), ("example.warc.gz", 4, [:]), ("example-iana.org-chunked.warc", 2, [:]),
            ("example-resource.warc.gz", 1, [:]), ("example-digest.warc", 4, [:]),
            ("example-wget-bad-target-uri.warc.gz", -1, [:]), ("example-space-in-target-uri.warc.gz", 1, [:]),
            ("example-bad-non-chunked.warc.gz", 4, [:]), ("example-wrong-chunks.warc.gz", 2, [:]),
            ("post-test.warc.gz", 6, [:]), ("example-trunc.warc", 3, ["stray-bytes": 1]),
        ] as [(String, Int, [String: Int])])
    func warcFiles(name: String, records: Int, damage: [String: Int]) throws {
        let folder = try Folder()
        let run = try Program.run(
            "ingest", "--json", "--store", folder.path("store"), Self.warc.appendingPathComponent(name).path)
        let summary = run.json
        let rejected = try #require(summary["rejected"] as? [String: Int], "\(run.errors)")
        if records >= 0 { #expect(summary["records"] as? Int == records, "\(name): \(summary)") }
        for (reason, count) in damage { #expect(rejected[reason] == count, "\(name): \(summary)") }
        if damage.isEmpty {
            #expect(
                Set(rejected.keys).isSubset(of: [
                    "html-not-extracted", "unsupported-record-type", "not-text", "no-words",
                ]), "\(name): \(rejected)")
        }
    }

    @Test(
        "hold ARC files, which are refused by name", .enabled(if: hasSuites, "../shared/suites is not there"),
        arguments: ["example.arc", "example.arc.gz", "example-space-in-url.arc", "bad.arc"])
    func arcFiles(name: String) throws {
        let folder = try Folder()
        let run = try Program.run(
            "ingest", "--store", folder.path("store"), Self.warc.appendingPathComponent(name).path)
        #expect(run.exitCode == 65)
        #expect(run.errors.contains("ARC"))
    }

    @Test(
        "of JSON: what must be refused is refused, what must be read is read",
        .enabled(if: hasSuites, "../shared/suites is not there"))
    func json() throws {
        let suite = Program.shared.appendingPathComponent("suites/json-nst/test_parsing")
        let folder = try Folder()
        for name in try FileManager.default.contentsOfDirectory(atPath: suite.path).sorted() {
            let data = try Data(contentsOf: suite.appendingPathComponent(name))
            // Files of several lines are judged whole by the parser's own tests.
            guard !data.contains(UInt8(ascii: "\n")), !data.isEmpty else { continue }
            let run = try Program.run(
                "ingest", "--json", "--format", "jsonl", "--store", folder.path(name),
                suite.appendingPathComponent(name).path)
            let rejected = (run.json["rejected"] as? [String: Int] ?? [:]).filter { $0.value > 0 }.map(\.key)
            switch name.prefix(2) {
            case "y_":
                #expect(["not-an-object", "missing-text"].contains(rejected.first ?? ""), "\(name): \(run.errors)")
            case "n_":
                let isBlank = data.allSatisfy { [9, 13, 32, 0xEF, 0xBB, 0xBF].contains($0) }
                #expect(
                    ["invalid-json", "nesting-too-deep"].contains(rejected.first ?? "")
                        || (isBlank && run.exitCode == 65),
                    "\(name): \(rejected)")
            default: #expect([0, 1, 65].contains(run.exitCode), "\(name): \(run.errors)")
            }
        }
    }
}
