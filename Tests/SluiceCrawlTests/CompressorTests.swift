import Foundation
import SluiceCore
import SluiceCrawl
import Testing

@Suite("The compressors")
struct CompressorTests {
    private static let samples: [[UInt8]] = [
        [], [0], Array("some text, some text, some text".utf8), [UInt8](repeating: 7, count: 700_000),
        (0..<900_000).map { UInt8(truncatingIfNeeded: ($0 &* $0) >> 7) },
    ]

    @Test("give back what they were given", arguments: samples.indices)
    func roundTrip(index: Int) throws {
        let bytes = Self.samples[index]
        let frame = try ZstdCompressor().compress(bytes, level: 3)
        #expect(try ZstdDecompressor().decompress(frame, limit: bytes.count) == bytes)
        for (mode, name) in [
            (CompressedWriter.Mode.none, "a.bin"), (.gzip(level: 6), "a.gz"), (.zstd, "a.zst"),
        ] {
            let packed = try compressed(bytes, mode)
            let raw = try read(packed, name: name, format: .text).raw
            #expect(raw.map(\.bytes) == (bytes.isEmpty ? [] : [bytes]))
        }
    }

    @Test("refuse frames that are damaged or hold too much")
    func damaged() throws {
        let frame = try ZstdCompressor().compress([UInt8](repeating: 7, count: 1000), level: 3)
        #expect(throws: SluiceError.self) { try ZstdDecompressor().decompress(frame, limit: 999) }
        #expect(throws: SluiceError.self) { try ZstdDecompressor().decompress(frame.dropLast(), limit: 1000) }
        #expect(throws: SluiceError.self) { try ZstdDecompressor().decompress([1, 2, 3], limit: 1000) }
    }

    @Test("make texts smaller with a dictionary of what they share, and only that one gives them back")
    func dictionary() throws {
        let texts = (0..<900).map { number in
            let sentences = (0..<40).map {
                "Section \(($0 * 7 + number) % 60) of page \(number % 90) says what it says. "
            }
            return Array(sentences.joined().utf8)
        }
        #expect(DictionaryTrainer.train(Array(texts.prefix(10))) == nil)
        let learned = try #require(DictionaryTrainer.train(Array(texts.prefix(700))))
        #expect(DictionaryTrainer.train(Array(texts.prefix(700))) == learned)
        let other = try #require(DictionaryTrainer.train(Array(texts.suffix(600))))
        #expect(other != learned)
        let (compressor, decompressor) = (ZstdCompressor(), ZstdDecompressor())
        let dictionary = try ZstdDictionary(learned, level: 3)
        var sizes = (with: 0, without: 0)
        for text in [[], [0]] + texts.suffix(200) {
            let alone = try compressor.compress(text, level: 3)
            let frame = try compressor.compress(text, dictionary: dictionary)
            sizes.with += frame.count
            sizes.without += alone.count
            #expect(try decompressor.decompress(frame, limit: text.count, dictionary: learned) == text)
            // Made without one, it may be read with one.
            #expect(try decompressor.decompress(alone, limit: text.count, dictionary: other) == text)
            #expect(try decompressor.decompress(alone, limit: text.count) == text)
            guard text.count > 1 else { continue }
            #expect(throws: SluiceError.self) { try decompressor.decompress(frame, limit: text.count) }
            #expect(throws: SluiceError.self) {
                try decompressor.decompress(frame, limit: text.count, dictionary: other)
            }
        }
        #expect(3 * sizes.with < 2 * sizes.without)
        let damaged = TextDictionary(bytes: [0x37, 0xA4, 0x30, 0xEC, 0, 1, 2, 3, 4])
        #expect(throws: SluiceError.self) { try ZstdDictionary(damaged, level: 3) }
        #expect(throws: SluiceError.self) {
            try decompressor.decompress(try compressor.compress(texts[0]), limit: 1 << 20, dictionary: damaged)
        }
    }

    @Test("give the same bytes however the input is cut, and count them")
    func deterministic() throws {
        let bytes = Self.samples[4]
        for mode in [CompressedWriter.Mode.none, .gzip(level: 6), .zstd] {
            let file = try TemporaryFile([], name: "out")
            let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file.path))
            let writer = try CompressedWriter(descriptor: handle.fileDescriptor, path: file.path, mode: mode)
            for start in stride(from: 0, to: bytes.count, by: 1013) {
                try writer.write(Array(bytes[start..<min(bytes.count, start + 1013)]))
            }
            let digest = try writer.finish()
            try handle.close()
            let written = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file.path)))
            #expect(written == (try compressed(bytes, mode)))
            #expect(digest == Digest.of(written))
            #expect(writer.rawBytes == UInt64(bytes.count))
            #expect(writer.writtenBytes == UInt64(written.count))
        }
    }

    @Test("say so where the disk is full")
    func fullDisk() throws {
        let handle = try #require(FileHandle(forWritingAtPath: "/dev/full"))
        let writer = try CompressedWriter(descriptor: handle.fileDescriptor, path: "/dev/full", mode: .none)
        let error = #expect(throws: SluiceError.self) {
            try writer.write(Self.samples[4])
            _ = try writer.finish()
        }
        #expect(error?.code == .io)
        #expect(error?.message.contains("/dev/full") == true)
    }
}

@Suite("A bomb", .serialized)
struct BombTests {
    // That it costs no memory either is a matter of the whole program, which has its process to itself: `LimitsTests`.
    @Test("of a gigabyte costs the records around it nothing", arguments: ["gz", "zst"])
    func zeros(suffix: String) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-bomb-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("a.jsonl.\(suffix)").path
        try Data().write(to: URL(fileURLWithPath: path))
        let handle = try #require(FileHandle(forWritingAtPath: path))
        let mode: CompressedWriter.Mode = suffix == "gz" ? .gzip(level: 1) : .zstd
        let writer = try CompressedWriter(descriptor: handle.fileDescriptor, path: path, mode: mode)
        try writer.write(Array("[0]\n{\"text\":\"before\"}\n".utf8))
        let zeros = [UInt8](repeating: 0, count: 1 << 20)
        for _ in 0..<1024 { try writer.write(zeros) }
        try writer.write(Array("\n{\"text\":\"behind\"}\n".utf8))
        _ = try writer.finish()
        try handle.close()
        let lines = try read(path)
        #expect(lines.outcomes == ["not-an-object", "text", "line-too-long", "text"])
        #expect(lines.texts == ["before", "behind"])
        #expect(try read(path, format: .text, limits: Limits(recordBytes: 16 << 20)).outcomes == ["record-too-large"])
        #expect(try read(path, format: .warc).outcomes == ["stray-bytes"])
    }
}
