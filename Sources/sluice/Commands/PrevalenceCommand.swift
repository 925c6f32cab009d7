import ArgumentParser
import SluiceCore
import SluiceDetect
import SluicePipeline
import SluiceService
import SluiceStore

struct PrevalenceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prevalence", abstract: "How much of the store is machine-written, by where it comes from.",
        discussion: """
            The share of synthetic documents among the kept ones of each stratum, estimated from what their texts say and \
            not from the number of verdicts, and what it does not exceed with 95 % confidence. A stratum is calibrated \
            where the detector finds at most 2 % in at least 100 of its documents that are known to be human: declared \
            real, or captured before detection.anchor_before where detection.anchor_weight is not 0.
            """)

    /// The most strata that people are shown.
    private static let shown = 40
    private static let none = "sluice: no document has been kept yet"

    @OptionGroup var shared: SharedOptions

    @Option(
        name: .long,
        help: ArgumentHelp(
            "stratum (the source's label, else the host, else the source), source, host or month (of capture).",
            valueName: "what"))
    var by: StratumCensus.Division = .stratum

    func run() async throws {
        try await reportingErrors {
            let store: Store
            switch try await shared.reading() {
            case .store(let opened): store = opened
            case .daemon(let daemon):
                let strata = try await daemon.prevalence(by: by)
                return strata.isEmpty ? Console.note(PrevalenceCommand.none) : DaemonRoute.show(strata, shared)
            }
            defer { store.close() }
            let strata = try store.read { try StratumCensus.strata($0, by: by) }
            guard !strata.isEmpty else { return Console.note(PrevalenceCommand.none) }
            guard !shared.json else {
                for stratum in strata { Console.out(stratum.json) }
                return
            }
            Console.out(Stratum.heading)
            let shown = strata.prefix(PrevalenceCommand.shown).map { ($0, $0.count.assessment) }
            for (stratum, assessment) in shown { Console.out(stratum.line(assessment)) }
            if shown.contains(where: { $0.1.doubt != nil }) {
                Console.note(
                    "sluice: only what is called calibrated was tested, on documents of the stratum that are known to be "
                        + "human; see 'sluice help prevalence'")
            }
            let unknown = strata.reduce(0) { $0 + $1.count.unknown }
            if unknown > 0 {
                Console.note(
                    "sluice: the shares are those of what is known or judged; \(unknown) of the documents are neither, and count "
                        + "in none")
            }
            if strata.count > PrevalenceCommand.shown {
                Console.note("sluice: the largest \(PrevalenceCommand.shown) of \(strata.count); --json has them all")
            }
        }
    }
}

extension StratumCensus.Division: ExpressibleByArgument {}

extension Stratum {
    fileprivate var json: String {
        var json = JSONText()
        write(to: &json)
        return json.string
    }

    fileprivate static let heading = "estimate    upper  documents  state               stratum"

    /// The stratum for people.
    fileprivate func line(_ assessment: PrevalenceCount.Assessment) -> String {
        let figures = [
            Stratum.percent(assessment.estimate), Stratum.percent(assessment.upper), String(count.documents),
        ]
        let cells = zip(figures, [8, 9, 11]).map { String(repeating: " ", count: max($1 - $0.count, 1)) + $0 }
        let state = assessment.doubt?.inShort ?? "calibrated"
        return cells.joined() + "  " + state + String(repeating: " ", count: max(20 - state.count, 1))
            + name.text.onOneLine
    }

    private static func percent(_ share: Double?) -> String {
        guard let share else { return "-" }
        let tenths = Int((share * 1000).rounded())
        return "\(tenths / 10).\(tenths % 10) %"
    }
}

extension PrevalenceCount.Doubt {
    /// The doubt in a column.
    fileprivate var inShort: String {
        switch self {
        case .nothingJudged: "not judged"
        case .fewAnchors: "few anchors"
        case .anchorsLookSynthetic: "fails on anchors"
        }
    }
}
