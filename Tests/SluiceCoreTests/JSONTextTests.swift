import SluiceCore
import Testing

@Suite("JSON text")
struct JSONTextTests {
    @Test("separates members and elements by commas, nested ones too")
    func nesting() {
        var json = JSONText()
        json.object { json in
            json.key("a")
            json.value(1)
            json.key("b")
            json.array { json in
                json.value("x")
                json.object { _ in }
                json.null()
            }
            json.key("c")
            json.value(true)
        }
        #expect(json.string == #"{"a":1,"b":["x",{},null],"c":true}"#)
    }

    @Test("escapes quotes, backslashes and control characters, and nothing else")
    func escapes() {
        var json = JSONText()
        json.value("\"\\\n\u{1}é/\u{7f}")
        #expect(json.string == "\"\\\"\\\\\\n\\u0001é/\u{7f}\"")
    }

    @Test(
        "writes masses with three decimals, exactly, however large",
        arguments: [
            (0, "0.000"), (1, "0.001"), (-1, "-0.001"), (999, "0.999"), (1000, "1.000"), (-12_345, "-12.345"),
            (1_000_000_000_001, "1000000000.001"), (9_000_000_000_000_999, "9000000000000.999"),
            (.max, "9223372036854775.807"), (.min, "-9223372036854775.808"),
        ] as [(Int64, String)])
    func masses(thousandths: Int64, text: String) {
        var json = JSONText()
        json.value(thousandths: thousandths)
        #expect(json.string == text)
    }

    @Test(
        "rounds decimals without an exponent",
        arguments: [
            (0.1, "0.1"), (1.0, "1"), (-0.25, "-0.25"), (0.999_999_9, "1"), (1e-9, "0"), (-1e-9, "0"), (12.05, "12.05"),
            (Double.infinity, "null"), (.nan, "null"),
        ])
    func decimals(number: Double, text: String) {
        #expect(JSONText.decimal(number) == text)
    }
}
