import Foundation
import Glibc
import SluiceCore
import SluiceService
import Testing

@Suite struct `The spool under random names and entries` {
    /// 10,000, or what `SLUICE_FUZZ_RUNS` says.
    private static let runs = ProcessInfo.processInfo.environment["SLUICE_FUZZ_RUNS"].flatMap { Int($0) } ?? 10_000

    /// Where waiting for the disk costs nothing, if there is such a place.
    private static let memory =
        access("/dev/shm", W_OK) == 0
        ? URL(fileURLWithPath: "/dev/shm") : FileManager.default.temporaryDirectory

    @Test func `a name is taken exactly when the rules say so, as they are written a second time here`() {
        var random = SplitMix(state: 1)
        var taken = 0
        for _ in 0..<Self.runs {
            let bytes = random.name()
            let isTaken = (try? EntryName(bytes)) != nil
            taken += isTaken ? 1 : 0
            guard isTaken == Self.isGood(bytes) else {
                Issue.record("\(bytes)")
                return
            }
            guard isTaken, let name = try? EntryName(bytes) else { continue }
            guard Array(name.text.utf8) == bytes, ShelfName(name).name(1).utf8.count <= 243,
                ShelfName(name).name(Int(random.next() >> 24)).utf8.count <= 243,
                (try? EntryName(Array(ShelfName(name).name(7).utf8))) != nil
            else {
                Issue.record("\(bytes)")
                return
            }
        }
        #expect(taken > Self.runs / 10 && taken < Self.runs)
    }

    @Test func `a scan finds just the files, and what is put on the shelf stays inside it`() throws {
        let fixture = try SpoolFixture(in: TemporaryFolder(under: Self.memory))
        let sentinel = try fixture.folder.file("sentinel", "untouched")
        let linked = try fixture.folder.file("linked", "untouched")
        let directories = try SpoolDirectories(fixture.root)
        var random = SplitMix(state: 2)
        var made = 0
        while made < Self.runs {
            var good: Set<[UInt8]> = []
            var others = 0
            for _ in 0..<min(500, Self.runs - made) {
                made += 1
                let bytes = random.name()
                let kind = random.next() % 8
                guard make(kind, bytes, directories.incoming, sentinel, linked) else { continue }
                if kind < 4, Self.isGood(bytes) { good.insert(bytes) } else { others += 1 }
            }
            let scan = try IncomingScan(directories, limit: 1000)
            #expect(Set(scan.files.map { Array($0.name.text.utf8) }) == good)
            #expect(scan.left.unusual + scan.left.unfinished == others)
            for find in scan.files {
                let entry = try #require(try directories.take(find.name))
                let target = random.next() % 2 == 0 ? directories.done : directories.failed
                #expect(try Shelf(directories: directories, target: target).put(entry, report: [0x7B, 0x7D]) != nil)
            }
            #expect(try IncomingScan(directories, limit: 1000).files.isEmpty)
            for name in ["done", "failed"] {
                let names = try fixture.names(in: name)
                let reports = names.count { $0.hasSuffix(".report.json") }
                #expect(reports * 2 == names.count)
            }
            for name in ["incoming", "done", "failed"] { try clear("\(fixture.root)/\(name)") }
        }
        #expect(try String(contentsOfFile: sentinel, encoding: .utf8) == "untouched")
        #expect(try String(contentsOfFile: linked, encoding: .utf8) == "untouched")
        #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.root).count == 3)
    }

    @Test func `the oldest are found where there are more files than a scan takes on`() throws {
        let fixture = try SpoolFixture()
        for number in 0..<200 { try fixture.lay("\(number)", "", age: 1000 + (number * 73) % 200) }
        let scan = try IncomingScan(try SpoolDirectories(fixture.root), limit: 20)
        let expected = (0..<200).sorted { ($0 * 73) % 200 > ($1 * 73) % 200 }.prefix(20).map(String.init)
        #expect(scan.files.map(\.name.text) == expected)
        #expect(scan.left.beyondLimit == 180)
    }

