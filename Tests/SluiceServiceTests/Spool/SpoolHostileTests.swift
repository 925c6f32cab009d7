import Foundation
import Glibc
import Logging
import SluiceService
import Testing

@Suite struct `The spool is not led astray` {
    @Test func `links, pipes, devices and directories are left, and nothing waits for them`() async throws {
        let fixture = try SpoolFixture()
        let incoming = "\(fixture.root)/incoming"
        let secret = try fixture.folder.file("secret", "secret")
        let shared = try fixture.folder.file("shared", "shared")
        try #require(symlink(secret, "\(incoming)/link") == 0)
        try #require(symlink("/nowhere", "\(incoming)/dangling") == 0)
        try #require(symlink("../done", "\(incoming)/sideways") == 0)
        try #require(link(shared, "\(incoming)/hard") == 0)
        try #require(mkfifo("\(incoming)/pipe", 0o600) == 0)
        try #require(mkdir("\(incoming)/folder", 0o700) == 0)
        let hasDevice = mknod("\(incoming)/device", S_IFCHR | 0o600, 0x0103) == 0
        try await fixture.running {
            try await eventually("they are counted") { fixture.spool.status.left.unusual > 0 }
            // The kernel's word leads to an attempt at once, the scan's does not.
            try #require(symlink(secret, "\(fixture.folder.path)/moved") == 0)
            try #require(rename("\(fixture.folder.path)/moved", "\(incoming)/moved") == 0)
            try #require(mkfifo("\(fixture.folder.path)/pipe", 0o600) == 0)
            try #require(rename("\(fixture.folder.path)/pipe", "\(incoming)/moved-pipe") == 0)
            try fixture.drop("honest", "text")
            try await eventually("the honest one is taken") { fixture.spool.status.done == 1 }
            try await eventually("the scan has seen them") { fixture.spool.status.left.links == 4 }
        }
        #expect(fixture.sink.names == ["honest"])
        let left = fixture.spool.status.left
        #expect(left.hardLinks == 1)
        #expect(left.directories == 1)
        #expect(left.special == (hasDevice ? 3 : 2))
        #expect(try fixture.names(in: "incoming").count == (hasDevice ? 9 : 8))
        #expect(try fixture.names(in: "done") == ["honest", "honest.report.json"])
    }

    @Test func `a hard link is taken once its other name is gone`() async throws {
        let fixture = try SpoolFixture()
        let path = try fixture.folder.file("other", "text")
        try #require(link(path, "\(fixture.root)/incoming/page") == 0)
        try await fixture.running {
            try await eventually("it is counted") { fixture.spool.status.left.hardLinks == 1 }
            #expect(fixture.sink.names.isEmpty)
            unlink(path)
            try await eventually("it is taken") { fixture.spool.status.done == 1 }
        }
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give files away"))
    func `a stranger's file is left, unless the directory is opened to his group`() async throws {
        let fixture = try SpoolFixture()
        try fixture.lay("strange", "text")
        try #require(chown("\(fixture.root)/incoming/strange", 12345, 12346) == 0)
        try await fixture.running {
            try await eventually("it is counted") { fixture.spool.status.left.strangers == 1 }
        }
        #expect(fixture.sink.names.isEmpty)
        try #require(chown("\(fixture.root)/incoming", 0, 12346) == 0)
        try #require(chmod("\(fixture.root)/incoming", 0o770) == 0)
        let second = try Spool(
            directory: fixture.root, sink: fixture.sink, isOpen: { true },
            logger: .init(label: "spool") { _ in SwiftLogNoOpLogHandler() }, timing: .quick
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await second.run() }
            try await eventually("it is taken") { second.status.done == 1 }
            group.cancelAll()
        }
    }

