import Foundation
import SluiceCore
import SluiceExport
import SluiceStore
import Testing

/// The `sqlite3` shell, as somebody who means no good would use it.
enum Shell {
    static let path: String? = ["/usr/bin/sqlite3", "/usr/local/bin/sqlite3"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// Runs `script`, as far as the file lets it.
    static func run(_ script: String, on database: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(path))
        process.arguments = ["-batch", database, "PRAGMA ignore_check_constraints = ON; " + script]
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
    }
}

@Suite(.enabled(if: Shell.path != nil, "the sqlite3 shell is not installed (Debian: sqlite3)"))
struct `A tampered store` {
    @Test(
        arguments: [
            ("record", "seq", [-1, 0, 1 << 33, .max]), ("record", "offset", [-1]), ("record", "ordinal", [.min]),
            ("record", "tokens", [-1, 0, 41, .max]), ("record", "probability", [-1, 2]),
            ("document", "seq", [-1, 0, 1 << 33, .max]), ("document", "synthetic", [-1, .max, .min]),
            ("document", "real", [-1, 9_000_000_000_001, .max]), ("document", "tokens", [-1, .max]),
            ("text", "raw_bytes", [-1, 0, 1, .max]), ("text", "seq", [-1, .max]),
            ("shard", "cap_ppm", [-1, 1_000_001, .max, .min]), ("shard", "id", [-1, .max]),
            ("admission", "document", [-1, 2, .max]), ("admission", "shard", [-1, .max]),
            ("admission", "documents_after", [-1, .max]), ("admission", "real_after", [-1, .max]),
            ("source", "id", [-1, .max]), ("progress", "kept", [.max]), ("address", "seq", [-1, .max]),
        ] as [(String, String, [Int64])])
    func `is exported to an explanation, or to files that are what they say`(
        table: String, column: String, values: [Int64]
    ) throws {
        let original = try Folder()
        let documents = (0..<30).map { Fixture.Document(share: [0, 0, 20, 100, 1000][$0 % 5]) }
        try Fixture.store(in: original, documents).close()
        let drop = ["record", "document", "text", "shard", "admission", "source", "progress", "address"].map {
            "DROP TRIGGER \($0)_update;"
        }
        try Shell.run(drop.joined(), on: original.path("store/sluice.db"))
        let middle = "rowid = (SELECT rowid FROM \(table) LIMIT 1 OFFSET (SELECT count(*) FROM \(table)) / 2)"
        for value in values {
            for condition in [middle, "true"] {
                let folder = try Folder()
                try FileManager.default.copyItem(atPath: original.path("store"), toPath: folder.path("store"))
                try Shell.run(
                    "UPDATE OR IGNORE \(table) SET \(column) = \(value) WHERE \(condition);",
                    on: folder.path("store/sluice.db"))
                try export(folder)
            }
        }
    }

    @Test func `whose text is another's is named by its row, though that shows only when the files are read back`()
        throws
    {
        let folder = try Folder()
        try Fixture.store(in: folder, (0..<9).map { _ in Fixture.Document(share: 0, ratio: -6) }).close()
        try Shell.run(
            "DROP TRIGGER text_update; UPDATE text SET body = (SELECT body FROM text WHERE seq = 6) WHERE seq = 5;",
            on: folder.path("store/sluice.db"))
        let store = try Store.open(directory: folder.path("store"), mode: .read)
        defer { store.close() }
        let settings = ExportSettings(prior: 0.1, toolVersion: "test", configuration: Digest.of([3]))
        let error = #expect(throws: SluiceError.self) {
            try Exporter(store: store, settings: settings).export(to: folder.path("out"))
        }
        #expect(
            error?.code == .io && "\(error?.message ?? "")".contains("damaged at row 5"), "\(String(describing: error))"
        )
        #expect(try folder.names() == ["store"])
    }

    private func export(_ folder: Folder) throws {
        let store = try Store.open(directory: folder.path("store"), mode: .write)
        defer { store.close() }
        let settings = ExportSettings(
            release: "r1", prior: 0.1, enforcesBound: false, compression: .none, toolVersion: "test",
            configuration: Digest.of([3]))
        do throws(SluiceError) {
            _ = try Exporter(store: store, settings: settings).export(to: folder.path("out"))
        } catch {
            #expect(error.code == .io || error.code == .noUsableData, "\(error)")
            #expect(try folder.names() == ["store"])
            return
        }
        #expect(try ExportVerifier.verify(directory: folder.path("out")).allSatisfy(\.passed))
    }
}
