import SluiceText

/// The numbers of one to four digits, as words.
enum Numerals {
    /// Their hashes, those with leading zeros included.
    static let hashes: Set<UInt64> = {
        var text = ""
        for digits in 1...4 {
            var count = 1
            for _ in 0..<digits { count *= 10 }
            for number in 0..<count {
                let written = String(number)
                text += String(repeating: "0", count: digits - written.count) + written + " "
            }
        }
        var tokenizer = Tokenizer()
        return Set(tokenizer.tokenize(Array(text.utf8)).hashes)
    }()
}

extension Vocabulary {
    /// The same words without numbers: models that were made before numbers were masked kept the common ones.
    var withoutNumerals: Vocabulary {
        let numerals = Set(Numerals.hashes.map(Vocabulary.tag))
        return Vocabulary(
            keptTags: keptTags.filter { !numerals.contains($0) }, functionWords: FunctionWords.hashes)
    }
}
