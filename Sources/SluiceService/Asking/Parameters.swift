import Hummingbird
import SluiceCore
import SluiceStore

/// The query of a request: each parameter at most once, and none that the route does not know.
struct Parameters {
    private var values: [String: String] = [:]

    /// The parameters of `request`, which may be any of `known`.
    init(_ request: Request, known: Set<String>) throws(Problem) {
        for (name, value) in request.uri.queryParameters {
            guard known.contains(String(name)) else { throw Parameters.unknown(known) }
            guard values.updateValue(String(value), forKey: String(name)) == nil else {
                throw Parameters.wrong(String(name), "it is given twice")
            }
        }
    }

    /// The parameter as a text that may be any name of a record; nil where it is not given.
    func text(_ name: String) throws(Problem) -> String? {
        guard let value = values[name] else { return nil }
        guard (1...Record.nameLimit).contains(value.utf8.count) else {
            throw Parameters.wrong(name, "it has 1 to \(Record.nameLimit) bytes")
        }
        return value
    }

    /// True where the parameter is given, with a value or without.
    func isGiven(_ name: String) -> Bool { values[name] != nil }

    /// True where the parameter is `true`, false where it is not given. `false` is refused: it would be a filter of its own,
    /// and must not mean "all".
    func isTrue(_ name: String) throws(Problem) -> Bool {
        switch values[name] {
        case "true": true
        case nil: false
        default: throw Parameters.wrong(name, "it is true, or left out")
        }
    }

    /// The parameter as a whole number within `range`.
    func integer(_ name: String, in range: ClosedRange<Int64>) throws(Problem) -> Int64? {
        guard let value = values[name] else { return nil }
        guard let number = Int64(value), range.contains(number) else {
            throw Parameters.wrong(name, "it is a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// The parameter as one of the words that a type knows.
    func word<Word: RawRepresentable<String> & CaseIterable>(_ name: String) throws(Problem) -> Word? {
        guard let value = values[name] else { return nil }
        guard let word = Word(rawValue: value) else {
            throw Parameters.wrong(name, "it is one of \(Word.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return word
    }

    /// The parameter as the 64 hexadecimal digits of a SHA-256.
    func digest(_ name: String) throws(Problem) -> Digest? {
        guard let value = values[name] else { return nil }
        return try Parameters.digest(value, name)
    }

    /// The 64 hexadecimal digits of a SHA-256.
    static func digest(_ text: String, _ name: String) throws(Problem) -> Digest {
        guard let digest = Digest(hex: text) else { throw wrong(name, "it is the 64 hexadecimal digits of a SHA-256") }
        return digest
    }

    /// The problem of a parameter that is none of `known`, the route's own.
    static func unknown(_ known: Set<String>) -> Problem {
        wrong(
            "query",
            known.isEmpty
                ? "this route has no parameters"
                : "a parameter of this route is one of \(known.sorted().joined(separator: ", "))")
    }

    /// The problem of a parameter that is not of its kind.
    static func wrong(_ name: String, _ detail: String) -> Problem {
        Problem(.badParameter, "", errors: [Problem.Place(name, detail)])
    }
}

extension ServiceContext {
    /// The part of the path under `name`, without % escapes; the front has turned away what is not valid.
    func part(_ name: String) -> String {
        RequestTarget.decoded((parameters.get(name) ?? "").utf8) ?? ""
    }

    /// A number in the path, 1 or more; what else stands there is not found.
    func number(_ name: String) throws(Problem) -> Int64 {
        guard let number = Int64(part(name)), number > 0 else {
            throw Problem(.notFound, "a \(name) is known by its number, from 1")
        }
        return number
    }

    /// The SHA-256 of a document in the path.
    func document() throws(Problem) -> Digest {
        try Parameters.digest(part("sha256"), "sha256")
    }
}
