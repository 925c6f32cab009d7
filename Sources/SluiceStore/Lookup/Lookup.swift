import GRDB
import SluiceCore

/// How records are found by document, record id, URL and host; the table `lookup`.
///
/// A record's keys go into a run once 4,096 records are complete. Four runs of a level become one of the next, which costs
/// no look at the records; so a million records are some ten runs, a search asks each of them for one row, and a record
/// costs about 20 bytes. Keys of addresses are kept apart, in smaller runs: erasing an address takes a run with it.
enum Lookup {
    /// What keys are of.
    enum Kind: Int64, CaseIterable {
        /// Documents and record ids.
        case name = 0
        /// URLs and hosts.
        case address = 1

        /// The level that is never merged.
        var highestLevel: Int64 { self == .name ? 4 : 2 }
    }

    /// What a record is found by: it may be found by a few others' keys as well, so who searches compares.
    struct Entry {
        var key: UInt32
        var seq: Int64
    }

    /// The most records that are looked up: beyond these a ledger is not an honest one, and there would be too many runs.
    static let largestLedger: Int64 = 1 << 32

    // MARK: Keys

    static func key(of digest: Digest) -> UInt32 { UInt32(truncatingIfNeeded: digest.prefix >> 32) }

    /// The key of a URL or a host.
    static func key(of text: some StringProtocol) -> UInt32 { key(of: Digest.of(text)) }

    /// The key of a record id, which all ways to write a WARC record id share.
    static func key(ofRecordID id: String) -> UInt32 { key(of: bare(recordID: id)) }

    /// A WARC record id without its dress: `<urn:uuid:…>`.
    static func bare(recordID id: String) -> Substring {
        // By bytes: a walk by characters would cost more than the digest.
        var bare = id.utf8[...]
        if bare.first == UInt8(ascii: "<"), bare.last == UInt8(ascii: ">") { bare = bare.dropFirst().dropLast() }
        return Substring(bare.starts(with: uuidPrefix) ? bare.dropFirst(uuidPrefix.count) : bare)
    }

    private static let uuidPrefix = Array("urn:uuid:".utf8)

    /// The keys of one kind of the records behind `after` and up to `last`, in no order.
    static func entries(_ db: Database, _ kind: Kind, after: Int64, last: Int64) throws -> [Entry] {
        var entries: [Entry] = []
        entries.reserveCapacity(Int(clamping: 2 * min(last - after, 1 << 20)))
        switch kind {
        case .name:
            let sql = "SELECT seq, document, record_id FROM record WHERE seq > ? AND seq <= ?"
            try db.forEachRow(sql, [after, last], staysPrepared: true) { row in
                let seq = try row.integer(0)
                if let document = try row.optionalDigest(1) {
                    entries.append(Entry(key: key(of: document), seq: seq))
                }
                if let id = try row.optionalRecordID(2) {
                    entries.append(Entry(key: key(ofRecordID: id), seq: seq))
                }
            }
        case .address:
            let host = StoredHost.column(of: "address")
            let sql = "SELECT seq, url, \(host) FROM address WHERE seq > ? AND seq <= ?"
            try db.forEachRow(sql, [after, last], staysPrepared: true) { row in
                let (seq, url, host) = (try row.integer(0), try row.text(1), try row.text(2))
                entries.append(Entry(key: key(of: url), seq: seq))
                if host != url { entries.append(Entry(key: key(of: host), seq: seq)) }
            }
        }
        return entries
    }

    // MARK: Runs

    /// The runs that there are to be of `records` records, in order of the records.
    ///
    /// - Throws: `io` where there are more than ``largestLedger``.
    static func runs(_ kind: Kind, records: Int64) throws(SluiceError) -> [LookupRun] {
        guard records <= largestLedger else {
            throw SluiceError(
                .io, "the store is damaged: its ledger has a record number \(records)",
                advice: StoreFault.advice)
        }
        var runs: [LookupRun] = []
        var covered: Int64 = 0
        for level in stride(from: kind.highestLevel, through: 0, by: -1) {
            let size = LookupRun.size(level)
            while covered + size <= records {
                runs.append(LookupRun(kind: kind, level: level, number: covered / size))
                covered += size
            }
        }
        return runs
    }
}
