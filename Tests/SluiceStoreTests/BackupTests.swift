import Foundation
import SluiceCore
import SluiceStore
import Testing

@Suite struct `A backup of a store` {
    private let directory = TemporaryDirectory()
    private let place = TemporaryDirectory()

    private func failure(_ body: () throws -> Void) -> SluiceError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? SluiceError)?.code
        }
    }

    @Test func `is a store like it, which goes on by itself`() throws {
        let store = try Sample.fill(directory, Sample.mixed())
        let backup = try store.backup(to: place.path)
        #expect(backup.records == 10)
        let copy = try Store.open(
            directory: place.path, mode: .write,
            settings: StoreSettings(shards: Sample.shards, deduplication: "x=1"))
        #expect(try copy.verify().filter { !$0.passed } == [])
        #expect(try copy.read { try $0.statistics() } == store.read { try $0.statistics() })
        try copy.write { try $0.append([Sample.kept(11)], run: 1, timeMicroseconds: 5) }
        #expect(try copy.read { try $0.nextSeq() } == 12)
        #expect(try store.read { try $0.nextSeq() } == 11)
    }

    @Test func `can be read by nobody else, and is one file`() throws {
        let store = try Sample.fill(directory, Sample.mixed())
        let backup = try store.backup(to: place.path)
        for (path, mode) in [(place.path, 0o700), (place.database, 0o600)] {
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == mode, "\(path)")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.path) == ["sluice.db"])
        let size = try FileManager.default.attributesOfItem(atPath: place.database)[.size] as? Int64
        #expect(size == backup.bytes)
    }

    @Test func `waits for no writer, and sees nothing that is not committed`() throws {
        let store = try Sample.fill(directory, Sample.mixed())
        try store.write { writer in
            try writer.append([Sample.kept(11)], run: 1, timeMicroseconds: 5)
            #expect(try store.backup(to: place.path).records == 10)
        }
        let copy = try Store.open(directory: place.path, mode: .read)
        #expect(try copy.read { try $0.nextSeq() } == 11)
    }

    @Test func `leaves alone what is there, and nothing where it cannot be`() throws {
        let store = try Sample.fill(directory, [Sample.kept(1)])
        try FileManager.default.createDirectory(atPath: place.path, withIntermediateDirectories: false)
        for path in [place.path, place.path + "/", directory.path, "/", "."] {
            #expect(failure { _ = try store.backup(to: path) } == .cannotCreate, "\(path)")
        }
        #expect(failure { _ = try store.backup(to: place.path + "/missing/backup") } == .cannotCreate)
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.path) == [])
    }

    @Test func `clears away what one that was killed left behind, and nothing else`() throws {
        let store = try Sample.fill(directory, [Sample.kept(1)])
        for half in ["/.b.partial-1", "/.b.partial-2"] {
            try FileManager.default.createDirectory(atPath: place.path + half, withIntermediateDirectories: true)
            try Data("half".utf8).write(to: URL(fileURLWithPath: place.path + half + "/sluice.db"))
        }
        try Data().write(to: URL(fileURLWithPath: place.path + "/.b.partial-2/notes.txt"))
        _ = try store.backup(to: place.path + "/b")
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.path).sorted() == [".b.partial-2", "b"])
    }
}
