import SluiceCore
import SluiceLedger
import SluiceStore

/// Writes a document with its text as one line of Dolma JSON.
///
/// Every line has the same keys in the same order, with values of the same types and never null, and numbers that have
/// a fraction always show it, so that a reader which infers a schema from the first lines finds it in all others. A
/// string that is not known is empty. Times carry milliseconds, as Dolma writes them: readers take seconds alone for a
/// type of their own, which the empty string is not.
struct LineWriter {
    /// The line that `document` becomes, with its line feed.
    static func line(_ document: ExportDocument, text: [UInt8]) -> [UInt8] {
        var json = JSONText(capacity: text.count + text.count / 16 + 1024)
        let id = document.digest.hex
        let created = timestamp(document.captured)
        json.object { line in
            line.member("id", id)
            line.key("text")
            line.value(utf8: text)
            line.member("source", document.source)
            line.member("added", created)
            line.member("created", created)
            line.key("metadata")
            line.object { metadata in
                metadata.member("url", document.url ?? "")
                metadata.key("sluice")
                metadata.object { details(of: document, &$0) }
            }
        }
        json.newline()
        return json.bytes
    }

    private static func details(of document: ExportDocument, _ json: inout JSONText) {
        json.member("document", document.digest.hex)
        json.member("record", document.recordID ?? "")
        json.member("seq", document.admitted.seq)
        json.member("shard", document.shard)
        json.member("verdict", document.judgement.verdict.rawValue)
        json.member("origin", document.judgement.origin.rawValue)
        json.key("probability")
        json.raw(probability(document.judgement.probability))
        json.member("tokens", document.tokens)
        json.key("real")
        json.value(thousandths: document.admitted.real)
        json.key("synthetic")
        json.value(thousandths: document.admitted.synthetic)
        json.key("evidence")
        json.raw(document.judgement.evidence)
    }

    /// `probability` (0 to 1) with exactly six decimals.
    private static func probability(_ probability: Double) -> String {
        let scale = 1_000_000
        let scaled = Int((min(max(probability, 0), 1) * Double(scale)).rounded())
        return "\(scaled / scale)." + String(scaled % scale + scale).dropFirst()
    }

    /// `stated` as `YYYY-MM-DDThh:mm:ss.mmm` with its zone, `Z` where it has none; empty where it is no such time.
    static func timestamp(_ stated: String?) -> String {
        guard let stated else { return "" }
        var rest = stated.utf8[...]
        guard let date = field("dddd-dd-dd", &rest) else { return "" }
        if rest.isEmpty { return date + "T00:00:00.000Z" }
        guard let mark = rest.popFirst(), mark == UInt8(ascii: "T") || mark == UInt8(ascii: " "),
            let time = field("dd:dd:dd", &rest)
        else { return "" }
        var fraction = ""
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            while let digit = field("d", &rest) { fraction += digit }
            guard !fraction.isEmpty else { return "" }
        }
        let milliseconds = (fraction + "000").prefix(3)
        let zone = rest.isEmpty ? "Z" : field("Z", &rest) ?? field("+dd:dd", &rest) ?? field("-dd:dd", &rest)
        guard let zone, rest.isEmpty else { return "" }
        return "\(date)T\(time).\(milliseconds)\(zone)"
    }

    /// Takes what looks like `shape` off the front of `text`, where `d` is any digit and all else itself.
    private static func field(_ shape: String, _ text: inout Substring.UTF8View) -> String? {
        let taken = text.prefix(shape.utf8.count)
        guard taken.count == shape.utf8.count else { return nil }
        for (want, byte) in zip(shape.utf8, taken) {
            let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            guard want == UInt8(ascii: "d") ? isDigit : want == byte else { return nil }
        }
        text = text.dropFirst(taken.count)
        return String(Substring(taken))
    }
}
