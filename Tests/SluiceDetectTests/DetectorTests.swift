import Foundation
import SluiceCore
import SluiceDetect
import SluiceText
import Testing

@Suite("The detector")
struct DetectorTests {
    private let detector: Detector
    private var scratch: DetectorScratch

    init() throws {
        (detector, scratch) = try Samples.detector()
    }

    @Test("The shipped model is small and loads")
    func shipped() throws {
        #expect(detector.model.encoded().count <= 400 << 10)
        #expect(detector.model.id == Digest.of(detector.model.encoded()))
        #expect(detector.model.summary.json.contains(detector.model.id.hex))
    }

    @Test("The table of phrases beside the model is the model's own")
    func phraseTable() throws {
        let path = Samples.root.appendingPathComponent("config/detector/sluice-detector.model.phrases.tsv")
        #expect(try String(contentsOf: path, encoding: .utf8) == detector.model.phraseTable)
    }

    @Test("Evidence adds up to the score, and details stay within their limit")
    mutating func additive() throws {
        let texts = [
            Samples.plain,
            Samples.plain + " As an AI language model, I cannot do that.",
            String(
                repeating: "Certainly! Here is a testament to the rich tapestry of the things that we delve into. ",
                count: 20),
        ]
        for text in texts {
            let score = detector.score(Samples.words(text), scratch: &scratch)
            #expect(score.abstention == nil)
            #expect(abs(score.evidence.reduce(0) { $0 + $1.weight } - score.llr) < 1e-9)
            #expect(abs(score.llr) <= Detector.llrLimit + 1e-9)
            #expect(score.evidence.allSatisfy { $0.detail.utf8.count <= Evidence.detailLimit })
        }
    }

