import SluiceCore
import SluiceLedger
import SluiceStore

/// Writes a document with its text as one line of Dolma JSON.
///
/// Every line has the same keys in the same order, with values of the same types and never null, and numbers that have
/// a fraction always show it, so that a reader which infers a schema from the first lines finds it in all others. A
/// string that is not known is empty. Times carry milliseconds, as Dolma writes them: readers take seconds alone for a
/// type of their own, which the empty string is not.
///
/// One value writes line after line into the same room.
struct LineWriter {
    private var json = JSONText()

    /// The most bytes that stay reserved between lines.
    private static let keptBytes = 1 << 20

    /// The line written last, with its line feed.
    var line: [UInt8] { json.bytes }

    /// Writes the line that `document` becomes.
    mutating func write(_ document: ExportDocument, text: [UInt8]) {
        if json.bytes.count > LineWriter.keptBytes { json = JSONText() }
        json.removeAll()
        let created = LineWriter.timestamp(document.captured)
        json.verbatim("{\"id\":")
        json.value(document.digest)
        json.verbatim(",\"text\":")
        json.value(utf8: text)
        json.verbatim(",\"source\":")
        json.value(document.source)
        json.verbatim(",\"added\":")
        json.value(created)
        json.verbatim(",\"created\":")
        json.value(created)
        json.verbatim(",\"metadata\":{\"url\":")
        json.value(document.url ?? "")
        json.verbatim(",\"sluice\":{\"document\":")
        json.value(document.digest)
        json.verbatim(",\"record\":")
        json.value(document.recordID ?? "")
        writeFigures(of: document)
        json.verbatim(",\"evidence\":")
        document.judgement.reasons.write(to: &json)
        json.verbatim("}}}")
        json.newline()
    }

    private mutating func writeFigures(of document: ExportDocument) {
        json.verbatim(",\"seq\":")
        json.value(document.admitted.seq)
        json.verbatim(",\"shard\":")
        json.value(document.shard)
        json.verbatim(",\"verdict\":")
        json.value(document.judgement.verdict.rawValue)
        json.verbatim(",\"origin\":")
        json.value(document.judgement.origin.rawValue)
        json.verbatim(",\"probability\":")
        json.value(millionths: UInt32((min(max(document.judgement.probability, 0), 1) * 1_000_000).rounded()))
        json.verbatim(",\"tokens\":")
        json.value(document.tokens)
        json.verbatim(",\"real\":")
        json.value(thousandths: document.admitted.real)
        json.verbatim(",\"synthetic\":")
        json.value(thousandths: document.admitted.synthetic)
    }

    /// `stated` as `YYYY-MM-DDThh:mm:ss.mmm` with its zone, `Z` where it has none; empty where it is no such time.
    static func timestamp(_ stated: String?) -> String {
        guard let stated else { return "" }
        if isUsual(stated) { return String(stated.dropLast()) + ".000Z" }
        var rest = stated.utf8[...]
        guard let date = field("dddd-dd-dd", &rest), Timestamp.isDay(date) else { return "" }
        if rest.isEmpty { return date + "T00:00:00.000Z" }
        guard let mark = rest.popFirst(), mark == UInt8(ascii: "T") || mark == UInt8(ascii: " "),
            let time = field("dd:dd:dd", &rest), Timestamp.isSecond(time)
        else { return "" }
        var fraction = ""
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            while let digit = field("d", &rest) { fraction += digit }
            guard !fraction.isEmpty else { return "" }
        }
        let milliseconds = (fraction + "000").prefix(3)
        let zone = rest.isEmpty ? "Z" : field("Z", &rest) ?? field("+dd:dd", &rest) ?? field("-dd:dd", &rest)
        guard let zone, rest.isEmpty, zone == "Z" || Timestamp.isSecond(zone.dropFirst() + ":00") else { return "" }
        return "\(date)T\(time).\(milliseconds)\(zone)"
    }

    /// True of `YYYY-MM-DDThh:mm:ssZ`, which nearly every record states.
    private static func isUsual(_ stated: String) -> Bool {
        var stated = stated
        return stated.withUTF8 { utf8 in
            utf8.count == 20 && utf8[10] == UInt8(ascii: "T") && utf8[19] == UInt8(ascii: "Z")
                && Timestamp.day(utf8[..<10]) != nil && Timestamp.second(utf8[11..<19]) != nil
        }
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