    /// Makes an entry: kinds 0 to 3 are files, the others what is never taken. False where there is one already.
    private func make(_ kind: UInt64, _ name: [UInt8], _ directory: Int32, _ sentinel: String, _ linked: String) -> Bool
    {
        let path = name.map { CChar(bitPattern: $0) } + [0]
        switch kind {
        case 0..<4:
            let file = openat(directory, path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
            if file >= 0 { close(file) }
            return file >= 0
        case 4: return symlinkat(sentinel, directory, path) == 0
        case 5: return mkfifoat(directory, path, 0o600) == 0
        case 6: return mkdirat(directory, path, 0o700) == 0
        default: return linkat(AT_FDCWD, linked, directory, path, 0) == 0
        }
    }

    private func clear(_ path: String) throws {
        let directory = open(path, O_RDONLY | O_DIRECTORY)
        let stream = try #require(fdopendir(directory))
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 1) { name in
                    if strcmp(name, ".") == 0 || strcmp(name, "..") == 0 { return }
                    if unlinkat(directory, name, 0) != 0 { unlinkat(directory, name, Int32(AT_REMOVEDIR)) }
                }
            }
        }
    }

    /// The rules for names, told another way than the spool's.
    private static func isGood(_ bytes: [UInt8]) -> Bool {
        var (scalars, decoder, input): ([Unicode.Scalar], UTF8, _) = ([], UTF8(), bytes.makeIterator())
        decoding: while true {
            switch decoder.decode(&input) {
            case .scalarValue(let scalar): scalars.append(scalar)
            case .emptyInput: break decoding
            case .error: return false
            }
        }
        let directions: Set<Unicode.Scalar> = [
            "\u{61C}", "\u{200E}", "\u{200F}", "\u{202A}", "\u{202B}", "\u{202C}", "\u{202D}", "\u{202E}", "\u{2066}",
            "\u{2067}", "\u{2068}", "\u{2069}",
        ]
        let separators: Set<Unicode.GeneralCategory> = [.control, .lineSeparator, .paragraphSeparator]
        guard scalars.first != ".", directions.isDisjoint(with: scalars),
            !scalars.contains(where: { separators.contains($0.properties.generalCategory) })
        else { return false }
        return ![".part", ".partial", ".tmp", ".report.json"].contains { ending in
            let tail = bytes.suffix(ending.utf8.count).map { CChar(bitPattern: $0) } + [0]
            return strcasecmp(tail, ending) == 0
        }
    }
}

/// A small generator with a fixed seed, so that a failure comes back.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    private static let pieces: [[UInt8]] =
        [
            ".", "..", "-", "a", "B", " ", ".gz", ".jsonl", ".part", ".PARTIAL", ".tmp", ".report.json", ".Report.Json",
            "\n", "\u{1B}[2J", "\u{202E}", "\u{2067}", "\u{2028}", "\u{85}", "\u{7F}", "é", "e\u{301}", "日本",
            "\u{1F980}",
            "report", "json", "tmp", "\u{200D}", "\u{FEFF}", "İ", "K",
        ].map { Array($0.utf8) } + [
            [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x80], [0xF4, 0x90, 0x80, 0x80],
        ]

    /// A name as a file system takes it: 1 to 255 bytes, no slash, no zero, not `.` or `..`.
    mutating func name() -> [UInt8] {
        while true {
            var bytes: [UInt8] = []
            let style = next() % 10
            switch style {
            case 0: for _ in 0...(next() % 255) { bytes.append(UInt8(truncatingIfNeeded: next())) }
            case 1: for _ in 0...(next() % 255) { bytes.append(UInt8(0x61 + next() % 26)) }
            case 2: for _ in 0...(next() % 6) { bytes += SplitMix.pieces.randomElement(using: &self) ?? [] }
            case 3: for _ in 0...(next() % 80) { bytes += SplitMix.pieces.randomElement(using: &self) ?? [] }
            default:
                for _ in 0...(next() % 20) { bytes.append(UInt8(0x21 + next() % 94)) }
                if style > 6 { bytes += SplitMix.pieces.randomElement(using: &self) ?? [] }
            }
            bytes.removeAll { $0 == 0 || $0 == UInt8(ascii: "/") }
            bytes = Array(bytes.prefix(255))
            if !bytes.isEmpty, bytes != [0x2E], bytes != [0x2E, 0x2E] { return bytes }
        }
    }
}
