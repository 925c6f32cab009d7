import Glibc
import SluiceCore

extension DedupIndex {
    /// The bytes of the file that the index would be written into.
    public var estimatedFileBytes: Int { SnapshotLayout(header(identity: .of([]), mark: .of([]))).fileBytes }

    private func header(identity: Digest, mark: Digest) -> SnapshotHeader {
        SnapshotHeader(
            identity: identity, mark: mark, documents: count, lastSeq: lastSeq, fullBuckets: fullBuckets,
            scatter: scatter, directoryBits: SnapshotLayout.directoryBits(documents: count),
            entries: (tables + [contentKeys]).enumerated().map { number, table in
                table.used + (snapshot?.layout.tables[number].entries ?? 0)
            }, checksums: [])
    }

    /// Writes all documents into the file behind `descriptor`, which is empty, and syncs it; answers its header.
    ///
    /// Snapshot and tables are merged, both in the order of their keys, table by table and block by block: what it takes
    /// of memory does not grow with the index. O(documents × bands): about 10 ns each.
    ///
    /// - Throws: ``Refusal`` where the file takes no more, or the snapshot turns out to be damaged.
    func write(to descriptor: Int32, identity: Digest, mark: Digest) throws(Refusal) -> SnapshotHeader {
        var header = header(identity: identity, mark: mark)
        let layout = SnapshotLayout(header)
        // Says early that the disk is too small, and leaves the gaps between the sections empty.
        let room = posix_fallocate(descriptor, 0, off_t(layout.fileBytes))
        guard room == 0 || room == EOPNOTSUPP || room == EINVAL, ftruncate(descriptor, off_t(layout.fileBytes)) == 0
        else { throw Refusal(String(cString: strerror(room == 0 ? errno : room))) }
        var seqs = SectionWriter<Int64>(descriptor, at: layout.offsets[0], length: layout.lengths[0])
        var tails = SectionWriter<UInt32>(descriptor, at: layout.offsets[1], length: layout.lengths[1])
        for position in 0..<UInt32(olderCount) {
            seqs.append(snapshot?.document(position) ?? 0)
            tails.append(snapshot?.tail(position) ?? 0)
        }
        for seq in documents { seqs.append(seq) }
        for tail in contentKeyTails { tails.append(tail) }
        header.checksums = [
            try DedupIndex.finished(&seqs), try DedupIndex.finished(&tails),
        ]
        for number in layout.tables.indices {
            header.checksums += try merge(number, to: descriptor, layout)
        }
        let encoded = header.encoded
        let isWritten = encoded.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) == $0.count }
        guard isWritten, fsync(descriptor) == 0 else { throw Refusal(String(cString: strerror(errno))) }
        return header
    }

    /// Writes one table: its directory, its keys and its positions; answers the checksums.
    private func merge(
        _ number: Int, to descriptor: Int32, _ layout: SnapshotLayout
    ) throws(Refusal) -> [UInt64] {
        let section = 2 + 3 * number
        let shift = UInt64(layout.tables[number].shift)
        var directory = SectionWriter<UInt32>(
            descriptor, at: layout.offsets[section], length: layout.lengths[section])
        var keys = SectionWriter<UInt16>(
            descriptor, at: layout.offsets[section + 1], length: layout.lengths[section + 1])
        var positions = SectionWriter<UInt32>(
            descriptor, at: layout.offsets[section + 2], length: layout.lengths[section + 2])
        let buckets = 1 << (32 - shift)
        let recent = number < tables.count ? tables[number] : contentKeys
        var older = snapshot?.walk(table: number)
        var slot = 0
        var (a, b) = (older?.next() ?? .max, recent.next(&slot))
        var (written, opened): (UInt32, UInt64) = (0, 0)
        while true {
            let entry = min(a, b)
            if entry == .max { break }
            if a < b { a = older?.next() ?? .max } else { b = recent.next(&slot) }
            let bucket = entry >> (32 + shift)
            while opened <= bucket {
                directory.append(written)
                opened &+= 1
            }
            keys.append(UInt16(truncatingIfNeeded: entry >> 32))
            positions.append(UInt32(truncatingIfNeeded: entry) &- 1)
            written &+= 1
        }
        while opened <= buckets {
            directory.append(written)
            opened &+= 1
        }
        return [
            try DedupIndex.finished(&directory), try DedupIndex.finished(&keys),
            try DedupIndex.finished(&positions),
        ]
    }

    private static func finished<Number>(_ section: inout SectionWriter<Number>) throws(Refusal) -> UInt64 {
        if let sum = section.finish() { return sum }
        throw Refusal(
            section.failure == 0
                ? "the one before it is damaged" : String(cString: strerror(section.failure)))
    }
}
