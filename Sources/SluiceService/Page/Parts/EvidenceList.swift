import Foundation
import SluiceCore
import SluiceDetect
import SluiceLedger

/// The pieces of evidence behind a judgement, each with its weight.
struct EvidenceList {
    private struct Piece: Decodable {
        var kind: String
        var weight: Double
        var detail: String
    }

    private let pieces: [Piece]

    /// The evidence of `judgement`.
    init(_ judgement: RecordedJudgement) {
        pieces = (try? JSONDecoder().decode([Piece].self, from: Data(judgement.evidence.utf8))) ?? []
    }

    /// The list with its sum.
    var html: HTML {
        let sum = pieces.reduce(0) { $0 + $1.weight }
        let rows = pieces.map { piece -> [HTML] in
            [
                "<span class=\"whole\">\(piece.kind)</span>",
                "\(Wording.weight(piece.weight)) \(EvidenceList.bar(piece.weight))",
                HTML(piece.detail),
            ]
        }
        let table = Table(
            caption: "The evidence, in nats: above zero speaks for a machine",
            columns: [.text("Evidence"), .number("Weight"), .text("What was found")], rows: rows, style: .evidence)
        return """
            \(table.html)
            <p class="note">Weights are log likelihood ratios in nats; above zero speaks for a machine. Sum: \
            <strong>\(Wording.weight(sum))</strong>.</p>
            """
    }

    /// The words that weigh most in a text.
    static func strongest(_ contributions: [Contribution]) -> HTML {
        let rows = contributions.map { one -> [HTML] in
            ["<q>\(one.text)</q>", "\(Wording.weight(one.weight)) \(bar(one.weight * 4))"]
        }
        return Table(
            caption: "The words that weigh most", columns: [.text("Words"), .number("Weight")], rows: rows
        ).html
    }

    /// A bar from the middle: to the right for a machine, to the left for a person; full at eight nats.
    private static func bar(_ weight: Double) -> HTML {
        let length = Int((min(abs(weight), 8) * 5).rounded())
        let start = weight < 0 ? 40 - length : 40
        return """
            <svg class="weight" viewBox="0 0 80 10" width="80" height="10" aria-hidden="true">\
            <rect class="\(weight < 0 ? "fill-real" : "fill-synthetic")" x="\(start)" y="1" width="\(length)" height="8"/>\
            <path class="axis" d="M40 0v10"/></svg>
            """
    }
}
