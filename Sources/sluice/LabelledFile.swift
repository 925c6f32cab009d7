import Foundation
import SluiceCore
import SluiceCrawl
import SluiceDetect

/// Labelled texts as files hold them: JSON lines, plain or compressed.
enum LabelledFile {
    private struct Line: Decodable {
        var id: String?
        var text: String
        var label: Label
        var generator: String?
        var domain: String?
        var source: String?
        var attack: String?

        enum Label: String, Decodable {
            case human, synthetic
        }
    }

    /// The texts of all `paths`, in order.
    static func read(_ paths: [String]) throws(SluiceError) -> [LabelledText] {
        var texts: [LabelledText] = []
        for path in paths {
            let reader = try SourceReader(path: path, format: .jsonl, limits: Limits())
            while let batch = try reader.nextBatch(maxRecords: 1024, maxBytes: 16 << 20) {
                for record in batch.records {
                    guard case .jsonl = record.form,
                        let line = try? JSONDecoder().decode(Line.self, from: Data(record.bytes))
                    else {
                        throw SluiceError(
                            .noUsableData, "\(path): record \(record.ordinal) is not a labelled text",
                            advice: "each line needs a text and a label, human or synthetic")
                    }
                    texts.append(
                        LabelledText(
                            id: line.id ?? "\(record.ordinal)", text: Array(line.text.utf8),
                            isSynthetic: line.label == .synthetic, generator: line.generator ?? "unknown",
                            domain: line.domain ?? "unknown", source: line.source ?? "unknown",
                            attack: line.attack ?? "none"))
                }
            }
        }
        return texts
    }
}
