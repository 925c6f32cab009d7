/// An error that ends a command: what happened, where, what was expected and what to do about it.
public struct SluiceError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of an error; each has its exit code, after BSD's `sysexits.h`.
    public enum Code: Int32, Sendable, CaseIterable {
        /// Done, but a check failed or records were damaged.
        case checkFailed = 1
        /// The command line is wrong.
        case usage = 64
        /// The input holds nothing that can be used.
        case noUsableData = 65
        /// An input is missing or cannot be read.
        case inputMissing = 66
        /// The output cannot be created.
        case cannotCreate = 73
        /// Reading or writing failed, a full disk included.
        case io = 74
        /// Somebody else holds the store; try again.
        case busy = 75
        /// The configuration, or a file it names, is wrong.
        case configuration = 78
    }

    /// The kind, and with it the exit code.
    public var code: Code
    /// What happened, with the file and the offset or line where there is one.
    public var message: String
    /// What to do about it.
    public var advice: String

    /// An error of its parts.
    public init(_ code: Code, _ message: String, advice: String = "") {
        self.code = code
        self.message = message
        self.advice = advice
    }

    /// The message with its advice, on one line.
    public var description: String {
        advice.isEmpty ? message : "\(message): \(advice)"
    }
}
