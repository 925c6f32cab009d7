/// A name that somebody gives to what they want to find again: sources, their generator, a release.
public enum GivenName {
    /// The most bytes of a name.
    public static let limit = 2048

    /// What a name has, in words.
    public static let rule = "1 to \(limit) bytes and no control characters"

    /// True where `name` is one: a line break would forge a line of what is printed, and a NUL end it.
    public static func isOne(_ name: String) -> Bool {
        (1...limit).contains(name.utf8.count) && !name.utf8.contains { $0 < 0x20 || $0 == 0x7F }
    }
}
