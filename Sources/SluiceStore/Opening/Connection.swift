import CSluiceSystem
import GRDB
import SluiceCore
import SluiceMigrations

/// How a store's connections are set up, and which schema they expect.
enum Connection {
    /// The one writer. Checks what the file is before anything is changed in it, then brings the schema up to date.
    ///
    /// A `DatabaseQueue` and a plain PRAGMA instead of GRDB's own WAL set-up, which creates and drops a table at every
    /// start and so leaves a trace of the number of starts in the file.
    static func writer(_ files: StoreFiles) throws -> DatabaseQueue {
        var configuration = common()
        configuration.label = "sluice.writer"
        configuration.prepareDatabase { db in
            try Schema.check(db, path: files.database, migrating: true)
            // A checkpoint every 16 MiB instead of every 4 writes a page once that changed often, and leaves little to do
            // when the store is closed, which nothing else can run beside. Rows come in order of their keys, so a cache
            // of 256 MiB saves no time over one of 32.
            try db.execute(
                sql: """
                    PRAGMA journal_mode = WAL;
                    PRAGMA synchronous = FULL;
                    PRAGMA wal_autocheckpoint = 2048;
                    PRAGMA journal_size_limit = 67108864;
                    PRAGMA cache_size = -32768;
                    """)
            try hardened(db)
        }
        let queue = try DatabaseQueue(path: files.database, configuration: configuration)
        try Schema.migrator.migrate(queue)
        // What a statement has changed so far is kept until it is done, and is small: no file beside the store, which a
        // system without a writable temporary directory could not give. A migration's may be large.
        try queue.inDatabase { try $0.execute(sql: "PRAGMA temp_store = MEMORY") }
        return queue
    }

    /// Makes an empty file a database of a new store. Nothing protects it meanwhile: before it is whole it is nothing.
    static func make(_ path: String) throws {
        var configuration = common()
        configuration.label = "sluice.new"
        configuration.prepareDatabase { db in
            // Pages of 8 KiB halve the writes of 4 and do without the copying of 16 (32 µs a record against 41 and 42).
            try db.execute(
                sql: """
                    PRAGMA page_size = 8192;
                    PRAGMA journal_mode = MEMORY;
                    PRAGMA synchronous = OFF;
                    PRAGMA temp_store = MEMORY;
                    """)
            try hardened(db)
        }
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try Schema.migrator.migrate(queue)
        // For good, so that a reader who is there before the writer does not hold this up.
        try queue.inDatabase { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
        try queue.close()
    }

    /// Readers beside the writer, in any process; `isStill` where nobody writes and SQLite cannot make its files.
    static func readers(_ files: StoreFiles, isStill: Bool) throws -> DatabasePool {
        var configuration = common()
        configuration.label = "sluice.reader"
        configuration.readonly = true
        configuration.maximumReaderCount = 8
        configuration.prepareDatabase { db in
            try Schema.check(db, path: files.database, migrating: false)
            try hardened(db)
        }
        let path = isStill ? "file:" + uriEscaped(files.database) + "?immutable=1" : files.database
        return try DatabasePool(path: path, configuration: configuration)
    }

    /// True where SQLite's count of its memory, which nobody asks for, was switched off: a writer and readers at work at
    /// the same time would wait for each other's locks at every allocation. And where it reports why the system refused.
    private static let isSetUp = sluice_sqlite_set_up() == 0

    private static func common() -> Configuration {
        _ = isSetUp
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        // Another process may be recovering or closing the log; that takes moments.
        configuration.busyMode = .timeout(5)
        return configuration
    }

    private static func hardened(_ db: Database) throws {
        try db.execute(
            sql: """
                PRAGMA recursive_triggers = ON;
                PRAGMA trusted_schema = OFF;
                PRAGMA cell_size_check = ON;
                PRAGMA mmap_size = 0;
                """)
    }

    private static func uriEscaped(_ path: String) -> String {
        let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/".utf8)
        let digits = Array("0123456789ABCDEF".utf8)
        var out: [UInt8] = []
        for byte in path.utf8 {
            if plain.contains(byte) {
                out.append(byte)
            } else {
                out += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}

/// The schema that the migrations give, and whether a database has it.
enum Schema {
    /// Brings a database up to date, each step in a transaction of its own.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        for step in Migrations.all {
            migrator.registerMigration(step.name) { try $0.execute(sql: step.sql) }
        }
        return migrator
    }

    /// Fails where the file is no store of ours, or one of another version.
    static func check(_ db: Database, path: String, migrating: Bool) throws {
        let isOurs = try db.integer("PRAGMA application_id") == applicationID
        let tables = try db.rows("SELECT name FROM sqlite_schema WHERE type = 'table'") { try $0.text(0) }
        guard isOurs || (migrating && Set(tables).isSubset(of: ["grdb_migrations"])) else {
            throw SluiceError(.io, "\(path) is not a Sluice store", advice: "name another with --store")
        }
        guard isOurs else { return }
        let applied = try db.rows("SELECT identifier FROM grdb_migrations") { try $0.text(0) }
        let known = Migrations.all.map(\.name)
        if let newer = applied.first(where: { !known.contains($0) }) {
            throw SluiceError(
                .configuration, "\(path) was written by a newer version of sluice (it has \(newer))",
                advice: "use that version")
        }
        if !migrating, applied.count < known.count {
            throw SluiceError(
                .configuration, "\(path) was written by an older version of sluice",
                advice: "run `sluice ingest` once with this version to bring it up to date")
        }
    }

    /// One row of `sqlite_schema`.
    struct Object: Hashable {
        var type: String
        var name: String
        var sql: String
    }

    /// Every object of a database but SQLite's own statistics, which `ANALYZE` may add and drop.
    static func objects(_ db: Database) throws -> Set<Object> {
        let sql =
            "SELECT type, name, ifnull(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\'"
        let rows = try db.rows(sql) { Object(type: try $0.text(0), name: try $0.text(1), sql: try $0.text(2)) }
        return Set(rows)
    }

    /// Every object that the migrations give.
    static func expectedObjects() throws -> Set<Object> {
        let queue = try DatabaseQueue()
        try migrator.migrate(queue)
        return try queue.read { try objects($0) }
    }

    /// `SLUC`, which the first migration writes into the file's header.
    static let applicationID: Int64 = 0x534C_5543
}
