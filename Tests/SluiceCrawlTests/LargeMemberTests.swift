import SluiceCore
import SluiceCrawl
import Testing

/// Members that hold more than is checked before any of it is given out, and yet are decompressed in one go.
@Suite("A large gzip member")
struct LargeMemberTests {
    /// Lines of 3 MB that pack to more than the stream sees of a file at once.
    private static let lines: [UInt8] = {
        var random = SplitMix64(seed: 21)
        var lines: [UInt8] = []
        for number in 0..<700 {
            let text = (0..<250).map { _ in String(random.next(), radix: 16) }.joined()
            lines += Array("{\"id\":\"\(number)\",\"text\":\"\(text)\"}\n".utf8)
        }
        return lines
    }()

    private static func member(_ bytes: some Collection<UInt8>) throws -> [UInt8] {
        try compressed(Array(bytes), .gzip(level: 1))
    }

    @Test("has the records of the plain file, from its start and from any batch on")
    func alone() throws {
        let plain = try read(Self.lines, name: "a.jsonl")
        let file = try TemporaryFile(try Self.member(Self.lines), name: "a.jsonl.gz")
        let whole = try read(file.path, maxRecords: 200, maxBytes: 64 << 20)
        #expect(whole.texts == plain.texts && whole.damage.isEmpty && whole.skipped == 0)
        for point in whole.resumePoints {
            let rest = try read(file.path, from: point)
            #expect(rest.raw == Array(whole.raw.dropFirst(point.ordinal)))
        }
    }

