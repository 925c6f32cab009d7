import SluiceDetect
import SluiceText
import Testing

@Suite struct `The language of a text` {
    private func language(_ text: String) -> String? {
        LanguageIdentifier.shipped.language(of: Samples.words(text))?.code
    }

    @Test func `is named from two sentences, in more than fifty languages`() {
        #expect(Set(LanguageSamples.all.map(\.code)).count == LanguageSamples.all.count)
        var right = 0
        for (code, text) in LanguageSamples.all {
            let named = language(text)
            if named == code { right += 1 }
            // Indonesian is also told as Malay: two sentences may be in either.
            #expect(named == nil || named == code || (code == "id" && named == "ms"), "\(code) as \(named ?? "")")
        }
        print("languages named right from two sentences: \(right) of \(LanguageSamples.all.count)")
        #expect(right >= 50)
    }

    @Test func `does not depend on case, on accents written apart or on how long the text is`() {
        let text = "Wczoraj poszliśmy na targ, ponieważ moja siostra chciała kupić świeże owoce i świeży chleb dla nas."
        #expect(language(text) == "pl")
        #expect(language(text.uppercased()) == "pl")
        #expect(language(String(repeating: text + " ", count: 500)) == "pl")
        let apart = text.unicodeScalars.flatMap { scalar -> [Unicode.Scalar] in
            scalar == "ś" ? ["s", "\u{301}"] : scalar == "ż" ? ["z", "\u{307}"] : [scalar]
        }
        #expect(language(String(String.UnicodeScalarView(apart))) == "pl")
    }

    @Test func `of a long text is that of its body, not of its first lines`() throws {
        let german = try #require(LanguageSamples.all.first { $0.code == "de" }).text
        let menu =
            "Home About Contact Sign in Search Products Services Support Privacy Terms of use Copyright all rights "
        #expect(language(menu + String(repeating: german + " ", count: 12)) == "de")
    }

    @Test(arguments: [
        "xkq wvj zzt plrm gnthk bfft qqs dlorp mnik vrask tchup wilm zog brint kwexa jjik lorv plikk snorf gwaz tibble",
        "0x1F 3.14 2024-01-01 12:30:11 17 42 99 100 5000 3 2 1 0 127.0.0.1 8080 443 22 7 8 9 10 11 12 13 14 15 16 18 19",
        "", "a", "…", "Zz", "\u{301}\u{301}",
    ])
    func `is not named where there is none`(text: String) {
        #expect(language(text) == nil)
    }

    @Test func `is not that of another where the table lacks it, unless the two are related`() {
        // Greek and Hindi in Latin letters, and Zulu.
        for text in [
            """
            Htes pigame stin agora giati i adelfi mou ithele na agorasei freska frouta kai evrehe olo to proi alla otan
            gyrisame sto spiti kaneis den thymose pou to psomi itan vregmeno
            """,
            """
            Kal hum bazaar gaye kyunki meri behen taaze phal kharidna chahti thi aur poori subah baarish hoti rahi lekin jab
            hum ghar laute to kisi ko gussa nahin aaya tha
            """,
            """
            Izolo siye emakethe ngoba udadewethu wayefuna ukuthenga izithelo ezintsha kanti izulu lalina ekuseni konke futhi
            lapho sibuyela ekhaya akekho owathukuthela
            """,
        ] {
            #expect(language(text) == nil)
        }
    }

    @Test func `has a name for every code that can be found`() {
        for language in LanguageIdentifier.shipped.languages { #expect(language.name != language.code) }
        #expect(LanguageIdentifier.shipped.languages.count >= 50)
        #expect(Set(Language.knownCodes).count >= 70)
    }
}
