import SluiceCore
import SluiceService
import SluiceStore
import Testing

@Suite struct `What is typed into the search box` {
    private func filters(_ text: String) -> [ProvenanceQuery.Filter] { SearchTerm(text).meanings.map(\.filter) }

    @Test func `is taken for a document where it is a digest`() {
        let digest = Digest.of(Array("text".utf8))
        #expect(filters(digest.hex) == [.document(digest), .id(digest.hex)])
        #expect(filters(digest.hex.uppercased()).first == .document(digest))
        #expect(filters("sha256:\(digest.hex)") == [.document(digest)])
        #expect(
            filters(String(digest.hex.dropLast())) == [
                .id(String(digest.hex.dropLast())), .source(String(digest.hex.dropLast())),
            ])
    }

    @Test func `is taken for a WARC record where it is a UUID in any dress`() {
        let id = "12345678-9abc-DEF0-1234-56789abcdef0"
        for dress in [id, "urn:uuid:\(id)", "<urn:uuid:\(id)>"] { #expect(filters(dress).first == .record(dress)) }
        #expect(filters("12345678-9abc-def0-1234-56789abcdefg").first == .id("12345678-9abc-def0-1234-56789abcdefg"))
    }

    @Test func `is taken for an address, and then for its host`() {
        let url = "https://user@www.example.org:8080/a?b=c#d"
        #expect(filters(url) == [.url(url), .id(url), .source(url), .host("www.example.org")])
        #expect(
            filters("example.org/page").prefix(2) == [
                .url("https://example.org/page"), .url("http://example.org/page"),
            ])
        #expect(filters("javascript://").contains(.url("javascript://")))
    }

    @Test func `is taken for a host where it could be one`() {
        #expect(filters("www.example.org").first == .host("www.example.org"))
        #expect(filters("bücher.example").first == .host("bücher.example"))
        #expect(filters("part-0000.warc.wet.gz").contains(.source("part-0000.warc.wet.gz")))
        for text in ["no host", "a..b", ".", "<b>.<i>", "localhost"] {
            #expect(filters(text) == [.id(text), .source(text)])
        }
    }

    @Test func `means what a prefix says and nothing else`() {
        #expect(
            filters("host:a") == [.host("a")] && filters("url:a:b") == [.url("a:b")] && filters("id:x") == [.id("x")])
        #expect(filters("source:\"><script>") == [.source("\"><script>")] && filters("release:v1") == [.release("v1")])
        #expect(filters("record:a") == [.record("a")] && filters("host:") == [.id("host:"), .source("host:")])
        #expect(filters("") == [])
    }
}
