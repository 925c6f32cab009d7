import SluiceCore
import SluiceCrawl
import SluiceLedger
import SluiceStore

/// Writes what people said of documents as labelled JSON lines, which `sluice detector train` learns from.
///
/// A line a document, in order of seq, with the latest review of it; documents that a person called uncertain are left
/// out. The lines are those of the moment at which the export began, however long it takes.
public struct ReviewExport {
    private let store: Store

    /// The most documents that are read at a time.
    private static let pageDocuments = 64
    /// The most bytes of lines that are gathered before they are handed on, but for the last of them.
    private static let pageBytes = 4 << 20

    /// An export of the reviews in `store`.
    public init(store: Store) { self.store = store }

    /// Hands the lines to `sink`, whole lines at a time, and says how many there were.
    ///
    /// The store is not read while `sink` runs, so that a slow reader holds nothing up. Memory: 4 MB and the two longest
    /// texts.
    public func write(to sink: ([UInt8]) throws -> Void) throws -> Int {
        let last = try store.read { try $0.reviewCount() }
        let decompressor = ZstdDecompressor()
        var (after, count) = (Int64(0), 0)
        while let page = try store.read({ try page($0, after: after, upTo: last, decompressor) }) {
            if page.count > 0 { try sink(page.bytes) }
            count += page.count
            after = page.lastSeq
        }
        return count
    }

    private struct Page {
        var bytes: [UInt8] = []
        var count = 0
        var lastSeq: Int64
    }

    /// The lines behind row `after`; nil where no review is left.
    private func page(
        _ reader: StoreReader, after: Int64, upTo last: Int64, _ decompressor: ZstdDecompressor
    ) throws -> Page? {
        let documents = try reader.reviewedDocuments(after: after, upTo: last, limit: ReviewExport.pageDocuments)
        guard !documents.isEmpty else { return nil }
        var page = Page(lastSeq: after)
        for document in documents where page.bytes.count < ReviewExport.pageBytes {
            page.lastSeq = document.review.document
            guard document.review.verdict != .uncertain else { continue }
            let text = try reader.text(of: document.review.document, digest: document.digest, decompressor)
            page.bytes += ReviewExport.line(document, text: text)
            page.count += 1
        }
        return page
    }

    private static func line(_ document: ReviewedDocument, text: [UInt8]) -> [UInt8] {
        var json = JSONText(capacity: text.count + text.count / 16 + 512)
        json.object { line in
            line.member("id", document.digest.hex)
            line.key("text")
            line.value(utf8: text)
            line.member("label", document.review.verdict == .synthetic ? "synthetic" : "human")
            line.member("domain", document.host.flatMap { $0.isEmpty ? nil : $0 } ?? document.source)
            line.member("source", document.source)
            line.member("generator", "unknown")
            line.member("reviewer", document.review.reviewer)
        }
        json.newline()
        return json.bytes
    }
}
