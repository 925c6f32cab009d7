/// Requests that mean harm or are broken, each with the answer that `docs/http.md` promises.
struct HostileRequest: Sendable {
    var name: String
    var bytes: [UInt8]
    /// The statuses of the answers, in order; none where the connection is closed without a word.
    var statuses: [Int]
    /// True where the connection ends with the last of them.
    var closes: Bool

    init(_ name: String, _ text: String, _ statuses: Int..., closes: Bool = true) {
        self.init(name, Array(text.utf8), statuses, closes: closes)
    }

    init(_ name: String, _ bytes: [UInt8], _ statuses: [Int], closes: Bool = true) {
        (self.name, self.bytes, self.statuses, self.closes) = (name, bytes, statuses, closes)
    }

    static let all = lines + hosts + framing + chunks + sizes + targets + access + pipelines

    private static func head(_ line: String, _ fields: String...) -> String {
        line + "\r\nHost: localhost\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n"
    }

    private static let evil = get("/ok")

    /// Request lines and the shape of headers.
    private static let lines: [HostileRequest] = [
        .init("HTTP/0.9", "GET /ok\r\n", 400),
        .init("a version without a number", head("GET /ok HTTP/"), 400),
        .init("a version of three digits", head("GET /ok HTTP/1.11"), 400),
        .init("HTTP/1.2", head("GET /ok HTTP/1.2"), 505),
        .init("HTTP/2.0", head("GET /ok HTTP/2.0"), 505),
        .init("a lower-case version", head("GET /ok http/1.1"), 400),
        .init("the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        .init("another protocol's hello", [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00], [400]),
        .init("an empty line first", "\r\n" + evil, 400),
        .init("white space first", " " + evil, 400),
        .init("two spaces after the method", head("GET  /ok HTTP/1.1"), 400),
        .init("a tab after the method", head("GET\t/ok HTTP/1.1"), 400),
        .init("four words", head("GET /ok HTTP/1.1 x"), 400),
        .init("a method that is no token", head("GE(T /ok HTTP/1.1"), 400),
        .init("an unknown method", head("BREW /ok HTTP/1.1"), 501),
        .init("a lower-case method", head("get /ok HTTP/1.1"), 501),
        .init("TRACE", head("TRACE /ok HTTP/1.1"), 501),
        .init("CONNECT", "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n", 501),
        .init("a bare line feed after the request line", "GET /ok HTTP/1.1\nHost: localhost\r\n\r\n", 400),
        .init("bare line feeds throughout", "GET /ok HTTP/1.1\nHost: localhost\n\n", 400),
        .init("a bare carriage return in a value", head("GET /ok HTTP/1.1", "X: a\rb"), 400),
        .init("a carriage return too many", "GET /ok HTTP/1.1\r\r\nHost: localhost\r\n\r\n", 400),
        .init("a NUL in a value", head("GET /ok HTTP/1.1", "X: a\0b"), 400),
        .init("a control character in a value", head("GET /ok HTTP/1.1", "X: a\u{1}b"), 400),
        .init(
            "a value that is not UTF-8",
            Array("GET /ok HTTP/1.1\r\nHost: localhost\r\nX: ".utf8) + [0xFF, 13, 10, 13, 10], [400]),
        .init("a folded line", head("GET /ok HTTP/1.1", "X: a", " b"), 400),
        .init("a space before the colon", head("GET /ok HTTP/1.1", "X : a"), 400),
        .init("a space before the first name", "GET /ok HTTP/1.1\r\n Host: localhost\r\n\r\n", 400),
        .init("a line without a colon", head("GET /ok HTTP/1.1", "X"), 400),
        .init("an empty name", head("GET /ok HTTP/1.1", ": a"), 400),
        .init("a name with a bracket", head("GET /ok HTTP/1.1", "X[1]: a"), 400),
        .init(
            "an upgrade, which is not taken", head("GET /ok HTTP/1.1", "Connection: Upgrade", "Upgrade: h2c"), 200,
            closes: false),
        .init("an unknown expectation", head("GET /ok HTTP/1.1", "Expect: a-miracle"), 417),
        .init(
            "HTTP/1.0, which has one request",
            "GET /ok HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n" + evil, 200),
        .init("half a header", "GET /ok HTTP/1.1\r\nHost: lo", 408),
        .init("nothing at all", ""),
    ]

    /// Who is asked, and who says so.
    private static let hosts: [HostileRequest] = [
        .init("no Host", "GET /ok HTTP/1.1\r\n\r\n", 400),
        .init("two Hosts", head("GET /ok HTTP/1.1", "Host: localhost"), 400),
        .init("an empty Host", "GET /ok HTTP/1.1\r\nHost: \r\n\r\n", 400, closes: false),
        .init("a Host with a user", "GET /ok HTTP/1.1\r\nHost: a@localhost\r\n\r\n", 400, closes: false),
        .init("a Host with a path", "GET /ok HTTP/1.1\r\nHost: localhost/x\r\n\r\n", 400, closes: false),
        .init("a Host with a port beyond", "GET /ok HTTP/1.1\r\nHost: localhost:99999\r\n\r\n", 400, closes: false),
        .init(
            "a name that was bound to this machine", "GET /ok HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421,
            closes: false),
        .init(
            "a name that only begins well", "GET /ok HTTP/1.1\r\nHost: localhost.evil.example\r\n\r\n", 421,
            closes: false),
        .init("an address of no machine", "GET /ok HTTP/1.1\r\nHost: 0.0.0.0\r\n\r\n", 421, closes: false),
        .init("an address in other words", "GET /ok HTTP/1.1\r\nHost: 2130706433\r\n\r\n", 421, closes: false),
        .init("an absolute target of another host", head("GET http://evil.example/ok HTTP/1.1"), 400),
        .init("an absolute target of this host", head("GET http://localhost/ok HTTP/1.1"), 200, closes: false),
        .init("an absolute target of another scheme", head("GET ftp://localhost/ok HTTP/1.1"), 400),
        .init("a page of another site", post("/ignore", "", "Origin: http://evil.example\r\n"), 403, closes: false),
        .init("a page without a site", post("/ignore", "", "Origin: null\r\n"), 403, closes: false),
        .init("a page of another port", post("/ignore", "", "Origin: http://localhost:81\r\n"), 403, closes: false),
        .init("a page of this site", post("/ignore", "", "Origin: http://localhost\r\n"), 200, closes: false),
        .init("a request across sites", post("/ignore", "", "Sec-Fetch-Site: cross-site\r\n"), 403, closes: false),
    ]

    /// Where a body ends.
    private static let framing: [HostileRequest] = [
        .init(
            "a length and chunks",
            head("POST /count HTTP/1.1", "Content-Length: 3", "Transfer-Encoding: chunked") + "0\r\n\r\n", 400),
        .init(
            "chunks and a length",
            head("POST /count HTTP/1.1", "Transfer-Encoding: chunked", "Content-Length: 3") + "0\r\n\r\n", 400),
        .init("two lengths", head("POST /count HTTP/1.1", "Content-Length: 3", "Content-Length: 4") + "abc", 400),
        .init(
            "the same length twice", head("POST /count HTTP/1.1", "Content-Length: 3", "Content-Length: 3") + "abc", 400
        ),
        .init("a list of lengths", head("POST /count HTTP/1.1", "Content-Length: 3, 3") + "abc", 400),
        .init("a negative length", head("POST /count HTTP/1.1", "Content-Length: -1"), 400),
        .init("a length with a sign", head("POST /count HTTP/1.1", "Content-Length: +3") + "abc", 400),
        .init("a length in hexadecimal", head("POST /count HTTP/1.1", "Content-Length: 0x3") + "abc", 400),
        .init("a length with a fraction", head("POST /count HTTP/1.1", "Content-Length: 3.0") + "abc", 400),
        .init("an empty length", head("POST /count HTTP/1.1", "Content-Length:"), 400),
        .init("a length beyond any number", head("POST /count HTTP/1.1", "Content-Length: 99999999999999999999"), 400),
        .init("a length beyond 63 bits", head("POST /count HTTP/1.1", "Content-Length: 9223372036854775808"), 400),
        .init("the longest length", head("POST /count HTTP/1.1", "Content-Length: 9223372036854775807"), 413),
        .init("a length in other digits", head("POST /count HTTP/1.1", "Content-Length: ３") + "abc", 400),
        .init("two codings", head("POST /count HTTP/1.1", "Transfer-Encoding: gzip, chunked") + "0\r\n\r\n", 501),
        .init(
            "two coding fields",
            head("POST /count HTTP/1.1", "Transfer-Encoding: chunked", "Transfer-Encoding: identity") + "0\r\n\r\n", 400
        ),
        .init("an unknown coding", head("POST /count HTTP/1.1", "Transfer-Encoding: xchunked") + "0\r\n\r\n", 501),
        .init(
            "a coding with a parameter", head("POST /count HTTP/1.1", "Transfer-Encoding: chunked;q=1") + "0\r\n\r\n",
            501),
        .init(
            "a coding with a vertical tab",
            head("POST /count HTTP/1.1", "Transfer-Encoding: \u{B}chunked") + "0\r\n\r\n", 400),
        .init(
            "the coding in capitals", head("POST /count HTTP/1.1", "Transfer-Encoding: CHUNKED") + "0\r\n\r\n", 200,
            closes: false),
        .init("chunks in HTTP/1.0", head("POST /count HTTP/1.0", "Transfer-Encoding: chunked") + "0\r\n\r\n", 400),
        .init("a body that does not come", head("POST /count HTTP/1.1", "Content-Length: 9") + "abc", 408),
        .init("a GET with a body", head("GET /ok HTTP/1.1", "Content-Length: 3") + "abc", 200, closes: false),
        .init("a large body nobody reads", head("POST /ignore HTTP/1.1", "Content-Length: 1000000") + "abc", 200),
    ]

    private static func chunked(_ body: String) -> String {
        head("POST /count HTTP/1.1", "Transfer-Encoding: chunked") + body
    }

    /// Chunks.
    private static let chunks: [HostileRequest] = [
        .init("a size that is no number", chunked("x\r\n"), 400),
        .init("an empty size", chunked("\r\nabc\r\n0\r\n\r\n"), 400),
        .init("a size with 0x", chunked("0x3\r\nabc\r\n0\r\n\r\n"), 400),
        .init("a size with a sign", chunked("+3\r\nabc\r\n0\r\n\r\n"), 400),
        .init("a negative size", chunked("-3\r\nabc\r\n0\r\n\r\n"), 400),
        .init("a size with a space", chunked("3 \r\nabc\r\n0\r\n\r\n"), 400),
        .init("a size beyond any number", chunked("fffffffffffffffff\r\n"), 400),
        .init("a size beyond the limit", chunked("fffffff\r\n"), 413),
        .init(
            "chunks that together pass the limit",
            chunked("80000\r\n" + String(repeating: "a", count: 0x80000) + "\r\n80001\r\n"), 413),
        .init("a chunk longer than its size", chunked("3\r\nabcd\r\n0\r\n\r\n"), 400),
        .init("a chunk's line with a bare line feed", chunked("3\nabc\r\n0\r\n\r\n"), 400),
        .init("a chunk ended by a bare line feed", chunked("3\r\nabc\n0\r\n\r\n"), 400),
        .init("an extension, which is passed over", chunked("3;a=b\r\nabc\r\n0\r\n\r\n"), 200, closes: false),
        .init("a long extension", chunked("3;" + String(repeating: "a", count: 300) + "\r\nabc\r\n0\r\n\r\n"), 400),
        .init(
            "extensions without end",
            chunked(String(repeating: "1;" + String(repeating: "a", count: 200) + "\r\nx\r\n", count: 30)), 400),
        .init("an extension with a line feed", chunked("3;a\nb\r\nabc\r\n0\r\n\r\n"), 400),
        .init("trailers, which are passed over", chunked("3\r\nabc\r\n0\r\nX: y\r\n\r\n"), 200, closes: false),
        .init("a trailer that is no field", chunked("3\r\nabc\r\n0\r\nnonsense\r\n\r\n"), 400),
        .init("trailers without end", chunked("0\r\n" + String(repeating: "X: y\r\n", count: 2000)), 431),
        .init("a trailer that names a length", chunked("0\r\nContent-Length: 5\r\n\r\n"), 400),
    ]

    /// Too much of something.
    private static let sizes: [HostileRequest] = [
        .init("a long target", get("/" + String(repeating: "a", count: 21_000)), 414),
        .init("a request line without end", "GET /" + String(repeating: "a", count: 40_000), 414),
        .init("a long field", get("/ok", "X: " + String(repeating: "a", count: 17_000) + "\r\n"), 431),
        .init("a field without end", "GET /ok HTTP/1.1\r\nX: " + String(repeating: "a", count: 40_000), 431),
        .init("many fields, Host with them", get("/ok", String(repeating: "X: y\r\n", count: 100)), 431),
        .init("as many fields as may be", get("/ok", String(repeating: "X: y\r\n", count: 99)), 200, closes: false),
        .init(
            "many bytes of fields",
            get("/ok", String(repeating: "X: " + String(repeating: "y", count: 500) + "\r\n", count: 40)), 431),
        .init("a body beyond the limit", head("POST /count HTTP/1.1", "Content-Length: 1048577"), 413),
        .init("a body of nobody's encoding", post("/file", "abc", "Content-Encoding: br\r\n"), 415, closes: false),
        .init("a body of two encodings", post("/file", "abc", "Content-Encoding: gzip, gzip\r\n"), 415, closes: false),
        .init("a body that is not gzip", post("/file", "abcdef", "Content-Encoding: gzip\r\n"), 400, closes: false),
        .init("a body that is not zstd", post("/file", "", "Content-Encoding: zstd\r\n"), 400, closes: false),
    ]

    /// Paths that mean two things.
    private static let targets: [HostileRequest] = [
        .init("a path upwards", get("/items/../ok"), 400),
        .init("a path upwards in disguise", get("/items/%2e%2E/ok"), 400),
        .init("a path that stays", get("/./ok"), 400),
        .init("an empty segment", get("//ok"), 400),
        .init("a slash at the end", get("/ok/"), 400),
        .init("a slash in disguise", get("/items/a%2Fb"), 400),
        .init("a backslash", get("/items\\a"), 400),
        .init("a backslash in disguise", get("/items/a%5Cb"), 400),
        .init("a NUL in disguise", get("/items/a%00"), 400),
        .init("a line's end in disguise", get("/items/a%0d%0aX:%20y"), 400),
        .init("half an escape", get("/items/a%2"), 400),
        .init("an escape that is none", get("/items/a%zz"), 400),
        .init("an overlong slash", get("/items/a%c0%af"), 400),
        .init("half a character", get("/items/a%e2%82"), 400),
        .init("a byte beyond ASCII", get("/items/ä"), 400),
        .init("a fragment", get("/ok#x"), 400),
        .init("a relative path", head("GET ok HTTP/1.1"), 400),
        .init("an asterisk", head("OPTIONS * HTTP/1.1"), 400),
        .init("a query that is not UTF-8", get("/ok?a=%ff"), 400),
        .init("a query with brackets", get("/ok?a[0]={1|2}"), 200, closes: false),
    ]

    /// Without leave.
    private static let access: [HostileRequest] = [
        .init("two Authorizations", get("/ok", "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n"), 400),
        .init("a path that is not there", get("/etc/passwd"), 404, closes: false),
        .init("a method that the path does not take", head("DELETE /ok HTTP/1.1"), 405, closes: false),
        .init("a path in capitals", get("/OK"), 404, closes: false),
    ]

    /// What stands behind a request that was refused is not a request.
    private static let pipelines: [HostileRequest] = [
        .init("a request behind a broken one", "GET /ok HTTP/1.1\r\nBad Field: x\r\n\r\n" + evil, 400),
        .init("a request behind one that closes", get("/ok", "Connection: close\r\n") + evil, 200),
        .init("a request behind a body too large", head("POST /count HTTP/1.1", "Content-Length: 2000000") + evil, 413),
        .init(
            "a request in a length and chunks",
            head("POST /count HTTP/1.1", "Content-Length: 6", "Transfer-Encoding: chunked") + "0\r\n\r\n" + evil, 400),
        .init("a broken one behind a request", evil + "GET /ok HTTP/9\r\n\r\n", 200, 400),
        .init("three in a row", evil + post("/count", "abc") + get("/none"), 200, 200, 404, closes: false),
        .init("a request in a chunk", chunked("1f\r\nGET /none HTTP/1.1\r\nHost: a\r\n\r\nx\r\n0\r\n\r\n"), 400),
    ]
}
