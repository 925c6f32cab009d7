extension StyleFigures {
    /// A figure beside its usual range.
    public struct Row: Sendable, Equatable {
        /// What the figure is, for a reader.
        public var name: String
        /// The text's figure.
        public var value: Double
        /// The fifth to the ninety-fifth percentile of the human texts that the model learnt from.
        public var usual: ClosedRange<Double>
    }

    /// The figures that the text has, with their usual ranges.
    ///
    /// The ranges are of 15,303 human training texts of 50 words and more in nine domains, each domain weighing the same.
    public var rows: [Row] {
        let all: [(String, Double?, ClosedRange<Double>)] = [
            ("words a sentence", sentenceLength, 9.6...35.4),
            ("their standard deviation", sentenceSpread, 3.8...20.6),
            ("commas for 100 words", commas, 0.6...9.2),
            ("different words in the first 200, %", variety.map { $0 * 100 }, 43...69),
            ("letters a word", wordLength, 3.8...5.7),
        ]
        return all.compactMap { name, value, usual in value.map { Row(name: name, value: $0, usual: usual) } }
    }
}
