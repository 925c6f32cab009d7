import Foundation
import SluiceCore
import SluiceDetect
import Testing

@Suite("The model file")
struct ModelTests {
    private let model: DetectorModel
    private let bytes: [UInt8]

    init() async throws {
        model = try await Samples.toy.value
        bytes = model.encoded()
    }

    @Test("What is written is what is read")
    func roundTrip() throws {
        let again = try DetectorModel(bytes: bytes)
        #expect(again.encoded() == bytes)
        #expect(again.id == model.id)
        #expect(again.figures == model.figures)
        #expect(again.phrases == model.phrases)
        #expect(again.calibration == model.calibration)
    }

    @Test("Every truncation is refused")
    func truncations() {
        for length in stride(from: 0, to: bytes.count, by: 37) {
            #expect(throws: SluiceError.self) { try DetectorModel(bytes: Array(bytes[..<length])) }
        }
    }

    @Test("Every flipped bit is noticed")
    func flips() {
        var random = Seeded(state: 5)
        for _ in 0..<300 {
            var damaged = bytes
            damaged[random.below(damaged.count)] ^= 1 << UInt8(random.below(8))
            #expect(throws: SluiceError.self) { try DetectorModel(bytes: damaged) }
        }
    }

    @Test("Damage with a right checksum never crashes: it is refused, or it is a model that can judge")
    func forgedFlips() throws {
        var random = Seeded(state: 6)
        let text = Samples.corpus(1, seed: 1)[0]
        let words = Samples.words(String(decoding: text.text, as: UTF8.self))
        var refused = 0
        for _ in 0..<300 {
            var body = Array(bytes.dropLast(Digest.byteCount))
            for _ in 0...random.below(4) { body[random.below(min(body.count, 600))] = UInt8(random.below(256)) }
            if random.below(3) == 0 { body.removeLast(random.below(body.count)) }
            do {
                let forged = try DetectorModel(bytes: body + Digest.of(body).bytes)
                let detector = Detector(model: forged)
                var scratch = DetectorScratch(for: detector)
                #expect(detector.score(words, scratch: &scratch).llr.isFinite)
            } catch {
                refused += 1
            }
        }
        #expect(refused > 0)
    }

    @Test("What is no model says so, and a missing file is a missing input")
    func foreign() {
        #expect(throws: SluiceError.self) { try DetectorModel(bytes: Array("{\"model\": 1}".utf8)) }
        do throws(SluiceError) {
            _ = try DetectorModel.load(path: "/nonexistent/sluice.model")
            Issue.record("a model out of nothing")
        } catch {
            #expect(error.code == .inputMissing)
        }
    }
}
