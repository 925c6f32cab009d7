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
                The data are JSON lines with text and label (human or synthetic), and domain, source, generator and attack \
                where known. The same data, options and seed give the same model, byte for byte, with any number of workers.
                """)

        @Option(parsing: .upToNextOption, help: ArgumentHelp("Labelled texts to learn from.", valueName: "file"))
        var data: [String]

        @Option(
            parsing: .upToNextOption,
            help: ArgumentHelp(
                "More texts to learn from, too few for their word frequencies to be trusted; once more weighs more.",
                valueName: "file"))
        var supplement: [String] = []

        @Option(
            parsing: .upToNextOption,
            help: ArgumentHelp(
                "Other labelled texts to calibrate on; without them a tenth of the data is set aside.",
                valueName: "file"))
        var calibration: [String] = []

        @Option(
            parsing: .upToNextOption,
            help: ArgumentHelp("Leave out the texts of these sources, for their licences.", valueName: "source"))
        var excludeSource: [String] = []

        @Option(
            parsing: .upToNextOption,
            help: ArgumentHelp("Leave out the texts of these domains, to measure on them.", valueName: "domain"))
        var excludeDomain: [String] = []

        @Option(
            help: ArgumentHelp(
                "Where to put the model; a table of its phrases goes beside it, as the file's name and .phrases.tsv.",
                valueName: "file"))
        var output: String

        @Option(help: "The seed of the random crops.")
        var seed: UInt64 = 1

        @Option(help: "The penalty on large weights: more of it generalises wider and fits less closely.")
        var penalty = DetectorTrainer.Options().penalty

        @Option(help: "The number of features; a thousand take about 4 kB.")
        var features = DetectorTrainer.Options().features

        @Option(help: "How much texts of domains left out weigh in the calibration, 0 to 0.99.")
        var unseenShare = DetectorTrainer.Options().unseenShare

        @Option(help: "How far the weights are pulled towards the log ratio of word frequencies, 0 to 1000.")
        var ratioPull = DetectorTrainer.Options().ratioPull

        @Option(
            help: ArgumentHelp(
                "Words known from elsewhere: on each line one to three, a tab, and the nats they speak for a machine.",
                valueName: "file"))
        var lexicon: String?

        @Option(
            help: ArgumentHelp(
                "Learn on from this model: the texts move its weights, its features stay; no --lexicon, nothing unseen.",
                valueName: "model"))
        var base: String?

        @Option(help: "How much of the base's weights the model keeps beside what is learnt, 0 to 0.99.")
        var baseShare = DetectorTrainer.Options().baseShare

        @Option(
            help: ArgumentHelp(
                "Models learnt at a time, those without a domain included; 0 for one a processor.", valueName: "n"))
        var workers = 0

        func validate() throws {
            if !(0...1024).contains(workers) { throw ValidationError("--workers must be from 0 to 1024.") }
            let usual = DetectorTrainer.Options()
            if base != nil, lexicon != nil || features != usual.features || ratioPull != usual.ratioPull {
                throw ValidationError(
                    "--base keeps the model's features: leave out --lexicon, --features and --ratio-pull, which do nothing."
                )
            }
            if base == nil, baseShare != usual.baseShare {
                throw ValidationError("--base-share needs --base, whose weights it keeps a share of.")
            }
            if let problem = options.problem { throw ValidationError("--\(problem).") }
        }

        private var options: DetectorTrainer.Options {
            var options = DetectorTrainer.Options()
            options.seed = seed
            options.penalty = penalty
            options.features = features
            options.unseenShare = unseenShare
            options.ratioPull = ratioPull
            options.baseShare = baseShare
            return options
        }

        func run() async throws {
            try await reportingErrors {
                // Begun before anything is learnt, so that what cannot be written is not found out afterwards.
                let inputs = data + supplement + calibration + [lexicon, base].compactMap(\.self)
                let file = try NewFile(output, besides: inputs)
                let phrases = try NewFile(output + ".phrases.tsv", besides: inputs)
                var options = options
                let base = try base.map { path throws(SluiceError) in try DetectorModel.load(path: path) }
                if let lexicon { options.lexicon = try Lexicon.load(path: lexicon) }
                var texts = try LabelledFile.read(data)
                var others = try LabelledFile.read(calibration)
                var more = try LabelledFile.read(supplement)
                for at in more.indices { more[at].isSupplement = true }
                let exclusion = Exclusion(sources: excludeSource, domains: excludeDomain)
                try exclusion.check(against: texts + others + more)
                texts.removeAll { !exclusion.keeps($0) }
                others.removeAll { !exclusion.keeps($0) }
                more.removeAll { !exclusion.keeps($0) }
                if calibration.isEmpty { (texts, others) = LabelledText.setAside(texts) }
                let model = try await DetectorTrainer(options, base: base).train(
                    texts + more, calibration: others, workers: Processors.workers(workers)
                ) { if Console.isInteractive { Console.note($0) } }
                try file.write(model.encoded())
                try phrases.write(Array(model.phraseTable.utf8))
                try file.finish()
                try phrases.finish()
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
                let texts = try LabelledFile.read(data)
                guard !texts.isEmpty else { throw SluiceError(.noUsableData, "the data hold no texts") }
                let evaluation = DetectorEvaluation(model: model, examples: texts)
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
