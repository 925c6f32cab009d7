import SluiceText
import Testing

/// The normalised words of `text`.
private func words(_ text: String) -> [String] {
    var tokenizer = Tokenizer()
    let words = tokenizer.tokenize(Array(text.utf8))
    let joined = String(decoding: words.normalized, as: UTF8.self)
    return joined.isEmpty ? [] : joined.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
}

@Suite("The tokenizer")
struct TokenizerTests {
    @Test(
        "cuts at everything but letters, digits, marks and underscores",
        arguments: [
            ("", []), ("  \n\t ", []), ("...", []), ("word", ["word"]), ("Two words", ["two", "words"]),
            ("don't re-use snake_case", ["don", "t", "re", "use", "snake_case"]),
            ("a1 2b 3.14", ["a1", "2b", "3", "14"]),
            ("naïve—“quoted”…", ["naïve", "quoted"]), ("x², ½ and Ⅷ", ["x²", "½", "and", "ⅷ"]),
            ("Grüße AUS ÖSTERREICH", ["grüße", "aus", "österreich"]), ("ΟΔΟΣ οδος", ["οδοσ", "οδοσ"]),
            ("МОСКВА", ["москва"]), ("हिन्दी में", ["हिन्दी", "में"]), ("한국어 텍스트", ["한국어", "텍스트"]),
            ("soft\u{AD}hyphen", ["softhyphen"]),
            ("İstanbul", ["i\u{307}stanbul"]), ("ends\u{0}here", ["ends", "here"]), ("😀smile😀", ["smile"]),
        ])
    func cuts(text: String, expected: [String]) {
        #expect(words(text).map { Array($0.utf8) } == expected.map { Array($0.utf8) })
    }

    @Test(
        "makes a word of each letter of a script without spaces, with its marks",
        arguments: [
            ("我爱AI。", ["我", "爱", "ai"], 2), ("ひらがな カタ", ["ひ", "ら", "が", "な", "カ", "タ"], 6), ("ที่", ["ที่"], 1),
            ("a我1", ["a", "我", "1"], 1), ("ខ្មែ", ["ខ្", "មែ"], 2), ("ລາວ", ["ລ", "າ", "ວ"], 3),
            ("မြန်မာ", ["မြ", "န်", "မာ"], 3),
        ])
    func unspaced(text: String, expected: [String], count: Int) {
        #expect(words(text) == expected)
        var tokenizer = Tokenizer()
        #expect(tokenizer.tokenize(Array(text.utf8)).shape.unspacedWords == count)
    }

    @Test("compares words in NFC, whatever came before in the text")
    func composes() {
        let composed = Array("Un café très animé, où l’été".utf8)
        let decomposed = Array("Un cafe\u{301} tre\u{300}s anime\u{301}, ou\u{300} l’e\u{301}te\u{301}".utf8)
        var tokenizer = Tokenizer()
        let a = tokenizer.tokenize(composed)
        let b = tokenizer.tokenize(decomposed)
        #expect(a.normalized == b.normalized)
        #expect(a.hashes == b.hashes)
        #expect(b.shape.bytes == decomposed.count)
        #expect(words("\u{212B}ngström K\u{212A}") == ["ångström", "kk"])
    }

    @Test("passes over variation selectors and over marks that no letter carries")
    func invisibles() {
        #expect(words("ca\u{FE0F}t \u{301}s ❤\u{FE0F} 1\u{FE0F}") == ["cat", "s", "1"])
    }

    @Test(
        "passes over what is invisible within a word",
        arguments: [
            "\u{AD}", "\u{200B}", "\u{200C}", "\u{200D}", "\u{200E}", "\u{2060}", "\u{2066}", "\u{FEFF}", "\u{E0041}",
        ])
    func unseen(sign: String) {
        #expect(words("ca\(sign)t\(sign) \(sign)an\(sign)d e\(sign)\u{301}te\u{301}") == ["cat", "and", "été"])
        #expect(words("\(sign)\(sign)") == [])
        #expect(words("می\(sign)خواهم") == ["میخواهم"])
    }

