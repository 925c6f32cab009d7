import SluiceText
import Testing

/// The pieces of `text` that its words stand in.
private func pieces(_ text: String) -> [String] {
    var tokenizer = Tokenizer()
    let bytes = Array(text.utf8)
    return tokenizer.places(in: bytes).map { String(decoding: bytes[$0], as: UTF8.self) }
}

@Suite struct `The places of words` {
    @Test func `are the words as they are written`() {
        #expect(pieces("Don't RE-use “naïve” snake_case…") == ["Don", "t", "RE", "use", "naïve", "snake_case"])
        #expect(pieces("我爱AI。カ\u{3099} 1\u{FE0F}!") == ["我", "爱", "AI", "カ\u{3099}", "1"])
        #expect(pieces("the cat, the cat") == ["the", "cat", "the", "cat"])
        #expect(pieces("") == [] && pieces(" \u{301} …") == [])
    }

    @Test func `are as many as there are words, in order, and each holds its word, whatever the text`() {
        var random = SystemRandomNumberGenerator()
        let scalars: [Unicode.Scalar] = Array(
            "aZ9_ .'-é\u{301}\u{327}ßΣ我ひ\u{3099}ที่ခ်한\u{1112}\u{1161}\u{11AB}\u{212B}\u{FE0F}\u{200D}\u{AD}😀\u{37E}\u{374}\u{958}\u{2ADC}\u{338}=\u{0}\u{10FFFF}İ"
                .unicodeScalars)
        var tokenizer = Tokenizer()
        for round in 0..<4000 {
            var text = ""
            for _ in 0..<(round % 90) { text.unicodeScalars.append(scalars.randomElement(using: &random) ?? "a") }
            let bytes = Array(text.utf8)
            let words = tokenizer.tokenize(bytes)
            let places = tokenizer.places(in: bytes)
            guard places.count == words.count else {
                Issue.record("\(places.count) places of \(words.count) words in \(text.debugDescription)")
                return
            }
            var end = 0
            for (place, hash) in zip(places, words.hashes) {
                #expect(place.lowerBound >= end && !place.isEmpty && place.upperBound <= bytes.count)
                end = place.upperBound
                let word = Array(bytes[place])
                #expect(
                    tokenizer.tokenize(word).hashes == [hash],
                    "\(String(decoding: word, as: UTF8.self).unicodeScalars.map { String($0.value, radix: 16) })")
            }
        }
    }

    @Test func `are found in bytes that are not UTF-8`() {
        var tokenizer = Tokenizer()
        let bytes: [UInt8] = [0x61, 0xFF, 0x62, 0xE4, 0xBD, 0x63, 0xF0]
        #expect(tokenizer.places(in: bytes) == [0..<1, 2..<3, 5..<6])
        #expect(tokenizer.tokenize(bytes).count == 3)
    }

    @Test func `can stop behind the words that are asked for`() {
        var tokenizer = Tokenizer()
        let bytes = Array("Café au lait, 我爱 and so on".utf8)
        let all = tokenizer.places(in: bytes)
        for limit in 0...all.count {
            let some = tokenizer.places(in: bytes, limit: limit)
            #expect(some.count >= limit && some.count <= limit + 1 && all.starts(with: some))
        }
    }
}