    @Test(
        "is read as far as its records have come out, and not at once",
        arguments: [CompressedWriter.Mode.gzip(level: 1), .zstd])
    func position(mode: CompressedWriter.Mode) throws {
        let file = try TemporaryFile(
            try compressed(Self.lines, mode), name: mode == .zstd ? "a.jsonl.zst" : "a.jsonl.gz")
        let reader = try SourceReader(path: file.path, limits: Limits())
        var shares: [Double] = []
        while let batch = try reader.nextBatch(maxRecords: 70, maxBytes: 64 << 20) {
            shares.append(Double(batch.position) / Double(reader.size))
        }
        #expect(shares.count == 10 && shares.last == 1)
        for (place, share) in shares.enumerated() { #expect(abs(share - Double(place + 1) / 10) < 0.1, "\(shares)") }
    }

    @Test("has them before and behind others, and before what is no member")
    func amongOthers() throws {
        let plain = try read(Self.lines, name: "a.jsonl")
        let small = Array("{\"id\":\"s\",\"text\":\"small\"}\n".utf8)
        let before = try read(Self.member(Self.lines) + Self.member(small), name: "a.jsonl.gz")
        #expect(before.texts == plain.texts + ["small"] && before.damage.isEmpty)
        let behind = try read(Self.member(small) + Self.member(Self.lines), name: "a.jsonl.gz")
        #expect(behind.texts == ["small"] + plain.texts && behind.damage.isEmpty)
        let padded = try read(Self.member(Self.lines) + [UInt8](repeating: 0, count: 600), name: "a.jsonl.gz")
        #expect(padded.texts == plain.texts && padded.damage.isEmpty && padded.skipped == 600)
        let stray = try read(Self.member(Self.lines) + Array("stray".utf8), name: "a.jsonl.gz")
        #expect(stray.texts == plain.texts && stray.damage == [.strayBytes] && stray.skipped == 5)
    }

    @Test("of nine megabytes is read like a small one, and not at all where its trailer states another size")
    func trailer() throws {
        let lines = Self.lines + Self.lines + Self.lines
        let plain = try read(lines, name: "a.jsonl").texts
        let whole = try Self.member(lines)
        let sound = try read(whole, name: "a.jsonl.gz")
        let isSound = sound.texts == plain && sound.damage.isEmpty
        #expect(isSound)
        // Smaller, larger than anything that is decompressed in one go, and nothing at all.
        for stated: UInt32 in [1_000_000, 1 << 31, 0] {
            let other = whole.dropLast(4) + (0..<4).map { UInt8(truncatingIfNeeded: stated >> (8 * $0)) }
            let reading = try read(Array(other), name: "a.jsonl.gz")
            #expect(reading.reasons == [.damagedMember] && reading.texts.isEmpty)
        }
    }

    @Test(
        "whose check fails gives nothing, for any of it may be wrong, and what comes behind it is read",
        arguments: ["gz", "zst"])
    func failedCheck(suffix: String) throws {
        let mode = suffix == "gz" ? CompressedWriter.Mode.gzip(level: 1) : .zstd
        let lines = Self.lines + Self.lines + Self.lines
        var member = suffix == "gz" ? storedMember(lines) : try compressed(lines, .zstd)
        // A digit of a text, which then is another one; or the check itself.
        let place =
            suffix == "gz"
            ? try #require(member.dropFirst(3_000_000).firstIndex(of: UInt8(ascii: "b"))) : member.count - 1
        member[place] ^= 1
        let small = try compressed(Array("{\"id\":\"s\",\"text\":\"small\"}\n".utf8), mode)
        let reading = try read(small + member + small, name: "a.jsonl." + suffix)
        #expect(reading.texts == ["small", "small"])
        #expect(reading.damage == [.damagedMember] && reading.skipped == UInt64(member.count))
    }

    @Test(
        "that is cut off by the next one gives all before the cut, and all of the next one", arguments: ["gz", "zst"],
        [1, 3])
    func cutOffByNext(suffix: String, times: Int) throws {
        let lines = Array(repeatElement(Self.lines, count: times).joined())
        let plain = try read(lines, name: "a.jsonl").texts
        let mode = suffix == "gz" ? CompressedWriter.Mode.gzip(level: 1) : .zstd
        let member = try compressed(lines, mode)
        // gzip's data mostly decompresses on over such a cut; where it does, depends on the place.
        for share in [3, 8, 12, 16, 19] {
            let cut = Array(member.prefix(member.count * share / 21))
            let reading = try read(member + cut + member, name: "a.jsonl." + suffix)
            let rest = reading.texts.dropFirst(plain.count)
            let between = rest.count - plain.count
            let isRight =
                between >= 0 && reading.texts.prefix(plain.count) == plain[...]
                && rest.suffix(plain.count) == plain[...]
                && rest.prefix(between) == plain.prefix(between)
            #expect(isRight && reading.damage == [.damagedMember], "cut at \(share) of 21")
            // The copies of the lines are packed as one by Zstandard, and a block of its is given whole or not at all.
            let expected = (suffix == "gz" ? plain.count : plain.count / times) * share / 21
            #expect(between > expected - 300, "\(between) at \(share) of 21")
        }
    }

    @Test("that is cut off gives all before the cut", arguments: ["gz", "zst"])
    func cutOff(suffix: String) throws {
        let lines = Self.lines + Self.lines + Self.lines
        let plain = try read(lines, name: "a.jsonl").texts
        let member = try compressed(lines, suffix == "gz" ? .gzip(level: 1) : .zstd)
        let reading = try read(Array(member.dropLast(member.count / 4)), name: "a.jsonl." + suffix)
        let isPrefix = reading.texts == Array(plain.prefix(reading.texts.count))
        #expect(isPrefix && reading.damage == [.damagedMember])
        // The three copies are packed as one by Zstandard.
        #expect(reading.texts.count > (suffix == "gz" ? 1500 : 400), "\(reading.texts.count)")
    }

    @Test("whose header has a check is held against it, whatever its size and whatever comes behind it")
    func headerCheck() throws {
        let small = Array("{\"id\":\"s\",\"text\":\"small\"}\n".utf8)
        for (bytes, count) in [(Self.lines, 700), (small, 1)] {
            let plain = try Self.member(bytes)
            for (wrong, expected) in [(UInt32(0), count), (0x0101, 0)] {
                let member = Self.withHeaderCheck(plain, wrong: wrong)
                for behind in [[], Array("stray".utf8), try Self.member(small)] {
                    let reading = try read(member + behind, name: "a.jsonl.gz")
                    let texts = reading.texts.count - (behind.count > 5 ? 1 : 0)
                    #expect(texts == expected)
                    #expect(reading.damage.contains(.damagedMember) == (expected == 0))
                }
            }
        }
    }

    @Test("is read behind many that cannot be decompressed in one go")
    func behindMany() throws {
        let small = Self.withHeaderCheck(try Self.member(Array("{\"id\":\"s\",\"text\":\"small\"}\n".utf8)))
        let plain = try read(Self.lines, name: "a.jsonl").texts
        let reading = try read((0..<20).flatMap { _ in small } + Self.member(Self.lines), name: "a.jsonl.gz")
        let isWhole = reading.texts == Array(repeating: "small", count: 20) + plain
        #expect(isWhole && reading.damage.isEmpty && reading.skipped == 0)
    }

    /// A member whose header has a check of its own, of which the bits of `wrong` are flipped.
    private static func withHeaderCheck(_ plain: [UInt8], wrong: UInt32 = 0) -> [UInt8] {
        var header = Array(plain.prefix(10))
        header[3] |= 2
        let sum = crc32(header) ^ wrong
        return header + [UInt8(truncatingIfNeeded: sum), UInt8(truncatingIfNeeded: sum >> 8)] + plain.dropFirst(10)
    }

    /// The CRC-32 of gzip, bit by bit.
    private static func crc32(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in (sum >> 1) ^ (sum & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
    }

    @Test("that is damaged gives what comes before the damage, and says so once")
    func damaged() throws {
        let plain = try read(Self.lines, name: "a.jsonl").texts
        let whole = try Self.member(Self.lines)
        var flipped = whole
        for index in 0..<4096 { flipped[whole.count * 3 / 4 + index] ^= 0x55 }
        for bytes in [flipped, Array(whole.prefix(whole.count * 3 / 4))] {
            let reading = try read(bytes, name: "a.jsonl.gz")
            #expect(reading.texts.count > 350 && reading.reasons.filter { $0 == .damagedMember }.count == 1)
            // A wrong bit may still be text, or lines that are no JSON, before it shows.
            #expect(zip(reading.texts, plain).filter { $0 != $1 }.count < 60)
        }
    }
}
