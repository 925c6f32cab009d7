import GRDB
import SluiceCore
import Synchronization

/// A store: everything that is known of the records, the texts that were kept, and the shards they are in.
///
/// It is a directory. One process writes to it, under an exclusive lock; any number read, beside the writer or without
/// one. What ``write(_:)`` did is on disk when it returns, and after a crash at any moment each call has happened as a
/// whole or not at all.
public final class Store: Sendable {
    /// What a store is opened for.
    public enum Mode: Sendable {
        /// Reading and writing; there is one writer at a time.
        case write
        /// Reading, beside whoever writes.
        case read
    }

    /// The directory it is in.
    public let directory: String
    /// What it was opened with.
    public let settings: StoreSettings

    let files: StoreFiles
    private let lock: StoreLock?
    /// What the database looked like when it was opened as one that nobody writes to; nil where it was not.
    private let stillness: StoreFiles.Stillness?
    private let identity: [UInt64]
    private let writer: DatabaseQueue?
    private let readers: DatabasePool
    private let recent: LookupTail?
    private let rows = LookupRows()
    private let shelf = DictionaryShelf()
    private let state: Mutex<State>

    private struct State {
        /// The shards' state as of the last commit; nil where it has to be read first.
        var shards: Admitter?
        /// The keys of the newest records, as of then.
        var pending = LookupPending()
        /// What ended the writing, once something has.
        var failure: SluiceError?
        var onFailure: @Sendable (SluiceError) -> Void = { _ in }
    }

    /// Opens the store in `directory`; for writing, makes it (mode 0700, files 0600) where there is none.
    ///
    /// Fails with `inputMissing` (nothing to read), `cannotCreate` (nowhere to write), `busy` (another writer), `io`
    /// (damaged, or not a store) or `configuration` (another version's store, other parameters of deduplication, or
    /// settings out of range).
    public static func open(
        directory: String, mode: Mode, settings: StoreSettings = StoreSettings()
    ) throws(SluiceError) -> Store {
        guard settings.shards?.areValid ?? true else {
            throw SluiceError(
                .configuration, "a shard's cap must be 0 to 1 and its size 1 to 8,000,000,000 tokens",
                advice: "correct shards.cap and shards.target_tokens")
        }
        let files = StoreFiles(directory: directory)
        var lock: StoreLock?
        if mode == .write {
            try files.createDirectory()
            lock = try StoreLock(files)
            try files.requireFiles(.cannotCreate)
        } else {
            try files.requireDatabase()
        }
        do {
            if mode == .write { try files.makeDatabase() }
            let writer = mode == .write ? try Connection.writer(files) : nil
            let (readers, stillness) =
                try mode == .read ? still(files) : (Connection.readers(files, isStill: false), nil)
            let store = Store(
                files: files, settings: settings, lock: lock, stillness: stillness, writer: writer, readers: readers,
                recent: try recentKeys(writer, settings))
            try store.checkSettings()
            return store
        } catch {
            throw mode == .write
                ? StoreFault.explain(error, path: files.database, writing: true)
                : StoreFault.explainOpening(error, path: files.database)
        }
    }

    /// Readers of a store that is opened for nothing else, and what the database looked like where they take it for one
    /// that nobody writes to.
    private static func still(_ files: StoreFiles) throws -> (DatabasePool, StoreFiles.Stillness?) {
        if let stillness = files.stillness(isFull: false) {
            return (try Connection.readers(files, isStill: true), stillness)
        }
        do { return (try Connection.readers(files, isStill: false), nil) } catch let error as DatabaseError {
            guard StoreFault.isAboutRoom(error), let stillness = files.stillness(isFull: true) else { throw error }
            return (try Connection.readers(files, isStill: true), stillness)
        }
    }

    /// What knows the newest keys: for who writes where the settings ask for it, always for who only reads.
    private static func recentKeys(_ writer: DatabaseQueue?, _ settings: StoreSettings) throws -> LookupTail? {
        guard let writer else { return LookupTail() }
        return settings.keepsRecentKeys ? try writer.read { try LookupTail($0) } : nil
    }

    /// What opening the store in `directory` to write fails with where another program writes to it, and nothing else does.
    public static func isTaken(_ directory: String) -> SluiceError {
        SluiceError(.busy, "another program is writing to \(directory)", advice: "try again when it has finished")
    }

    /// Fails with `inputMissing` where there is no store in `directory`, which opening it to write would make.
    public static func require(directory: String) throws(SluiceError) {
        try StoreFiles(directory: directory).requireDatabase()
    }

