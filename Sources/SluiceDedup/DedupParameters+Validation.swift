import SluiceCore

extension DedupParameters {
    /// These parameters, or an error that says which of them cannot be used and what can.
    ///
    /// - Throws: ``SluiceError`` of code `configuration`.
    public func validated() throws(SluiceError) -> DedupParameters {
        try DedupParameters.check(shingleWords, in: 1...64, "dedup.shingle_words")
        try DedupParameters.check(bands, in: 1...256, "dedup.bands")
        try DedupParameters.check(rows, in: 1...64, "dedup.rows")
        guard threshold > 0, threshold <= 1 else {
            throw SluiceError(
                .configuration, "dedup.threshold is \(threshold)", advice: "choose more than 0 and at most 1")
        }
        return self
    }

    private static func check(_ value: Int, in range: ClosedRange<Int>, _ key: String) throws(SluiceError) {
        guard range.contains(value) else {
            throw SluiceError(
                .configuration, "\(key) is \(value)", advice: "choose \(range.lowerBound) to \(range.upperBound)")
        }
    }
}
