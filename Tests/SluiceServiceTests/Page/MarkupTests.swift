import SluiceService
import Testing

@Suite struct `The markup of a page` {
    private static let hostile = [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)", "</td></table>",
        "&lt;b&gt;", "javascript:alert(1)//", "<!--", "]]>", "\u{0}<b>", "a\u{202E}b",
    ]

    @Test(arguments: hostile)
    func `takes nothing from outside for markup, in a text or in an attribute`(text: String) {
        let page: HTML = "<p title=\"\(text)\">\(text)</p>"
        let inside = page.text.dropFirst("<p title=\"".count).dropLast("</p>".count)
        #expect(inside.split(separator: "\">", maxSplits: 1, omittingEmptySubsequences: false).count == 2)
        #expect(inside.filter { $0 == "<" || $0 == "'" }.isEmpty)
        #expect(inside.filter { $0 == "\"" }.count == 1 && inside.filter { $0 == ">" }.count == 1)
        #expect(HTML(text).text == HTML("\(text)").text)
    }

    @Test func `takes literals and pieces as they are`() {
        let piece: HTML = "<b>\(1)</b>"
        let isNew = true
        #expect(("<i>\([piece, piece])</i>" as HTML).text == "<i><b>1</b><b>1</b></i>")
        #expect(("\(if: isNew, "<hr>")\(if: !isNew, "<br>")" as HTML).text == "<hr>")
        // A literal between the brackets is a text, as every text there is.
        #expect(("\("<b>")" as HTML).text == "&lt;b&gt;")
        let (text, sign) = ("a < b", "&")
        #expect((HTML(text) + HTML(sign)).text == "a &lt; b&amp;")
    }

    @Test func `puts a value into a query such that it is one value`() {
        #expect(Wording.query("a b&c=d?#+%/é\"<") == "a%20b%26c%3Dd%3F%23%2B%25%2F%C3%A9%22%3C")
        let fields = FormFields("q=" + Wording.query("source:\"><é & more") + "&q=other")
        #expect(fields.text("q") == "source:\"><é & more")
    }

    @Test func `reads forms as browsers send them`() {
        let fields = FormFields("note=two+lines%0D%0Aof+%2B1&empty=&bad=%E4&skip=7&minus=-7")
        #expect(fields.text("note") == "two lines\nof +1")
        #expect(fields.text("empty") == nil && fields.text("bad") == nil && fields.text("none") == nil)
        #expect(fields.number("skip") == 7 && fields.number("minus") == nil && fields.number("note") == nil)
    }

    @Test func `writes numbers for people`() {
        #expect(Wording.count(Int64(1_234_567)) == "1,234,567" && Wording.count(Int64(-1000)) == "−1,000")
        #expect(Wording.count(Int64(999)) == "999" && Wording.count(Int64.min).hasPrefix("−9,223"))
        #expect(
            Wording.bytes(0) == "0 B" && Wording.bytes(1500) == "1.5 kB" && Wording.bytes(UInt64.max) == "18446744 TB")
        #expect(Wording.bytes(999_700) == "1.0 MB")
        #expect(Wording.percent(0) == "0 %" && Wording.percent(1) == "100 %" && Wording.percent(0.0004) == "< 0.1 %")
        #expect(Wording.percent(0.99951) == "> 99.9 %" && Wording.percent(0.5) == "50.0 %")
        #expect(Wording.weight(2.2) == "+2.20" && Wording.weight(-0.004) == "0.00" && Wording.weight(-3) == "−3.00")
        #expect(Wording.ratio(nil) == "–" && Wording.ratio(0.1) == "0.1000" && Wording.cap(100_000) == "0.1")
        #expect(Wording.fixed(.nan, 2) == "–" && Wording.fixed(.infinity, 2) == "–")
        #expect(Wording.rate(1234.4) == "1,234" && Wording.rate(0.25) == "0.3" && Wording.rate(12.7) == "13")
    }
}
