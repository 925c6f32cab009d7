import ArgumentParser
import Foundation
import SluiceCore
import SluiceDetect
import SluicePipeline

struct DetectorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "detector", abstract: "Train, measure and show the detector's model.",
        subcommands: [Train.self, Evaluate.self, Show.self])

    struct Train: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Learn a model from labelled texts.",
            discussion: """
                The data are JSON lines with text and label (human or synthetic), and domain, source, generator and attack
                where known. The same data and seed give the same model, byte for byte.
                """)

        @Option(parsing: .upToNextOption, help: ArgumentHelp("Labelled texts to learn from.", valueName: "file"))
        var data: [String]

        @Option(
            parsing: .upToNextOption, help: ArgumentHelp("Other labelled texts to calibrate on.", valueName: "file"))
        var calibration: [String]

        @Option(help: ArgumentHelp("Where to put the model.", valueName: "file"))
        var output: String

        @Option(help: "The seed of the random crops.")
        var seed: UInt64 = 1

        func run() async throws {
            try await reportingErrors {
                var options = DetectorTrainer.Options()
                options.seed = seed
                let model = try DetectorTrainer(options).train(
                    try LabelledFile.read(data), calibration: try LabelledFile.read(calibration))
                do { try Data(model.encoded()).write(to: URL(fileURLWithPath: output), options: .atomic) } catch {
                    throw SluiceError(.cannotCreate, "\(output) cannot be written", advice: "check the path")
                }
                Console.out(model.summary.text)
            }
        }
    }

    struct Evaluate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Measure a model on labelled texts.")

        @OptionGroup var shared: SharedOptions

        @Option(parsing: .upToNextOption, help: ArgumentHelp("Labelled texts to measure on.", valueName: "file"))
        var data: [String]

        func run() async throws {
            try await reportingErrors {
                let model = try ShippedFiles.model(try shared.settings())
                let evaluation = DetectorEvaluation(model: model, examples: try LabelledFile.read(data))
                Console.out(shared.json ? evaluation.json : evaluation.table)
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show the model in force.")

        @OptionGroup var shared: SharedOptions

        func run() async throws {
            try await reportingErrors {
                let summary = try ShippedFiles.model(try shared.settings()).summary
                Console.out(shared.json ? summary.json : summary.text)
            }
        }
    }
}