    @Test("A text longer than any that the calibration was fitted on is judged like the longest of them")
    mutating func long() throws {
        func llr(_ times: Int) -> Double {
            detector.score(Samples.words(String(repeating: Samples.plain + "\n", count: times)), scratch: &scratch).llr
        }
        let (thousand, many) = (llr(16), llr(1000))
        #expect(thousand < 0)
        #expect(many == thousand)
        // A higher score always speaks for a machine.
        let slope = detector.model.calibration.coefficients
        for words in [50, 1000] { #expect(slope[1] + slope[2] * log(Double(words)) > 0) }
    }

    @Test("The score of a text does not depend on what the scratch saw before")
    mutating func scratchIsClean() {
        let words = Samples.words(Samples.plain)
        let first = detector.score(words, scratch: &scratch)
        for example in Samples.corpus(20, seed: 9) {
            _ = detector.score(Samples.words(String(decoding: example.text, as: UTF8.self)), scratch: &scratch)
        }
        #expect(detector.score(words, scratch: &scratch) == first)
    }

    @Test("Leftover prompt text is named, and speaks for a machine")
    mutating func phrases() throws {
        let without = detector.score(Samples.words(Samples.plain), scratch: &scratch)
        let with = detector.score(
            Samples.words(Samples.plain + " As an AI language model I would wait."), scratch: &scratch)
        let phrase = try #require(with.evidence.first { $0.kind == "phrase-signature" })
        #expect(phrase.weight > 0)
        #expect(phrase.detail.contains("as an ai language model"))
        #expect(!without.evidence.contains { $0.kind == "phrase-signature" })
        #expect(with.llr > without.llr)
    }

    @Test(
        "What chat models begin an answer with counts at the beginning of a text alone",
        arguments: ["Sure, here's", "Certainly! Here are"])
    mutating func openings(words: String) {
        let texts = [
            "\(words) what happened. " + Samples.plain,
            Samples.plain + " If you are not \(words.lowercased()) how to find out.",
            Samples.plain + " As an AI researcher I do not have personal knowledge of it.",
        ]
        var named: [Bool] = []
        for text in texts {
            let evidence = detector.score(Samples.words(text), scratch: &scratch).evidence
            named.append(evidence.contains { $0.kind == "phrase-signature" })
        }
        #expect(named == [true, false, false])
    }

    @Test("A pager or a numbered list makes no text a machine's")
    mutating func numbers() {
        var ratios: [Double] = []
        for line in ["", "1 2 3 4 5 6 7 8 9 10 Next", "11 22 63 84 25 76 97 58 39 41 Next"] {
            ratios.append(detector.score(Samples.words(Samples.plain + "\n" + line), scratch: &scratch).llr)
        }
        // All numbers are one word to the model.
        #expect(ratios[1] == ratios[2])
        #expect(ratios[1] < ratios[0] + 1)
    }

    @Test("A text reads the same with spaces that do not break, and with what is invisible in its words")
    mutating func invisible() {
        let plain = detector.score(Samples.words(Samples.machine), scratch: &scratch)
        for (sign, other) in [(" ", "\u{A0}"), ("nt", "n\u{AD}t"), ("e", "\u{200B}e\u{2060}")] {
            let text = Samples.machine.replacingOccurrences(of: sign, with: other)
            let score = detector.score(Samples.words(text), scratch: &scratch)
            #expect(score == plain, "\(other.debugDescription)")
        }
    }

    @Test("A text that reads like a person's says that no evidence was found, not that a person wrote it")
    mutating func honesty() throws {
        let score = detector.score(Samples.words(Samples.plain), scratch: &scratch)
        #expect(score.llr < 0)
        #expect(score.evidence.first?.detail.hasPrefix("no evidence of machine writing found") == true)
    }

    @Test("Forty-nine words are too short, fifty are not")
    mutating func length() {
        let words = String(decoding: Samples.words(Samples.plain).normalized, as: UTF8.self).split(separator: " ")
        for (count, abstention) in [(49, Abstention.tooShort), (0, .tooShort), (50, nil)] as [(Int, Abstention?)] {
            let text = words.prefix(count).joined(separator: " ")
            #expect(Samples.words(text).count == count)
            #expect(detector.score(Samples.words(text), scratch: &scratch).abstention == abstention)
        }
    }

    @Test(
        "Other languages are not judged",
        arguments: [
            """
            Longtemps, je me suis couché de bonne heure. Parfois, à peine ma bougie éteinte, mes yeux se fermaient si
            vite que je n'avais pas le temps de me dire : « Je m'endors. » Et, une demi-heure après, la pensée qu'il
            était temps de chercher le sommeil m'éveillait ; je voulais poser le volume que je croyais avoir encore dans
            les mains et souffler ma lumière.
            """,
            """
            Als Gregor Samsa eines Morgens aus unruhigen Träumen erwachte, fand er sich in seinem Bett zu einem
            ungeheueren Ungeziefer verwandelt. Er lag auf seinem panzerartig harten Rücken und sah, wenn er den Kopf ein
            wenig hob, seinen gewölbten, braunen, von bogenförmigen Versteifungen geteilten Bauch, auf dessen Höhe sich
            die Bettdecke, zum gänzlichen Niedergleiten bereit, kaum noch erhalten konnte.
            """,
            "国境の長いトンネルを抜けると雪国であった。夜の底が白くなった。信号所に汽車が止まった。向側の座席から娘が立って来て、島村の前のガラス窓を落した。",
        ])
    mutating func languages(text: String) {
        #expect(detector.score(Samples.words(text), scratch: &scratch).abstention == .language)
    }

    @Test("Program code is not judged")
    mutating func code() {
        let code = """
            static int read_all(int fd, char *buf, size_t len) {
                size_t done = 0;
                while (done < len) {
                    ssize_t n = read(fd, buf + done, len - done);
                    if (n < 0 && errno == EINTR) { continue; }
                    if (n <= 0) { return -1; }
                    done += (size_t)n;
                }
                for (int i = 0; i < 4; i++) { table[i] = (buf[i] & 0xff) << (8 * i); }
                return done == len ? 0 : -2; /* short */
            }
            """
        #expect(detector.score(Samples.words(code), scratch: &scratch).abstention == .code)
    }

    @Test("An explanation adds up to the weight of the words, and names what stands in the text")
    mutating func explanation() throws {
        let words = Samples.words(Samples.plain)
        let explanation = detector.explain(words, limit: 10, scratch: &scratch)
        let sum = explanation.base + explanation.others + explanation.contributions.reduce(0) { $0 + $1.weight }
        let tokens = try #require(explanation.score.evidence.first { $0.kind == "token-frequency" })
        #expect(abs(sum - tokens.weight) < 1e-5)
        #expect(explanation.contributions.count == 10)
        let plain = String(decoding: words.normalized, as: UTF8.self).split(separator: " ")
        for one in explanation.contributions {
            #expect(plain[one.place..<(one.place + one.words)].joined(separator: " ") == one.text)
        }
        let sizes = explanation.contributions.map { abs($0.weight) }
        #expect(sizes == sizes.sorted(by: >))
    }

    @Test("All features of a text explained one by one leave nothing over")
    mutating func completeExplanation() {
        let explanation = detector.explain(Samples.words(Samples.plain), limit: 10_000, scratch: &scratch)
        #expect(abs(explanation.others) < 1e-6)
    }

    @Test("The strongest passage is a part of the text, with what speaks for a machine marked")
    mutating func passage() throws {
        let text = Samples.plain + " Furthermore, it is important to note the rich tapestry of experience."
        let words = Samples.words(text)
        let passage = try #require(detector.passage(words, length: 12, scratch: &scratch))
        #expect(passage.words.count == 12 && passage.count == words.count && !passage.marked.isEmpty)
        var tokenizer = Tokenizer()
        let bytes = Array(text.utf8)
        let shown = passage.shown(in: bytes, places: tokenizer.places(in: bytes))
        let plain = shown.filter { !"[]…".contains($0) }.split(separator: " ").joined(separator: " ")
        #expect(text.split(whereSeparator: \.isWhitespace).joined(separator: " ").contains(plain))
        #expect(shown.count { $0 == "[" } == passage.marked.count)
        #expect(passage.shown(in: [], places: []).isEmpty)
        #expect(detector.passage(Samples.words("Too short."), scratch: &scratch) == nil)
    }
}
