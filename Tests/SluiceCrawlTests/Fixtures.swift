import Foundation
import SluiceCore
import SluiceCrawl

/// A file that is there while a test looks at it.
final class TemporaryFile {
    let path: String
    private let folder: URL

    init(_ bytes: [UInt8], name: String) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-crawl-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appendingPathComponent(name)
        try Data(bytes).write(to: file)
        path = file.path
    }

    deinit { try? FileManager.default.removeItem(at: folder) }
}

/// What reading a source to its end gave.
struct Reading {
    var records: [Record] = []
    var raw: [RawRecord] = []
    var skipped: UInt64 = 0
    var resumePoints: [ResumePoint] = []
    var format = SourceFormat.auto

    var texts: [String] {
        records.compactMap { record in
            if case .text(let bytes) = record.content { String(decoding: bytes, as: UTF8.self) } else { nil }
        }
    }

    var reasons: [Reason] {
        records.compactMap { record in
            if case .rejected(let reason, _) = record.content { reason } else { nil }
        }
    }

    /// `text` or the reason, record by record.
    var outcomes: [String] {
        records.map { record in
            if case .rejected(let reason, _) = record.content { reason.rawValue } else { "text" }
        }
    }

    var damage: [Reason] { reasons.filter(\.isDamage) }
}

/// Reads the file at `path` to its end, in batches.
func read(
    _ path: String, format: SourceFormat = .auto, limits: Limits = Limits(), from: ResumePoint? = nil,
    maxRecords: Int = 100, maxBytes: Int = 1 << 20
) throws -> Reading {
    let reader = try SourceReader(path: path, format: format, limits: limits, resume: from)
    let decoder = RecordDecoder(limits: limits)
    var reading = Reading()
    reading.format = reader.format
    while let batch = try reader.nextBatch(maxRecords: maxRecords, maxBytes: maxBytes) {
        reading.raw += batch.records
        reading.records += batch.records.map(decoder.decode)
        reading.skipped += batch.skipped
        reading.resumePoints.append(batch.resume)
    }
    return reading
}

/// Reads `bytes` as a file called `name`.
func read(
    _ bytes: [UInt8], name: String, format: SourceFormat = .auto, limits: Limits = Limits(), maxRecords: Int = 100
) throws -> Reading {
    let file = try TemporaryFile(bytes, name: name)
    return try read(file.path, format: format, limits: limits, maxRecords: maxRecords)
}

/// `bytes` through a ``CompressedWriter``.
func compressed(_ bytes: [UInt8], _ mode: CompressedWriter.Mode) throws -> [UInt8] {
    let file = try TemporaryFile([], name: "out")
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file.path))
    let writer = try CompressedWriter(descriptor: handle.fileDescriptor, path: file.path, mode: mode)
    try writer.write(bytes)
    _ = try writer.finish()
    try handle.close()
    return [UInt8](try Data(contentsOf: URL(fileURLWithPath: file.path)))
}

func gzip(_ text: String) throws -> [UInt8] { try compressed(Array(text.utf8), .gzip(level: 6)) }

/// A gzip member of stored blocks, written without any library.
func storedMember(_ bytes: [UInt8]) -> [UInt8] {
    var out: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
    var at = 0
    repeat {
        let part = bytes[at..<min(bytes.count, at + 65535)]
        at += part.count
        let length = UInt16(part.count)
        out.append(at == bytes.count ? 1 : 0)
        for word in [length, ~length] {
            out += [UInt8(truncatingIfNeeded: word), UInt8(truncatingIfNeeded: word >> 8)]
        }
        out += part
    } while at < bytes.count
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
        crc ^= UInt32(byte)
        for _ in 0..<8 { crc = (crc >> 1) ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
    for word in [~crc, UInt32(truncatingIfNeeded: bytes.count)] {
        for shift in [0, 8, 16, 24] { out.append(UInt8(truncatingIfNeeded: word >> UInt32(shift))) }
    }
    return out
}

/// A WARC record with its closing line ends.
func warcRecord(
    _ text: String, type: String = "conversion", id: String = "<urn:uuid:1>", length: Int? = nil,
    extra: String = "Content-Type: text/plain\r\n"
) -> String {
    "WARC/1.0\r\nWARC-Type: \(type)\r\nWARC-Target-URI: http://a.example/\(id)\r\nWARC-Date: 2024-01-02T03:04:05Z\r\n"
        + "WARC-Record-ID: \(id)\r\n\(extra)Content-Length: \(length ?? text.utf8.count)\r\n\r\n\(text)\r\n\r\n"
}

/// A small WET: `warcinfo` and `count` records, each with a text of its own.
func wetRecords(_ count: Int) -> [String] {
    [warcRecord("software: test\r\n", type: "warcinfo", id: "<urn:uuid:info>")]
        + (0..<count).map { warcRecord(wetText($0), id: "<urn:uuid:\($0)>") }
}

func wetText(_ index: Int) -> String {
    let words = ["river", "stone", "lantern", "orchard", "winter", "ledger", "harbour", "violin"]
    return (0..<(12 + index % 40)).map { words[($0 &* 7 &+ index &* 3) % 8] + "\($0 &* index)" }.joined(separator: " ")
}

/// Numbers as good as random, the same in every run.
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// A folder of the shared data beside the package, or nil where it is not there.
func shared(_ folder: String) -> URL? {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    let url = root.deletingLastPathComponent().appendingPathComponent("shared").appendingPathComponent(folder)
    return FileManager.default.fileExists(atPath: url.path) ? url : nil
}

let warcSuite = shared("suites/warc-warcio")
let jsonSuite = shared("suites/json-nst")
let realSample = shared("crawl-sample/real")

/// The processor time that this thread has taken, in seconds.
func threadSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
