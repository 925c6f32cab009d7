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
    /// The ranges are of 16,000 human texts of 50 words and more in nine domains, each domain weighing the same.
    public var rows: [Row] {
        let all: [(String, Double?, ClosedRange<Double>)] = [
            ("words a sentence", sentenceLength, 1...2),
            ("their standard deviation", sentenceSpread, 1...2),
            ("commas for 100 words", commas, 1...2),
            ("different words in the first 200, %", variety.map { $0 * 100 }, 1...2),
            ("letters a word", wordLength, 1...2),
        ]
        return all.compactMap { name, value, usual in value.map { Row(name: name, value: $0, usual: usual) } }
    }
}
