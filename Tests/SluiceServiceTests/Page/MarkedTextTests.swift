import Foundation
import SluiceDetect
import SluiceService
import Testing

@Suite struct `The marked text of a document` {
    private let detector: Detector

    init() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        detector = Detector(
            model: try DetectorModel.load(
                path: root.appendingPathComponent("config/detector/sluice-detector.model").path))
    }

    private static let sentence =
        "“The naïve”  cafe\u{301} — its rich tapestry of things, that we delve into, is a testament to what <b>there</b> is! "

    /// The text that a browser shows for `html`.
    private func shown(_ html: HTML) -> String {
        html.text.replacing(/<[^>]*>/, with: "")
            .replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
            .replacing("&#39;", with: "'").replacing("&amp;", with: "&")
    }

    @Test func `is the text itself, with whole words marked`() {
        let text = String(repeating: Self.sentence, count: 8) + "As an AI language model, I cannot."
        let bytes = Array(text.utf8)
        let marked = MarkedText(bytes, detector: detector)
        #expect(!marked.marks.isEmpty && marked.marks.contains { $0.isPhrase })
        var end = 0
        for mark in marked.marks {
            #expect(mark.bytes.lowerBound >= end && mark.bytes.upperBound <= bytes.count && !mark.bytes.isEmpty)
            end = mark.bytes.upperBound
            let piece = String(validating: bytes[mark.bytes], as: UTF8.self)
            #expect(piece?.first?.isLetter == true || piece?.first?.isNumber == true)
        }
        #expect(shown(marked.html) == text)
        #expect(!marked.html.text.contains("<b>"))
    }

    @Test func `marks words wherever they come again`() {
        let marked = MarkedText(Array(String(repeating: Self.sentence, count: 8).utf8), detector: detector)
        let most = marked.marks.map { abs($0.weight) }.max() ?? 0
        #expect(marked.marks.count { abs($0.weight) == most } >= 8)
    }

    @Test func `is cut between characters where it is long, with no mark beyond`() {
        for pad in 0..<4 {
            let text = String(repeating: "x", count: pad) + String(repeating: Self.sentence + "😀é ", count: 900)
            let bytes = Array(text.utf8)
            let marked = MarkedText(bytes, detector: detector)
            #expect(marked.bytes == bytes.count && marked.shown.count <= MarkedText.limit)
            #expect(marked.shown.count > MarkedText.limit - 4 && String(validating: marked.shown, as: UTF8.self) != nil)
            #expect(marked.marks.allSatisfy { $0.bytes.upperBound <= marked.shown.count } && !marked.marks.isEmpty)
            #expect(bytes.starts(with: marked.shown))
        }
    }

    @Test func `has no marks where the detector abstains`() {
        for text in ["", "<script>", "Too short."] {
            let marked = MarkedText(Array(text.utf8), detector: detector)
            #expect(marked.marks.isEmpty && shown(marked.html) == text)
        }
    }
}
