import Glibc
import NIOCore
import SluiceCore
import SluiceService
import Testing

@Suite struct `Who asks` {
    @Test func `a token is known by its digest and looks like one`() throws {
        let (token, entry) = try TokenMint.make(name: "crawler", scopes: [.ingest, .read])
        #expect(token.hasPrefix("sluice_") && token.utf8.count == 50)
        #expect(entry.line == "crawler ingest,read \(Digest.of(Array(token.utf8)).hex)")
        #expect(try TokenFile.parse(entry.line, path: "f") == [entry])
        #expect(try TokenMint.make(name: "crawler", scopes: []).token != token)
    }

    @Test(arguments: [
        ("crawler ingest", "f:1"), ("# none\n", "no token"), ("a read \(zeros)\na read \(ones)", "f:2"),
        ("a read \(zeros)\nb read \(zeros)", "f:2"), ("a write \(zeros)", "f:1"), ("a read, \(zeros)", "f:1"),
        ("local read \(zeros)", "f:1"), ("a/b read \(zeros)", "f:1"), ("a read 12", "f:1"),
        ("a read \(zeros) x", "f:1"),
    ])
    func `a line that is wrong is named`(text: String, place: String) {
        #expect { try TokenFile.parse(text, path: "f") } throws: { error in
            (error as? SluiceError).map { $0.code == .configuration && $0.description.contains(place) } ?? false
        }
    }

    @Test func `a file that others can read is refused, and so is what is not a file`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("tokens", "a read \(zeros)\n")
        chmod(path, 0o640)
        #expect(throws: SluiceError.self) { try TokenFile.read(path) }
        chmod(path, 0o600)
        #expect(try TokenFile.read(path).count == 1)
        symlink(path, folder.path("link"))
        mkfifo(folder.path("fifo"), 0o600)
        for name in ["link", "fifo", "none", "."] {
            #expect(throws: SluiceError.self) { try TokenFile.read(folder.path(name)) }
        }
    }

    @Test func `the file is read again on demand, and what is wrong in it changes nothing`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("tokens", "a read \(zeros)")
        chmod(path, 0o600)
        let table = try TokenTable(path: path)
        let (zero, one) = (try #require(Digest(hex: zeros)), try #require(Digest(hex: ones)))
        #expect(table.caller(of: zero) == Caller(name: "a", scopes: [.read]))
        #expect(table.caller(of: one) == nil)
        _ = try folder.file("tokens", "nonsense")
        chmod(path, 0o600)
        #expect(throws: SluiceError.self) { try table.reload() }
        #expect(table.caller(of: zero) != nil)
        _ = try folder.file("tokens", "b admin \(ones)")
        chmod(path, 0o600)
        try table.reload()
        #expect(table.caller(of: zero) == nil)
        #expect(table.caller(of: one)?.may(.export) == true)
    }

    @Test func `a session lasts twelve hours, and there are not more than a table holds`() throws {
        let table = SessionTable()
        let token = try #require(Digest(hex: zeros))
        let id = table.open(token: token)
        #expect(table.token(of: id) == token)
        #expect(table.token(of: id + "x") == nil)
        #expect(table.token(of: id, now: .now() + .hours(13)) == nil)
        let first = table.open(token: token, now: .now() - .hours(1))
        for _ in 0..<SessionTable.limit { _ = table.open(token: token) }
        #expect(table.token(of: first) == nil)
    }

    @Test func `a route asks for a scope, and gets who has it`() async throws {
        let (reader, handIn) = (
            try TokenMint.make(name: "r", scopes: [.read]), try TokenMint.make(name: "i", scopes: [.ingest])
        )
        let boss = try TokenMint.make(name: "boss", scopes: [.admin])
        let lines = [reader, handIn, boss].map(\.entry.line).joined(separator: "\n")
        try await LiveFront.with(tokens: lines) { live in
            for (path, token, status) in [
                ("/read", "", 401), ("/read", "wrong", 401), ("/read", handIn.token, 403), ("/read", reader.token, 200),
                ("/read", boss.token, 200), ("/ok", "", 200), ("/ok", "wrong", 401),
            ] {
                let answer = try await blocking {
                    RawClient(live.port).ask(get(path, token.isEmpty ? "" : "Authorization: Bearer \(token)\r\n"))
                }
                #expect(answer?.status == status, "\(path)")
                #expect((answer?.fields["www-authenticate"] != nil) == (status == 401 || status == 403))
            }
            let owner = try await blocking { RawClient(live.socket).ask(get("/read")) }
            #expect(owner?.text == "uid:\(geteuid())")
        }
    }

    @Test func `without a file, this machine may do everything`() async throws {
        try await LiveFront.with { live in
            let answer = try await blocking { RawClient(live.port).ask(get("/read")) }
            #expect(answer?.text == "local")
        }
    }

    @Test func `a login is a cookie, which ends with its token`() async throws {
        let reader = try TokenMint.make(name: "r", scopes: [.read])
        try await LiveFront.with(tokens: reader.entry.line) { live in
            let form = "Content-Type: application/x-www-form-urlencoded\r\n"
            let wrong = try await blocking { RawClient(live.port).ask(post("/login", "token=no", form)) }
            #expect(wrong?.status == 401)
            let right = try await blocking { RawClient(live.port).ask(post("/login", "token=\(reader.token)", form)) }
            #expect(right?.status == 303)
            let cookie = try #require(right?.fields["set-cookie"])
            #expect(cookie.hasSuffix("; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict"))
            let pair = String(cookie.prefix { $0 != ";" })
            let asked = try await blocking { RawClient(live.port).ask(get("/read", "Cookie: a=b; \(pair)\r\n")) }
            #expect(asked?.text == "r")
            let out = try await blocking { RawClient(live.port).ask(post("/logout", "", "Cookie: \(pair)\r\n")) }
            #expect(out?.status == 303)
            let after = try await blocking { RawClient(live.port).ask(get("/read", "Cookie: \(pair)\r\n")) }
            #expect(after?.status == 401)
        }
    }
}

private let zeros = String(repeating: "0", count: 64)
private let ones = String(repeating: "1", count: 64)
