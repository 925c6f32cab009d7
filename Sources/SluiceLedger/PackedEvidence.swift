import SluiceCore

/// The reasons for a judgement in few bytes: about a ninth of what their JSON takes.
///
/// One byte for the version, then the pieces one behind the other, each of them: a byte for the kind (0 where the kind
/// follows as text; 128 more where there is no weight), the weight in millionths of a nat as a zigzag varint, and the
/// detail with its length before it. In texts, bytes that UTF-8 never uses stand for phrases that come often. Nothing is
/// lost: what is unpacked prints as what was packed.
public enum PackedEvidence {
    /// The version in the first byte. Phrases and kinds may be added behind the last; that keeps it.
    static let version: UInt8 = 1

    /// The kinds with a number of their own, from 1.
    static let kinds = [
        "prior", "token-frequency", "phrase-signature", "abstained", "declared", "capture-date", "utf8-repair",
        "repetition", "templating", "watermark", "reviewed",
    ]

    /// Their names' bytes.
    private static let names = kinds.map { Array($0.utf8) }
    /// What the kinds with a number speak of.
    private static let subjects = kinds.map { EvidenceSum.Subject(kind: $0) }

    /// What the kind of this name speaks of.
    public static func subject(ofKind name: ArraySlice<UInt8>) -> EvidenceSum.Subject {
        for (kind, subject) in zip(names, subjects) where kind.elementsEqual(name) { return subject }
        return EvidenceSum.Subject(kind: String(decoding: name, as: UTF8.self))
    }

    /// `evidence` in this form. O(length).
    public static func pack(_ evidence: [Evidence]) -> [UInt8] {
        var bytes: [UInt8] = [version]
        bytes.reserveCapacity(48 * evidence.count)
        for item in evidence {
            let kind = kinds.firstIndex(of: item.kind).map { UInt8($0 + 1) } ?? 0
            // What JSON has no number for; the same limit as `JSONText`'s.
            let hasWeight = item.weight.isFinite && abs(item.weight) < 1e9
            bytes.append(kind | (hasWeight ? 0 : 0x80))
            if kind == 0 { append(text: item.kind, to: &bytes) }
            if hasWeight {
                let millionths = Int64((abs(item.weight) * 1e6).rounded()) * (item.weight < 0 ? -1 : 1)
                append(varint: UInt64(bitPattern: (millionths << 1) ^ (millionths >> 63)), to: &bytes)
            }
            append(text: item.detail, to: &bytes)
        }
        return bytes
    }

    /// The JSON array that `RecordedJudgement.json` makes of what was packed; nil where `bytes` are not this form.
    /// O(length).
    public static func json(of bytes: [UInt8]) -> String? {
        var json = JSONText(capacity: 8 * bytes.count)
        return write(bytes, to: &json) ? json.string : nil
    }

    /// What the weights of what was packed add up to; nil where ``json(of:)`` is. Several times faster than that. O(length).
    public static func sum(of bytes: [UInt8]) -> EvidenceSum? {
        guard bytes.first == version else { return nil }
        var rest = bytes[1...]
        var sum = EvidenceSum()
        while !rest.isEmpty {
            guard let piece = piece(&rest), piece.kind.map({ EvidencePhrases.isSound($0) }) ?? true,
                EvidencePhrases.isSound(piece.detail)
            else { return nil }
            sum.add(piece.weight ?? 0, piece.number > 0 ? subjects[piece.number - 1] : .text)
        }
        return sum
    }

    /// Writes the JSON array of what was packed; false, and anything written, where `bytes` are not this form.
    static func write(_ bytes: [UInt8], to json: inout JSONText) -> Bool {
        guard bytes.first == version else { return false }
        var rest = bytes[1...]
        var isSound = true
        json.array { array in
            while isSound, !rest.isEmpty {
                guard let piece = piece(&rest) else {
                    isSound = false
                    break
                }
                isSound = write(piece, to: &array)
            }
        }
        return isSound
    }

    /// One of the reasons, its texts still packed.
    private struct Piece {
        /// The number of the kind; 0 where it is a text.
        var number: Int
        var kind: ArraySlice<UInt8>?
        var weight: Double?
        var detail: ArraySlice<UInt8>
    }

    /// The piece that `rest` begins with, which is taken from there; nil where there is none.
    private static func piece(_ rest: inout ArraySlice<UInt8>) -> Piece? {
        guard let head = rest.popFirst() else { return nil }
        let number = Int(head & 0x7F)
        guard number <= kinds.count else { return nil }
        var kind: ArraySlice<UInt8>?
        if number == 0 {
            guard let text = text(&rest) else { return nil }
            kind = text
        }
        var weight: Double?
        if head < 0x80 {
            guard let value = varint(&rest) else { return nil }
            weight = Double(Int64(bitPattern: (value >> 1) ^ (0 &- (value & 1)))) / 1e6
        }
        guard let detail = text(&rest) else { return nil }
        return Piece(number: number, kind: kind, weight: weight, detail: detail)
    }

    private static func write(_ piece: Piece, to json: inout JSONText) -> Bool {
        var isSound = true
        json.object { object in
            object.key("kind")
            if let kind = piece.kind {
                isSound = write(packed: kind, to: &object)
            } else {
                object.value(kinds[piece.number - 1])
            }
            object.member("weight", piece.weight)
            object.key("detail")
            isSound = write(packed: piece.detail, to: &object) && isSound
        }
        return isSound
    }

    private static func write(packed: ArraySlice<UInt8>, to json: inout JSONText) -> Bool {
        guard let text = EvidencePhrases.unpack(packed) else { return false }
        json.value(utf8: text)
        return true
    }

    // MARK: Parts

    private static func append(text: String, to bytes: inout [UInt8]) {
        let packed = EvidencePhrases.pack(text)
        append(varint: UInt64(packed.count), to: &bytes)
        bytes += packed
    }

    private static func text(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard let length = varint(&rest), length <= UInt64(rest.count) else { return nil }
        let packed = rest.prefix(Int(length))
        rest = rest.dropFirst(Int(length))
        return packed
    }

    private static func append(varint value: UInt64, to bytes: inout [UInt8]) {
        var value = value
        while value >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: value))
    }

    private static func varint(_ rest: inout ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), through: 63, by: 7) {
            guard let byte = rest.popFirst() else { return nil }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        return nil
    }
}