    // What Unicode's upper case of the first one is.
    @Test(
        "takes words for the same in either case, though only the small letter is composed",
        arguments: [
            ("ǰazz", "J\u{30C}AZZ"), ("ẖadīth", "H\u{331}ADĪTH"), ("προΐσταμαι", "ΠΡΟΪ\u{301}ΣΤΑΜΑΙ"),
            ("ẘ", "W\u{30A}"),
            ("\u{F49}\u{F35}\u{F81}", "\u{F49}\u{F71}\u{F80}\u{F35}"),
            ("\u{F40}\u{F80}\u{F75}", "\u{F40}\u{F71}\u{F80}\u{F74}"),
        ])
    func cases(small: String, large: String) {
        #expect(words(small).map { Array($0.utf8) } == words(large).map { Array($0.utf8) })
    }

    @Test("gives each normalised word its hash")
    func hashes() {
        var tokenizer = Tokenizer()
        for text in ["A bb CCC dddd eeeeeeee fffffffff gggggggggggggggg hhhhhhhhhhhhhhhhh", "Été à l'Œuvre 我爱", "x"] {
            let result = tokenizer.tokenize(Array(text.utf8))
            let expected = words(text).map { WordHash.of($0) }
            #expect(result.hashes == expected)
            #expect(result.count == expected.count)
        }
    }

    // Computed by a separate implementation of the definition.
    @Test("never changes the hash of a word")
    func pinned() {
        let vectors: [(String, UInt64)] = [
            ("", 0x2FED_DA14_ED90_790D), ("a", 0xD3D8_13A4_E8F8_F2E2), ("the", 0x485C_4B2E_27A7_794B),
            ("sentence", 0x45BE_E277_8C3C_AD1B), ("sentences", 0x26ED_5ED4_6B8F_BE0C), ("été", 0xD22E_5C5A_CCAB_3C51),
            ("donaudampfschifffahrtsgesellschaft", 0xAC3A_5701_3D5C_5A7C),
        ]
        for (word, hash) in vectors { #expect(WordHash.of(word) == hash, "\(word)") }
    }

    @Test("counts what the text is made of")
    func shape() {
        var tokenizer = Tokenizer()
        let text = "The \"First\" (and 2nd) line;\n{x} = [y_z] \\ ~ `é`\n我"
        let shape = tokenizer.tokenize(Array(text.utf8)).shape
        let bytes = Array(text.utf8)
        func count(_ set: String) -> Int { bytes.count { Array(set.utf8).contains($0) } }
        #expect(shape.bytes == bytes.count)
        #expect(shape.lines == 2)
        #expect(shape.upper == 2)
        #expect(shape.digits == 1)
        #expect(shape.punctuation == count(".,;:!?'\"-()"))
        #expect(shape.symbols == count("{}[]<>=_/\\|&*+#@$%^~`"))
        #expect(shape.nonASCII == bytes.count { $0 >= 0x80 })
        #expect(shape.unspacedWords == 1)
        // Spaces, dashes and quotation marks that any language has, and what is invisible, are no foreign letters.
        for text in ["“a”\u{A0}– b…\u{2009}c\u{AD}d\u{200B}e é", "“e\u{301}”\u{A0}\u{200B}"] {
            #expect(tokenizer.tokenize(Array(text.utf8)).shape.nonASCII == 2, "\(text)")
        }
    }

    @Test("counts the control characters that are no white space, and none behind the text's end")
    func controls() {
        var tokenizer = Tokenizer()
        for length in 0..<200 {
            let letters = [UInt8](repeating: UInt8(ascii: "a"), count: length)
            #expect(tokenizer.tokenize(letters).shape.controls == 0, "\(length)")
            #expect(tokenizer.tokenize(letters + [9, 10, 11, 12, 13, 32]).shape.controls == 0, "\(length)")
            #expect(tokenizer.tokenize(letters + [0, 8, 14, 31, 127]).shape.controls == 5, "\(length)")
            #expect(tokenizer.tokenize([0] + letters + [0]).shape.controls == 2, "\(length)")
        }
    }

    @Test("counts no sign of bold print as one that prose does not use, wherever it stands")
    func emphasis() {
        var tokenizer = Tokenizer()
        for (stars, counted) in [("*", 1), ("**", 0), ("***", 1), ("** ** *", 1), ("x**y**z", 0), ("********", 6)] {
            for before in 0..<130 {
                let text = String(repeating: "a", count: before) + stars + " b"
                #expect(tokenizer.tokenize(Array(text.utf8)).shape.symbols == counted, "\(stars) behind \(before)")
            }
        }
    }
}
