import SluiceCore
import SluiceStore

/// Where the sources of a line come from, and who hears what became of them.
public protocol SourceFeed {
    /// The next source; where it may wait, nil means that no more will come, else that none is there yet.
    mutating func next(mayWait: Bool) async throws -> SourceRequest?

    /// Called once for each source, in the order in which they were taken, when every record of it has its decision on
    /// disk or when that cannot be. An error that is thrown here ends the line.
    mutating func finished(_ outcome: SourceOutcome) throws

    /// Called after each commit, for each source that had a part in it.
    mutating func committed(_ commit: SourceCommit)

    /// The settings that hold from the next source on, where they have changed.
    mutating func changedSettings() -> Settings?

    /// True where no more is to be read, not even of the source at hand; it goes on where it was when it comes again.
    var isStopping: Bool { get }

    /// Why no source is to be read on at the moment; the one at hand is left with this error, and goes on where it was when
    /// it comes again. Asked before each batch.
    var pause: SluiceError? { get }

    /// Asked, on any thread, where another program holds the store: true where the commit is to be tried again, instead of
    /// failing.
    var waitsForStore: @Sendable () -> Bool { get }
}

extension SourceFeed {
    /// Nothing changes.
    public mutating func changedSettings() -> Settings? { nil }
    /// Never.
    public var isStopping: Bool { false }
    /// Nothing is in the way.
    public var pause: SluiceError? { nil }
    /// Never.
    public var waitsForStore: @Sendable () -> Bool { { false } }
}

/// How a source ended.
public struct SourceOutcome: Sendable {
    /// What was asked for.
    public var request: SourceRequest
    /// What became of it, or why it could not be read to its end.
    public var result: Result<SourceReport, SluiceError>
    /// True where something of it is in the store.
    public var hasBegun: Bool
    /// Its size in bytes, where it could be opened.
    public var bytes: UInt64
}

/// What one commit did to one source.
public struct SourceCommit: Sendable {
    /// The source.
    public var description: SourceDescription
    /// How far it had been read before; nil where the store did not know it.
    public var before: SourceProgress?
    /// How far it has been read now.
    public var after: SourceProgress
    /// What its records in this commit came to.
    public var tally: Tally
    /// Bytes of the source, as stored, that this commit has dealt with, what was read ahead included.
    public var bytesRead: UInt64
    /// Bytes of the source that are dealt with in all, what was read ahead included.
    public var position: UInt64
    /// How long the transaction took; nil for all but the first source in it.
    public var duration: Duration?

    /// A commit of its parts.
    public init(
        description: SourceDescription, before: SourceProgress?, after: SourceProgress, tally: Tally,
        bytesRead: UInt64 = 0, position: UInt64 = 0, duration: Duration? = nil
    ) {
        self.description = description
        self.before = before
        self.after = after
        self.tally = tally
        self.bytesRead = bytesRead
        self.position = position
        self.duration = duration
    }
}
