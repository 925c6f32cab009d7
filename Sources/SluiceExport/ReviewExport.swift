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

    /// An export of the reviews in `store`.
    public init(store: Store) { self.store = store }

    /// Hands the lines to `sink`, whole lines at a time, and says how many there were.
    ///
    /// The store is not read while `sink` runs, so that a slow reader holds nothing up. Memory: 4 MB and the two longest
    /// texts.
    public func write(to sink: ([UInt8]) throws -> Void) throws -> Int {
        var lines = ReviewLines()
        var count = 0
        while let next = try store.read({ try lines.next($0) }) {
            if next.count > 0 { try sink(next.bytes) }
            count += next.count
        }
        return count
    }
}

/// The lines of a ``ReviewExport``, a stretch at a time, for who reads at a pace of their own.
public struct ReviewLines: Sendable {
    private var after: Int64 = 0
    private var last: Int64?

    /// The most documents that are read at a time.
    private static let stretchDocuments = 64
    /// The most bytes of lines that are gathered before they are handed on, but for the last of them.
    private static let stretchBytes = 4 << 20

    /// The lines from the first on.
    public init() {}

    /// The next lines, whole and maybe none, and how many they are; nil after the last.
    public mutating func next(_ reader: StoreReader) throws -> (bytes: [UInt8], count: Int)? {
        let last = try last ?? reader.reviewCount()
        self.last = last
        let documents = try reader.reviewedDocuments(after: after, upTo: last, limit: ReviewLines.stretchDocuments)
        guard !documents.isEmpty else { return nil }
        let decompressor = ZstdDecompressor()
        var (bytes, count): ([UInt8], Int) = ([], 0)
        for document in documents where bytes.count < ReviewLines.stretchBytes {
            after = document.review.document
            guard document.review.verdict != .uncertain else { continue }
            let text = try reader.text(of: document.review.document, digest: document.digest, decompressor)
            bytes += ReviewLines.line(document, text: text)
            count += 1
        }
        return (bytes, count)
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
