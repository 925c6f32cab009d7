import Foundation
import SluiceCore
import SluiceDetect
import Testing

@Suite struct `The calibration of a model that is learnt` {
    /// A model learnt from the toy corpus and calibrated on these texts, on no crops of them.
    private func model(_ calibration: [LabelledText], base: DetectorModel? = nil) async throws -> DetectorModel {
        var options = Samples.options
        options.calibrationCrops = 0
        return try await DetectorTrainer(options, base: base)
            .train(Samples.corpus(200, seed: 1), calibration: calibration)
    }

    /// By how much the log likelihood ratio grows with the score, by the number of words.
    private func slope(_ model: DetectorModel, _ words: Double) -> Double {
        let coefficients = model.calibration.coefficients
        return coefficients[1] + coefficients[2] * log(words)
    }

    /// Texts of which every twentieth has the other label.
    private func doubtful(_ count: Int) -> [LabelledText] {
        Samples.corpus(count, seed: 2).enumerated().map { number, text in
            var text = text
            if number / 2 % 20 == 0 { text.isSynthetic.toggle() }
            return text
        }
    }

    @Test
    func `keeps near that of its base, and rises at every length, where there are few texts or all are told apart`()
        async throws
    {
        let base = try await model(doubtful(1000))
        for calibration in [doubtful(40), Samples.corpus(40, seed: 3), Samples.corpus(60, seed: 4)] {
            let few = try await model(calibration, base: base)
            for words in [50.0, 250, 1000] {
                #expect(slope(few, words) > 0)
                #expect((0.5...2).contains(slope(few, words) / slope(base, words)))
            }
        }
    }

    @Test func `does not run away from nothing where all texts are told apart`() async throws {
        let few = try await model(Samples.corpus(40, seed: 3))
        let many = try await model(Samples.corpus(400, seed: 4))
        for words in [50.0, 250, 1000] {
            #expect(slope(few, words) > 0)
            #expect((0.5...2).contains(slope(few, words) / slope(many, words)))
        }
    }

    @Test func `is that of the texts alone within a percent where there are many`() async throws {
        let texts = doubtful(1500)
        let once = try await model(texts)
        let eightfold = try await model((0..<8).flatMap { _ in texts })
        #expect(abs(slope(once, 80) / slope(eightfold, 80) - 1) < 0.01)
    }

    @Test func `is refused where a higher score would speak for a person`() async throws {
        let wrong = Samples.corpus(100, seed: 2).map { text in
            var text = text
            text.isSynthetic.toggle()
            return text
        }
        let error = await #expect(throws: SluiceError.self) { _ = try await model(wrong) }
        #expect(error?.code == .noUsableData)
        #expect(error?.message.contains("the 100 calibration texts do not settle") == true)
    }
}
