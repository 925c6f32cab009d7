import SluiceCore

/// Where a list goes on, as clients get it: opaque, and good for the question only that it came with.
struct Cursor {
    /// The number of the last row that was sent.
    var after: Int64

    /// The first page.
    static let start = Cursor(after: 0)

    /// A cursor behind the row `after`.
    init(after: Int64) { self.after = after }

    /// Reads what ``text(for:)`` gave for the same question.
    init(_ text: String?, for question: String) throws(Problem) {
        guard let text else {
            self = .start
            return
        }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let after = Int64(parts[0], radix: 36), after >= 0,
            text == Cursor(after: after).text(for: question)
        else { throw Parameters.wrong("cursor", "it is not one that this question was answered with") }
        self.after = after
    }

    /// The cursor for the next page of `question`.
    func text(for question: String) -> String {
        "\(String(after, radix: 36))-\(Digest.of(Array("\(after) \(question)".utf8)).hex.prefix(16))"
    }
}
