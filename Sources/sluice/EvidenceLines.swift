import Foundation
import SluiceCore
import SluiceLedger

extension RecordedJudgement {
    private struct Piece: Decodable {
        var kind: String
        var weight: Double
        var detail: String
    }

    /// The evidence for people: a line a piece, the first behind the word.
    var evidenceLines: [String] {
        guard let pieces = try? JSONDecoder().decode([Piece].self, from: Data(evidence.utf8)) else {
            return ["  evidence   \(evidence)"]
        }
        return pieces.enumerated().map { index, piece in
            // A generator's name comes from anywhere, and must not look like a line of ours.
            let detail = piece.detail.split(whereSeparator: \.isNewline).joined(separator: " ")
            return (index == 0 ? "  evidence   " : "             ")
                + "\(JSONText.decimal(piece.weight, places: 2)) nats  \(piece.kind): \(detail)"
        }
    }
}
