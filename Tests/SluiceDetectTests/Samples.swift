import Foundation
import SluiceCore
import SluiceDetect
import SluiceText

/// Texts and models that the tests share.
enum Samples {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    static let shipped = root.appendingPathComponent("config/detector/sluice-detector.model").path
    static let dev = root.appendingPathComponent("../shared/detector-data/dev.jsonl.gz").path

    /// Plain prose that a person wrote.
    static let plain = """
        We walked down to the harbour that morning, my brother and I, and found that the boat had gone. Nobody had seen
        it leave. The old man who mends the nets said he thought it was the wind, but there had been no wind, and he knew
        it as well as we did. So we sat on the wall and waited for something to happen, and nothing did until noon.
        """

    /// Prose as chat models write it.
    static let machine = """
        It is important to note that fostering a vibrant community plays a crucial role in navigating the complexities of
        modern life. By embracing a diverse tapestry of perspectives, individuals can delve into new opportunities and
        cultivate a deeper understanding of one another. Furthermore, this holistic approach underscores the significance
        of collaboration, ensuring that every voice is heard and that meaningful progress is achieved.
        """

    /// A detector of the shipped model, with a scratch.
    static func detector() throws -> (Detector, DetectorScratch) {
        let detector = Detector(model: try DetectorModel.load(path: shipped))
        return (detector, DetectorScratch(for: detector))
    }

    static func words(_ text: String) -> Words {
        var tokenizer = Tokenizer()
        return tokenizer.tokenize(Array(text.utf8))
    }

    /// English-like texts of two kinds that differ in how often they use half of a small vocabulary.
    static func corpus(_ count: Int, seed: UInt64) -> [LabelledText] {
        var random = Seeded(state: seed)
        let common = "the of and to in is that it was for with as his be by at this had not are but from which you they"
            .split(separator: " ").map(String.init)
        return (0..<count).map { number in
            let isSynthetic = number % 2 == 0
            let text = (0..<80).map { _ in
                if random.below(5) < 3 { return common[random.below(common.count)] }
                let half = random.below(4) < 3
                return (half == isSynthetic ? "alpha" : "omega") + String(random.below(40))
            }
            return LabelledText(
                id: String(number), text: Array(text.joined(separator: " ").utf8), isSynthetic: isSynthetic,
                generator: isSynthetic ? "toy" : "human", domain: "domain\(number / 2 % 3)", source: "toy")
        }
    }

    /// The options for a corpus as small as ``corpus(_:seed:)``.
    static var options: DetectorTrainer.Options {
        var options = DetectorTrainer.Options()
        options.features = 2_000
        options.unseenShare = 0
        options.minimumTexts = 2
        options.minimumDomains = 2
        return options
    }

    /// A model that tells the two kinds of ``corpus(_:seed:)`` apart.
    static let toy = Task<DetectorModel, any Error> {
        try await DetectorTrainer(options).train(corpus(400, seed: 1), calibration: corpus(200, seed: 2))
    }

    /// The lexicon that a file with this text is.
    static func lexicon(_ text: String) throws -> Lexicon {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-lexicon-\(UUID().uuidString)")
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try Lexicon.load(path: file.path)
    }

    /// The labelled texts of a gzip file of JSON lines, or nil where there is none.
    static func labelledTexts(_ path: String) throws -> [LabelledText]? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let gzip = Process()
        gzip.executableURL = URL(fileURLWithPath: "/bin/gzip")
        gzip.arguments = ["-dc", path]
        let pipe = Pipe()
        gzip.standardOutput = pipe
        try gzip.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        gzip.waitUntilExit()
        return try data.split(separator: 10).map { line in
            let object = try JSONSerialization.jsonObject(with: line) as? [String: Any] ?? [:]
            func string(_ key: String) -> String { object[key] as? String ?? "" }
            return LabelledText(
                id: string("id"), text: Array(string("text").utf8), isSynthetic: string("label") == "synthetic",
                generator: string("generator"), domain: string("domain"), source: string("source"),
                attack: object["attack"] as? String ?? "none")
        }
    }
}

/// A seeded generator for reproducible trials.
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (state ^ (state >> 29)) &* 0x9E37_79B9_7F4A_7C15
    }

    mutating func below(_ bound: Int) -> Int { Int(next() >> 33) % bound }
}