    /// Names by their bytes, and whether a file of that name is taken.
    static let names: [([UInt8], Bool)] = [
        (Array("-rf".utf8), true), (Array("--help".utf8), true), (Array(" ".utf8), true),
        (Array("a b'\"$(id)`".utf8), true),
        (Array("%s%n%2e%2e%2f".utf8), true), (Array("..%00".utf8), false), (Array("...".utf8), false),
        (Array(".hidden".utf8), false), (Array("*".utf8), true), (Array("~".utf8), true), (Array("\\..\\x".utf8), true),
        (Array("CON".utf8), true), (Array("a\nb".utf8), false), (Array("a\r".utf8), false), (Array("\t".utf8), false),
        (Array("\u{1B}[31mred".utf8), false), (Array("a\u{7F}".utf8), false), (Array("a\u{85}b".utf8), false),
        (Array("a\u{202E}b".utf8), false), (Array("a\u{2066}b".utf8), false), (Array("a\u{2028}b".utf8), false),
        (Array("a\u{200F}b".utf8), false), (Array("e\u{301}".utf8), true), (Array("é".utf8), true),
        (Array("日本語.jsonl".utf8), true), (Array("👩‍👩‍👧".utf8), true), ([0xFF], false), ([0x61, 0xC0, 0xAF, 0x62], false),
        ([0xED, 0xA0, 0x80], false), ([0xC3], false), (Array("x.report.json".utf8), false),
        (Array("x.REPORT.JSON".utf8), false), (Array("report.json".utf8), true), (Array("x.part".utf8), false),
        (Array("x.Partial".utf8), false), (Array("x.tmp".utf8), false), (Array("xtmp".utf8), true),
        (Array("x.tmp.gz".utf8), true), (Array(repeating: 0x61, count: 255), true),
        (Array(String(repeating: "\u{1F980}", count: 63).utf8), true), (Array("done".utf8), true),
        (Array("incoming".utf8), true), (Array("proc".utf8), true), (Array("null".utf8), true),
    ]

    @Test func `a hostile name is a name or is left, and leads nowhere`() async throws {
        let fixture = try SpoolFixture()
        let directories = try SpoolDirectories(fixture.root)
        for (name, _) in Self.names {
            let path = name.map { CChar(bitPattern: $0) } + [0]
            let file = openat(directories.incoming, path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
            try #require(file >= 0)
            close(file)
        }
        let taken = Self.names.filter { $0.1 }.map { String(decoding: $0.0, as: UTF8.self) }
        try await fixture.running {
            try await eventually("all good names are taken") { fixture.spool.status.done == taken.count }
        }
        #expect(Set(fixture.sink.names.map { Array($0.utf8) }) == Set(taken.map { Array($0.utf8) }))
        let left = fixture.spool.status.left
        #expect(left.unfinished + left.unusableNames == Self.names.count - taken.count)
        #expect(try fixture.names(in: "done").count == 2 * taken.count)
        #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.root).count == 3)
    }

    @Test func `an entry swapped for a link between the look and the take is not followed`() throws {
        let fixture = try SpoolFixture()
        let secret = try fixture.folder.file("secret", "secret")
        try fixture.lay("page", "text")
        let directories = try SpoolDirectories(fixture.root)
        let name = try EntryName(Array("page".utf8))
        #expect(try directories.look(at: name) != nil)
        unlink("\(fixture.root)/incoming/page")
        #expect(try directories.take(name) == nil)
        try #require(symlink(secret, "\(fixture.root)/incoming/page") == 0)
        #expect(throws: EntryAdmission.Refusal.link) { try directories.take(name) }
        unlink("\(fixture.root)/incoming/page")
        try #require(link(secret, "\(fixture.root)/incoming/page") == 0)
        #expect(throws: EntryAdmission.Refusal.hardLink) { try directories.take(name) }
    }

    @Test func `an entry swapped for a link between the take and the move is not moved`() throws {
        let fixture = try SpoolFixture()
        let secret = try fixture.folder.file("secret", "secret")
        try fixture.lay("page", "text")
        let directories = try SpoolDirectories(fixture.root)
        let entry = try #require(try directories.take(try EntryName(Array("page".utf8))))
        unlink("\(fixture.root)/incoming/page")
        try #require(symlink(secret, "\(fixture.root)/incoming/page") == 0)
        let shelf = Shelf(directories: directories, target: directories.done)
        #expect(try shelf.put(entry, report: []) == nil)
        #expect(try fixture.names(in: "incoming") == ["page"])
        #expect(try fixture.names(in: "done") == [])
        #expect(try String(contentsOfFile: entry.path, encoding: .utf8) == "text")
    }

    @Test func `a link in the place of one of its directories is refused`() throws {
        let folder = try TemporaryFolder()
        try #require(mkdir(folder.path("spool"), 0o700) == 0)
        try #require(symlink("/tmp", folder.path("spool/done")) == 0)
        #expect(throws: (any Error).self) { try SpoolDirectories(folder.path("spool")) }
    }

    @Test func `its directories are for the daemon alone`() throws {
        let fixture = try SpoolFixture()
        for name in ["", "/incoming", "/done", "/failed"] {
            var status = stat()
            try #require(stat(fixture.root + name, &status) == 0)
            #expect(status.st_mode & 0o777 == 0o700)
        }
    }
}