    private init(
        files: StoreFiles, settings: StoreSettings, lock: StoreLock?, stillness: StoreFiles.Stillness?,
        writer: DatabaseQueue?,
        readers: DatabasePool, recent: LookupTail?
    ) {
        self.directory = files.directory
        self.settings = settings
        self.files = files
        self.lock = lock
        self.stillness = stillness
        self.identity = files.identity
        self.writer = writer
        self.readers = readers
        self.recent = recent
        self.state = Mutex(State())
    }

    deinit { close() }

    /// Closes the files, folding a writer's log into the database, and lets the next writer in. Nothing can be done
    /// with the store afterwards.
    ///
    /// The readers go first: only the last connection to close can remove the log, and it must be able to write.
    public func close() {
        try? readers.close()
        try? writer?.close()
        lock?.release()
    }

    /// What ended the writing, once something has.
    public var failure: SluiceError? { state.withLock(\.failure) }

    /// Sets what is called when something ends the writing, whoever's write it was; on that writer's thread.
    public func onFailure(_ tell: @escaping @Sendable (SluiceError) -> Void) {
        state.withLock { $0.onFailure = tell }
    }

    /// Runs `body` in one transaction, and returns when it is on disk. If `body` fails, nothing of it has happened.
    ///
    /// After a full disk or a failure to read or write, the store takes no more writes: open it again.
    public func write<T>(_ body: (StoreWriter) throws -> T) throws(SluiceError) -> T {
        guard let writer else {
            throw SluiceError(.cannotCreate, "the store at \(directory) was opened for reading only")
        }
        if let failure = state.withLock({ $0.failure }) { throw failure }
        do {
            // Without GRDB's transaction around it, so that the shards' state is taken and put back on the writer's
            // own queue, in the order of the commits.
            return try writer.writeWithoutTransaction { db in
                let (shards, pending) = state.withLock { state in
                    defer { state.pending = LookupPending() }
                    return (state.shards.take(), state.pending)
                }
                let access = StoreWriter(
                    db, shards: shards, pending: pending, settings: settings, recent: recent, shelf: shelf)
                var value: T?
                try db.inTransaction(.immediate) {
                    value = try body(access)
                    return .commit
                }
                state.withLock { ($0.shards, $0.pending) = (access.shards, access.pending) }
                // What was written to files that nobody can find any more must not be acknowledged.
                guard files.identity == identity else {
                    throw SluiceError(
                        .io, "the store at \(directory) was removed or replaced while it was written",
                        advice: "put it back, or start again with a new one")
                }
                guard let value else { throw SluiceError(.io, "a transaction ended without a result") }
                return value
            }
        } catch {
            shelf.clear()
            let explained = StoreFault.explain(error, path: files.database, writing: true)
            if StoreFault.isFatal(error) {
                let tell = state.withLock { state in
                    state.failure = explained
                    return state.onFailure
                }
                tell(explained)
            }
            throw explained
        }
    }

    /// Runs `body` on one state of the store, which no writer changes meanwhile; gives up with `busy` after `limit`.
    ///
    /// Where SQLite could not make its files, only the end shows whether somebody began to write: `busy` then.
    public func read<T>(within limit: Duration? = nil, _ body: (StoreReader) throws -> T) throws(SluiceError) -> T {
        let outcome = Result {
            try readers.unsafeRead { db in
                try db.inOneState {
                    let reader = StoreReader(db, recent: recent, rows: rows, shelf: shelf)
                    guard let limit else { return try body(reader) }
                    return try QueryDeadline(after: limit).guarding(db) { try body(reader) }
                }
            }
        }
        guard stillness == nil || stillness.flatMap({ files.stillness(isFull: $0.isFull) }) == stillness else {
            throw SluiceError(
                .busy, "another program began to write to \(directory) while it was read", advice: "try again")
        }
        return try outcome.mapError { StoreFault.explain($0, path: files.database, writing: false) }.get()
    }

    /// Where kept documents are as of this object's last write; nil where nothing was placed since it was opened, while a
    /// write is under way, and after one that failed.
    public var placement: Placement? {
        state.withLock { state in
            state.shards.map { shards in
                Placement(
                    held: shards.heldCount, shards: shards.lastShard,
                    open: shards.open.map {
                        StoredShard(id: $0.id, isSealed: false, settings: $0.settings, totals: $0.totals)
                    })
            }
        }
    }

    /// Writes the settings that hold for life into a new store, or holds ours against those of an old one.
    private func checkSettings() throws(SluiceError) {
        guard let line = settings.deduplication else { return }
        var stored = try read { try $0.meta("deduplication") }
        if stored == nil, writer != nil {
            try write { try $0.setMeta("deduplication", line) }
            stored = line
        }
        guard let stored, stored != line else { return }
        throw SluiceError(
            .configuration,
            "the store at \(directory) was made with other deduplication parameters (\(stored)), not \(line)",
            advice: "use those, or a new store")
    }
}
