import SluiceCore
import SluiceDetect
import SluiceText
import Testing

@Suite struct `What the detector does not judge` {
    private let detector: Detector
    private var scratch: DetectorScratch

    init() throws {
        (detector, scratch) = try Samples.detector()
    }

    private mutating func score(_ text: String) -> TextScore {
        detector.score(Samples.words(text), scratch: &scratch)
    }

    private static func sample(_ code: String) -> String {
        LanguageSamples.all.first { $0.code == code }?.text ?? ""
    }

    @Test mutating func `is named by its language`() throws {
        for (code, text) in LanguageSamples.all {
            let score = score(text + " " + text)
            // Japanese counts every letter as a word; Thai and Tamil have fewer than fifty words here.
            guard score.abstention != .tooShort else { continue }
            #expect(score.abstention == .language, "\(code)")
            let language = LanguageIdentifier.shipped.language(of: Samples.words(text))
            #expect(score.language == language)
            let judgement = try Judge(prior: 0.5).judge(score: score)
            #expect(judgement.verdict == .uncertain)
            let said = language.map { "\($0.name) (\($0.code)), and the model knows English only" } ?? "not in English"
            #expect(judgement.evidence.last?.detail.contains(said) == true)
            #expect((judgement.evidence.last?.detail.utf8.count ?? 0) <= 100)
        }
    }

    @Test mutating func `is a page whose English is only a part`() {
        let french = Self.sample("fr")
        #expect(score(Samples.plain + french + french + french + french).abstention == .language)
        // Beside another script the English words are many, being short, and the page is still in two languages.
        for code in ["ru", "el", "ar", "hi"] {
            #expect(score(Samples.plain + Self.sample(code)).abstention == .language, "\(code)")
        }
        for code in ["ja", "zh", "th"] {
            let found = score(Samples.plain + Self.sample(code) + Self.sample(code))
            #expect(found.abstention == .language && found.language != .english, "\(code)")
        }
        // A quotation does not make an English text French.
        #expect(score(Samples.plain + Samples.plain + french + Samples.plain).abstention == nil)
    }

    @Test mutating func `is not English full of foreign names`() {
        let text = """
            At the meeting in Wrocław, Krzysztof Szczepański and Małgorzata Brzęczyszczykiewicz told Jürgen Großmüller from
            Königsberg that the Łódź office had been closed, while Søren Ångström of Malmö and Đorđe Živković of Niš were of
            the opinion that it should have been moved to Reykjavík, where Guðrún Þórarinsdóttir had found a house for it.
            """
        #expect(score(text).abstention == nil)
    }

    @Test mutating func `is not Scots, which has the English words for it`() {
        let text = """
            The auld man cam doun the brae wi his dug at his fit, an he said tae me that there wis nae wey ower the watter
            the day. Ah telt him that ah had come frae the toun an wis gaun hame tae ma mither, an that she wad be feart for
            me gin ah didna come. He leuched at that, an he gied me a haud o his haun, an we gaed roun bi the brig thegither.
            """
        #expect(score(text).abstention == nil)
    }

    @Test mutating func `is Old English`() {
        let text = """
            Se cyning ferde mid his fyrde ofer þone munt and þa menn þe þær wæron flugon fram him. Ða cwæð se biscop to þam
            folce þæt hie sceoldon abidan oð þone morgen, and hie swa dydon. On þære nihte com micel storm of þære sæ and
            tobræc þa scipu, and nan mann ne mihte hie geniman ær þan þe se winter wæs agan.
            """
        #expect(score(text).abstention == .language)
    }

    @Test mutating func `is a list of names, and says so`() {
        let text = """
            Contributors Alice Carpenter Benjamin Fletcher Charlotte Underwood Daniel Thornton Eleanor Whitfield Frederick
            Stapleton Georgina Hathaway Harold Winterbottom Isabella Kingsley James Featherstone Katherine Blackwood Leonard
            Ashworth Margaret Pemberton Nathaniel Greenwood Olivia Richardson Patrick Summerfield Rosemary Chamberlain Stephen
            Wetherby Theodore Longfellow Victoria Harrington William Standish Abigail Montgomery Christopher Middleton Gregory
            Fairweather Josephine Hutchinson Engineering Marketing Finance Operations
            """
        let found = score(text)
        #expect(found.abstention == .list && found.language == .english)
        #expect(found.abstention?.explanation(found.language).contains("names, lists or headings") == true)
    }

    @Test mutating func `weighs what its words say where it is English and short`() {
        let human = score(
            "We got in late on Friday, it rained, and my brother had left the key with the man next door.")
        #expect(human.abstention == .tooShort && human.llr < -0.5)
        let machine = score(
            "It is important to note that this rich tapestry plays a crucial role in fostering a vibrant community.")
        #expect(machine.abstention == .tooShort && machine.llr > 0.5)
        #expect(abs(machine.evidence.reduce(0) { $0 + $1.weight } - machine.llr) < 1e-9)
        // A handful of words says next to nothing, and a language that the model does not know nothing.
        #expect(abs(score("It is crucial.").llr) < 1)
        #expect(score("Der Hund lief am Abend über die nasse Wiese und bellte nach den Vögeln im Baum.").llr == 0)
        #expect(score("").llr == 0)
    }

    @Test mutating func `speaks for nobody by what is not found in code, numbers and names`() {
        let code = """
            static int take(struct pool *p, size_t n) { /* the lock is held by whoever calls */
                for (size_t i = 0; i < n && p->head != NULL; ++i) { struct slab *s = p->head; p->head = s->next; free(s); }
                if (p->head == NULL) { p->tail = NULL; return -ENOMEM; }
                p->count -= n; return (int)(p->count & 0x7fff); /* so that it fits into what the old headers had */
            }
            """
        let numbers = (0..<60).map { "\($0).25, \($0 * 7).5, \($0 * 3).125" }
        for text in [code + code, numbers.joined(separator: "\n")] {
            let found = score(text)
            #expect(found.abstention == .code && found.llr == 0 && found.evidence.isEmpty)
        }
        let answer = Samples.machine + "\n" + (0..<30).map { "| $x_{\($0)}$ | `f(\($0))` |" }.joined(separator: "\n")
        let found = score(answer)
        #expect(found.abstention == .code && found.llr > 1)
    }

    @Test mutating func `is not prose with words in bold print`() {
        let plain = score(Samples.machine)
        let bold = Samples.machine.split(separator: " ").enumerated().map {
            $0.offset % 5 == 0 ? "**\($0.element)**" : String($0.element)
        }.joined(separator: " ")
        #expect(plain.abstention == nil && score(bold).abstention == nil)
        #expect(abs(score(bold).llr - plain.llr) < 1e-9)
    }

    @Test mutating func `is named by its language even where the words alone do not tell it from English`() {
        // Every fourth word is an English function word, and the text is German all the same.
        let german = Self.sample("de").split(whereSeparator: \.isWhitespace).map(String.init)
        let mixed = (0..<4).flatMap { _ in
            german.enumerated().flatMap { $0.offset % 3 == 2 ? [$0.element, "the"] : [$0.element] }
        }
        let text = mixed.joined(separator: " ")
        let found = score(text)
        #expect(found.abstention == .language && found.language?.code == "de")
    }
}
