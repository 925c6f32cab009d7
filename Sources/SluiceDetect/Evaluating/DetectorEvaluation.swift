import Glibc
import SluiceCore
import SluiceText

/// How well a model tells labelled texts apart: overall, and by domain, generator, attack and length.
///
/// Figures are of the texts that the detector judges; how many it abstains from stands beside them, and one row is of every
/// text, ranked by what it weighs although it gets no verdict. Probabilities and
/// verdicts are those at equal odds.
public struct DetectorEvaluation: Sendable {
    /// The figures of one group of texts. A group that lacks one label borrows all texts of that label.
    public struct Row: Sendable, Equatable {
        /// What the group is a part of: `all`, `every` (all and those abstained from), `domain`, `generator`, `attack` or `words`.
        public var kind: String
        /// The group's name.
        public var name: String
        /// Judged texts that people wrote.
        public var human: Int
        /// Judged texts that models wrote.
        public var synthetic: Int
        /// Texts from which the detector abstains.
        public var abstained: Int
        /// The area under the ROC curve.
        public var auroc: Double?
        /// The share of synthetic texts found at a threshold that 1 % of the group's human texts exceed.
        public var found1: Double?
        /// The same at 5 %.
        public var found5: Double?
        /// The expected calibration error; of groups with both labels only.
        public var calibrationError: Double?
        /// The share of the group's own human texts, abstentions included, whose verdict is `synthetic`.
        public var falseVerdicts: Double?
        /// The share of the group's own synthetic texts, abstentions included, whose verdict is `synthetic`.
        public var trueVerdicts: Double?
        /// The label that the group lacks and borrows: `human`, `synthetic` or nil.
        public var borrowed: String?
    }

    /// The figures, the whole first.
    public let rows: [Row]

    private struct Scored {
        let example: LabelledText
        let words: Int
        var score: TextScore
        /// What it weighs, where it is judged.
        var llr: Double? { score.abstention == nil ? score.llr : nil }
    }

    /// Scores `examples` with `model` and measures.
    public init(model: DetectorModel, examples: [LabelledText]) {
        let detector = Detector(model: model)
        var scratch = DetectorScratch(for: detector)
        var tokenizer = Tokenizer()
        let scored = examples.map { example in
            let words = tokenizer.tokenize(example.text)
            let score = detector.score(words, scratch: &scratch)
            return Scored(example: example, words: words.count, score: score)
        }
        let all = (human: scored.filter { !$0.example.isSynthetic }, synthetic: scored.filter(\.example.isSynthetic))
        func row(_ kind: String, _ name: String, _ group: [Scored]) -> Row {
            DetectorEvaluation.row(kind, name, group, human: all.human, synthetic: all.synthetic)
        }
        func rows(_ kind: String, _ name: (Scored) -> String?) -> [Row] {
            var groups: [String: [Scored]] = [:]
            for one in scored { if let name = name(one) { groups[name, default: []].append(one) } }
            return groups.sorted { $0.key < $1.key }.map { row(kind, $0.key, $0.value) }
        }
        self.rows =
            [row("all", "all", scored), Self.every(row("all", "all", scored), scored)]
            + rows("domain") { $0.example.domain } + rows("words") { Self.band($0.words) }
            + rows("attack") { $0.example.isSynthetic ? $0.example.attack : nil }
            + rows("generator") { $0.example.isSynthetic ? $0.example.generator : nil }
    }

    /// The figures that a model keeps in its file.
    var headline: [DetectorModel.Figure] {
        guard let all = rows.first else { return [] }
        let figures: [(String, Double?)] = [
            ("auroc", all.auroc), ("tpr-at-1", all.found1), ("tpr-at-5", all.found5), ("ece", all.calibrationError),
            ("false-verdicts", all.falseVerdicts), ("human", Double(all.human)), ("synthetic", Double(all.synthetic)),
            ("abstained", Double(all.abstained)),
        ]
        return figures.compactMap { name, value in value.map { DetectorModel.Figure(name: "dev.\(name)", value: $0) } }
    }

    /// The row of all texts, with the figures of `all` that hang on the verdicts.
    private static func every(_ all: Row, _ scored: [Scored]) -> Row {
        let judged = scored.map { one in
            var one = one
            one.score.abstention = nil
            return one
        }
        let (human, synthetic) = (judged.filter { !$0.example.isSynthetic }, judged.filter(\.example.isSynthetic))
        var row = row("every", "every", judged, human: human, synthetic: synthetic)
        (row.falseVerdicts, row.trueVerdicts) = (all.falseVerdicts, all.trueVerdicts)
        return row
    }

    private static func band(_ words: Int) -> String {
        switch words {
        case ..<50: "  1–49"
        case ..<100: " 50–99"
        case ..<200: "100–199"
        case ..<400: "200–399"
        default: "400–"
        }
    }

    private static func row(
        _ kind: String, _ name: String, _ group: [Scored], human allHuman: [Scored], synthetic allSynthetic: [Scored]
    ) -> Row {
        let ownHuman = group.filter { !$0.example.isSynthetic }
        let ownSynthetic = group.filter(\.example.isSynthetic)
        let human = (ownHuman.isEmpty ? allHuman : ownHuman).compactMap(\.llr)
        let synthetic = (ownSynthetic.isEmpty ? allSynthetic : ownSynthetic).compactMap(\.llr)
        let probabilities = group.compactMap { one in
            one.llr.map { (probability: 1 / (1 + exp(-$0)), isSynthetic: one.example.isSynthetic) }
        }
        func verdicts(_ texts: [Scored]) -> Double? {
            guard !texts.isEmpty else { return nil }
            let called = texts.count { one in
                one.llr.map { Verdict(probability: 1 / (1 + exp(-$0))) == .synthetic } ?? false
            }
            return Double(called) / Double(texts.count)
        }
        return Row(
            kind: kind, name: name, human: ownHuman.count { $0.llr != nil },
            synthetic: ownSynthetic.count { $0.llr != nil }, abstained: group.count { $0.llr == nil },
            auroc: Metrics.auroc(human: human, synthetic: synthetic),
            found1: Metrics.share(of: synthetic, above: Metrics.threshold(human: human, falsePositives: 0.01)),
            found5: Metrics.share(of: synthetic, above: Metrics.threshold(human: human, falsePositives: 0.05)),
            calibrationError: ownHuman.isEmpty || ownSynthetic.isEmpty
                ? nil : Metrics.calibrationError(probabilities),
            falseVerdicts: verdicts(ownHuman), trueVerdicts: verdicts(ownSynthetic),
            borrowed: ownHuman.isEmpty ? "human" : ownSynthetic.isEmpty ? "synthetic" : nil)
    }
}
