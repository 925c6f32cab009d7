import ArgumentParser
import SluiceCore
import SluiceExport
import SluicePipeline
import SluiceStore

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Recompute what the store, or an export, claims.",
        discussion:
            "With --export the files of an export are checked, for which no store is needed; with --store too, both.")

    @OptionGroup var shared: SharedOptions

    @Option(help: ArgumentHelp("An export's directory.", valueName: "dir"))
    var export: String?

    func run() async throws {
        try await reportingErrors {
            var findings: [Finding] = []
            // At once: what comes after may fail.
            func report(_ found: [Finding]) {
                for finding in found { Console.out(shared.json ? finding.json : finding.line) }
                findings += found
            }
            if export == nil || shared.store != nil {
                let store = try shared.openStore()
                defer { store.close() }
                report(try await StoreAudit.findings(on: store, settings: try shared.settings()))
                if let export { report(try ExportVerifier.verify(directory: export, against: store)) }
            } else if let export {
                report(try ExportVerifier.verify(directory: export))
            }
            let failed = findings.filter { !$0.passed && $0.hindrance == nil }.count
            if failed > 0 {
                throw SluiceError(
                    .checkFailed, "\(failed) of \(findings.count) checks failed",
                    advice: "what they found is above; do not use it before it is explained")
            }
            if let hindrance = findings.lazy.compactMap(\.hindrance).first { throw hindrance }
        }
    }
}

extension Finding {
    /// The finding as one JSON object.
    fileprivate var json: String {
        var json = JSONText()
        json.object { json in
            json.member("check", check)
            json.member("ok", passed)
            json.member("detail", detail)
        }
        return json.string
    }

    /// The finding for people.
    fileprivate var line: String {
        let outcome = passed ? "ok    " : hindrance == nil ? "FAILED" : "ERROR "
        return "\(outcome) \(check): \(detail)"
    }
}
