import Foundation
import SluiceCore
import SluiceDetect
import SluicePipeline
import Testing

@Suite("The settings")
struct SettingsTests {
    private static let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("config/sluice.yaml")

    /// The keys and values of the shipped file, as far as its plain form goes: sections and scalars.
    private func shipped() throws -> [(key: String, value: String)] {
        var section = ""
        var entries: [(String, String)] = []
        for line in try String(contentsOf: Self.file, encoding: .utf8).split(separator: "\n") {
            let text = line.prefix { $0 != "#" }
            guard let colon = text.firstIndex(of: ":") else { continue }
            let key = text[..<colon].trimmingCharacters(in: .whitespaces)
            let value = text[text.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            if text.hasPrefix(" ") {
                entries.append((section + "." + key, value.trimmingCharacters(in: ["\""])))
            } else {
                section = key
            }
        }
        return entries
    }

    @Test("of the shipped file are the defaults, every key once, in order")
    func shippedFile() throws {
        let entries = try shipped()
        #expect(entries.map(\.key) == SettingKey.all.map(\.name))
        #expect(entries.map(\.value) == SettingKey.all.map { $0.read(Settings()) })
    }

    @Test("each explain themselves in the shipped file")
    func comments() throws {
        let lines = try String(contentsOf: Self.file, encoding: .utf8).split(separator: "\n")
        for line in lines where line.hasPrefix("  ") { #expect(line.contains(" # "), "\(line)") }
    }

    @Test("survive the way through their text", arguments: SettingKey.all.map(\.name))
    func roundTrip(name: String) throws {
        let key = try #require(SettingKey.all.first { $0.name == name })
        var settings = Settings()
        try key.write(key.read(Settings()), to: &settings)
        #expect(settings == Settings())
    }

    @Test(
        "refuse what is out of range or of another kind, and name the key",
        arguments: [
            ("shards.cap", "1.5"), ("shards.cap", "-0.1"), ("shards.cap", "nan"), ("shards.cap", "much"),
            ("ingest.workers", "-1"), ("ingest.workers", "2.5"), ("dedup.bands", "0"),
            ("dedup.threshold", "inf"), ("detection.anchor_before", "30.11.2022"),
            ("detection.anchor_before", "2022-13-01"), ("limits.record_bytes", ""), ("service.allowed_hosts", "a b/c"),
            ("service.allowed_hosts", ",,"),
            ("service.allowed_hosts", "*.example"), ("service.allowed_hosts", "a.example:"),
            ("service.allowed_hosts", "http://a.example"),
        ])
    func refusals(name: String, text: String) throws {
        let key = try #require(SettingKey.all.first { $0.name == name })
        var settings = Settings()
        let error = #expect(throws: SluiceError.self) { try key.write(text, to: &settings) }
        #expect(error?.code == .configuration)
        #expect(error?.message.contains(name) == true)
        #expect(settings == Settings())
    }

    @Test(
        "take hosts by name or address, with and without ports",
        arguments: ["", "A.example", "a:80,\t[::1]:1 , 10.0.0.1"])
    func hosts(text: String) throws {
        var settings = Settings()
        try #require(SettingKey.all.first { $0.name == "service.allowed_hosts" }).write(text, to: &settings)
        #expect(settings.service.allowedHosts == text)
    }

    @Test("have another digest with another vocabulary of the same path, where a watermark is looked for")
    func vocabularyDigest() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("vocabulary-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        var settings = Settings()
        settings.watermark.vocabulary = path
        func digest(_ vocabulary: String, scheme: String) throws -> Digest {
            try Data(vocabulary.utf8).write(to: URL(fileURLWithPath: path))
            settings.watermark.scheme = scheme
            return settings.digest
        }
        #expect(try digest("one", scheme: "none") == digest("two", scheme: "none"))
        let scheme = try #require(WatermarkScheme.allCases.first?.rawValue)
        #expect(try digest("one", scheme: scheme) != digest("two", scheme: scheme))
        #expect(try digest("one", scheme: scheme) == digest("one", scheme: scheme))
    }

    @Test("that decide about records change the digest, the others do not")
    func digest() throws {
        var decided = Settings()
        decided.shards.cap = 0.2
        #expect(decided.digest != Settings().digest)
        var moved = Settings()
        moved.ingest.workers = 7
        moved.ingest.batchRecords = 3
        #expect(moved.digest == Settings().digest)
    }
}
