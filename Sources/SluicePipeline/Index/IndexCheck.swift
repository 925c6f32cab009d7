import SluiceCore
import SluiceDedup
import SluiceStore

/// Holds the index file of a store against the store.
public enum IndexCheck {
    /// Whether the file beside `store` says of every document that it covers what the store says. O(*n*), 2 s for a
    /// million; memory does not grow with them.
    ///
    /// - Throws: ``SluiceError`` where the store cannot be read, or its index file cannot be opened just now.
    public static func finding(on store: Store) throws(SluiceError) -> Finding {
        let line = try store.read { try $0.deduplication() } ?? ""
        let file = IndexFile(directory: store.directory, identity: Digest.of(Array(line.utf8)))
        let mend = "; delete \(file.path), and the next run makes it again"
        // Opened before the store is read: whatever it covers is committed then.
        switch file.open() {
        case .missing:
            return Finding(check: "index", passed: true, detail: "no index file: the next run reads the store instead")
        case .refused(let reason):
            return Finding(check: "index", passed: false, detail: "the index file cannot be used: \(reason)" + mend)
        case .unavailable(let error): throw error
        case .opened(let snapshot):
            return try store.read { reader in
                guard try reader.historyMark(at: snapshot.lastSeq) == snapshot.mark else {
                    return Finding(
                        check: "index", passed: false,
                        detail: "the index file belongs to another store, or to another past of this one" + mend)
                }
                var audit = IndexAudit(of: snapshot)
                try reader.forEachIndexKey { seq, prefix, bands in
                    audit.hold(seq, contentKeyPrefix: prefix, packedBands: bands)
                }
                let wrong = audit.finish()
                return Finding(
                    check: "index", passed: wrong == nil,
                    detail: wrong.map { $0 + mend } ?? "\(snapshot.count) documents in the index file")
            }
        }
    }
}
