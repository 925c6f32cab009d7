/// A piece of a page.
///
///     let row: HTML = "<td>\(record.url)</td>"
///
/// Only what stands in the source as a literal is markup: the type of a literal is `StaticString`, which no text from
/// outside can become. Everything between `\(` and `)` is escaped, unless it is `HTML` itself.
package struct HTML: ExpressibleByStringInterpolation, Sendable, Equatable {
    /// The text that is sent.
    package private(set) var text: String

    /// Markup that is written in the source.
    package init(stringLiteral literal: StaticString) { text = literal.description }

    /// Markup with values in it.
    package init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

    /// A text as it reads, whatever is in it.
    package init(_ value: some StringProtocol) { text = HTML.escaped(value) }

    /// Nothing.
    package static let empty: HTML = ""

    package static func + (a: HTML, b: HTML) -> HTML {
        var sum = a
        sum.text += b.text
        return sum
    }

    package static func += (a: inout HTML, b: HTML) { a.text += b.text }

    /// What stands for `value` in the text of an element and in a quoted attribute alike; a NUL, which no page can hold,
    /// becomes a replacement character.
    static func escaped(_ value: some StringProtocol) -> String {
        var out = ""
        out.reserveCapacity(value.utf8.count + 16)
        for scalar in value.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            case "\0": out += "\u{FFFD}"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    /// Gathers literals and values.
    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate(set) var text = ""

        package init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + 32 * interpolationCount)
        }

        package mutating func appendLiteral(_ literal: StaticString) { text += literal.description }

        package mutating func appendInterpolation(_ html: HTML) { text += html.text }

        package mutating func appendInterpolation(_ parts: [HTML]) {
            for part in parts { text += part.text }
        }

        package mutating func appendInterpolation(_ value: some StringProtocol) { text += HTML.escaped(value) }

        package mutating func appendInterpolation(_ number: Int) { text += String(number) }

        package mutating func appendInterpolation(_ number: Int64) { text += String(number) }

        /// Appends `html` where `condition` holds.
        package mutating func appendInterpolation(if condition: Bool, _ html: @autoclosure () -> HTML) {
            if condition { text += html().text }
        }
    }
}
