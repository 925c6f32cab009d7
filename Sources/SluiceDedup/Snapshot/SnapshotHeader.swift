import SluiceCore

/// The first bytes of an index file: whose index it is, how far it reaches, and the checksums of all that follows.
///
/// Little-endian. 8 bytes of magic, version (4), bands (4), documents (8), the last one's sequence number (8), documents left out of full
/// buckets (8), the scatter's multiplier (4), bits of the directories (4), identity (32), mark (32); then the entries of
/// each table and the checksum of each section, 8 bytes each; last, 8 bytes, the checksum of the header before it.
struct SnapshotHeader: Sendable, Equatable {
    /// SHA-256 of the line of parameters that the store keeps for life.
    var identity: Digest
    /// What the store says of its history up to ``lastSeq``; another history has another.
    var mark: Digest
    /// Documents in the index.
    var documents: Int
    /// The sequence number of the last of them.
    var lastSeq: Int64
    /// How often a document was left out of a table because others had filled its key's place.
    var fullBuckets: Int
    var scatter: Scatter
    /// The width of the directories: a table has two to the power of this many buckets.
    var directoryBits: Int
    /// Entries of each table: those of the bands, then that of the content keys.
    var entries: [Int]
    /// Of each section, in the order of ``SnapshotLayout``.
    var checksums: [UInt64]

    /// The version of the format, which goes up with every change of it.
    static let version: UInt32 = 1
    private static let magic: UInt64 = 0x5845_444E_4943_4C53
    /// Bytes before the numbers of the tables.
    private static let fixedBytes = 112
    /// The most tables: a band each, of which parameters may have 256, and one of content keys.
    private static let tableLimit = 257

    /// Sections of a file with so many tables: sequence numbers, tails of content keys, and three a table.
    static func sections(tables: Int) -> Int { 2 + 3 * tables }

    /// Bytes of the header of a file with so many tables.
    static func bytes(tables: Int) -> Int { fixedBytes + 8 * tables + 8 * sections(tables: tables) + 8 }

    /// The most bytes that a header may have.
    static let byteLimit = bytes(tables: tableLimit)

    /// The header as it is written.
    var encoded: [UInt8] {
        var out: [UInt8] = []
        func put(_ number: some FixedWidthInteger) {
            withUnsafeBytes(of: number.littleEndian) { out.append(contentsOf: $0) }
        }
        put(SnapshotHeader.magic)
        put(SnapshotHeader.version)
        put(UInt32(clamping: entries.count - 1))
        put(UInt64(clamping: documents))
        put(lastSeq)
        put(UInt64(clamping: fullBuckets))
        put(scatter.multiplier)
        put(UInt32(clamping: directoryBits))
        out += identity.bytes
        out += mark.bytes
        for number in entries { put(UInt64(clamping: number)) }
        for checksum in checksums { put(checksum) }
        var checksum = Checksum()
        out.withUnsafeBytes { checksum.add($0) }
        put(checksum.value)
        return out
    }

    /// The header at the start of `bytes`, or why there is none that could be used.
    static func decode(_ bytes: [UInt8]) -> Result<SnapshotHeader, Refusal> {
        bytes.withUnsafeBytes { raw in
            func number<Number: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, _: Number.Type) -> Number {
                guard offset >= 0, offset + MemoryLayout<Number>.size <= raw.count else { return 0 }
                return Number(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: Number.self))
            }
            guard raw.count >= fixedBytes, number(0, UInt64.self) == magic else {
                return .failure(Refusal("it is no index"))
            }
            guard number(8, UInt32.self) == version else { return .failure(Refusal("another version wrote it")) }
            let tables = Int(number(12, UInt32.self)) + 1
            guard (2...tableLimit).contains(tables), raw.count >= SnapshotHeader.bytes(tables: tables) else {
                return .failure(Refusal("its header is not whole"))
            }
            let end = SnapshotHeader.bytes(tables: tables) - 8
            var checksum = Checksum()
            checksum.add(UnsafeRawBufferPointer(rebasing: raw[..<end]))
            guard checksum.value == number(end, UInt64.self) else {
                return .failure(Refusal("its header is damaged"))
            }
            guard let identity = Digest(bytes: Array(raw[48..<80])), let mark = Digest(bytes: Array(raw[80..<112]))
            else {
                return .failure(Refusal("its header is damaged"))
            }
            let header = SnapshotHeader(
                identity: identity, mark: mark, documents: Int(clamping: number(16, UInt64.self)),
                lastSeq: number(24, Int64.self), fullBuckets: Int(clamping: number(32, UInt64.self)),
                scatter: Scatter(multiplier: number(40, UInt32.self)), directoryBits: Int(number(44, UInt32.self)),
                entries: (0..<tables).map { Int(clamping: number(fixedBytes + 8 * $0, UInt64.self)) },
                checksums: (0..<sections(tables: tables)).map {
                    number(fixedBytes + 8 * (tables + $0), UInt64.self)
                })
            return header.isPlausible ? .success(header) : .failure(Refusal("its figures cannot be true"))
        }
    }

    /// True where sums of the figures neither overflow nor contradict one another.
    private var isPlausible: Bool {
        documents > 0 && documents < Int(UInt32.max) && lastSeq > 0
            && (SnapshotLayout.leastDirectoryBits...SnapshotLayout.mostDirectoryBits).contains(directoryBits)
            && entries.allSatisfy { $0 <= documents } && fullBuckets < 1 << 48 && scatter.multiplier & 1 == 1
    }
}

/// Why an index file is not used.
struct Refusal: Error, Equatable, CustomStringConvertible {
    var description: String
    /// The system's reason, where that speaks of the system and the file may well be right.
    var number: Int32?

    init(_ description: String) { self.description = description }

    init(number: Int32) {
        description = SluiceError.reason(number)
        self.number = number
    }
}
