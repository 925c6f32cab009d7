import Foundation
import SluiceCore
import SluiceDedup
import Testing

@Suite struct `An index with a snapshot` {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("index-\(UUID().uuidString)")
    private let parameters = DedupParameters(bands: 3, rows: 1)
    private let identity = Digest.of([1])
    private let mark = Digest.of([2])

    private var file: IndexFile { IndexFile(directory: folder.path, identity: identity) }
    private var path: URL { folder.appendingPathComponent(IndexFile.name) }

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    private func cleanUp() { try? FileManager.default.removeItem(at: folder) }

    /// A document of which some keys are shared by many, some are neighbours, and most are alone.
    private func fingerprint(_ random: inout SplitMix64) -> Fingerprint {
        let bands = (0..<3).map { _ in
            switch Int.random(in: 0..<5, using: &random) {
            case 0: UInt32.random(in: 0...300, using: &random)
            case 1: UInt32.max - UInt32.random(in: 0...300, using: &random)
            case 2: 7 as UInt32
            default: UInt32.random(in: 0 ... .max, using: &random)
            }
        }
        let key = UInt64.random(in: 0...500, using: &random) << 32 | UInt64.random(in: 0...3, using: &random)
        let bytes = (0..<32).map { UInt8(truncatingIfNeeded: $0 < 8 ? key >> (56 - 8 * $0) : 0) }
        return Fingerprint(contentKey: Digest(bytes: bytes) ?? Digest.of([]), bands: bands)
    }

    private func opened() throws -> IndexSnapshot {
        guard case .opened(let snapshot) = file.open() else {
            throw SluiceError(.io, "the index file was not opened: \(file.open())")
        }
        return snapshot
    }

    private func refusal() -> String? {
        if case .refused(let reason) = file.open() { return reason }
        return nil
    }

    /// An index of `count` documents, the sequence numbers of which are 3, 6, …
    private func index(of count: Int, seed: UInt64) -> (index: DedupIndex, documents: [Fingerprint]) {
        var random = SplitMix64(seed: seed)
        var index = DedupIndex(parameters: parameters)
        let documents = (0..<count).map { _ in fingerprint(&random) }
        for (number, document) in documents.enumerated() {
            index.insert(document: 3 * Int64(number + 1), fingerprint: document)
        }
        return (index, documents)
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `answers like one that is all in memory, however often it is written and opened`(seed: UInt64) throws {
        defer { cleanUp() }
        var random = SplitMix64(seed: seed)
        var plain = DedupIndex(parameters: parameters)
        var index = DedupIndex(parameters: parameters)
        var documents: [Fingerprint] = []
        for step in 0..<3000 {
            let document = fingerprint(&random)
            if step % 3 == 0 {
                #expect(index.candidates(document.bands, limit: .max) == plain.candidates(document.bands, limit: .max))
                #expect(index.candidates(document.bands, limit: 3) == plain.candidates(document.bands, limit: 3))
                let prefix = document.contentKey.prefix
                #expect(index.exactCandidates(prefix) == plain.exactCandidates(prefix))
            }
            documents.append(document)
            plain.insert(document: Int64(documents.count), fingerprint: document)
            index.insert(document: Int64(documents.count), fingerprint: document)
            switch Int.random(in: 0..<300, using: &random) {
            case 0:
                try file.save(&index, mark: mark)
                #expect(index.recentCount == 0)
            case 1 where FileManager.default.fileExists(atPath: path.path):
                // As after a crash: what came since the file was written comes from the store.
                let snapshot = try opened()
                var builder = DedupIndexBuilder(parameters: parameters, behind: snapshot)
                for (number, document) in documents.enumerated().dropFirst(Int(snapshot.lastSeq)) {
                    try document.packedBands.withUnsafeBytes {
                        try builder.append(
                            document: Int64(number + 1), contentKeyPrefix: document.contentKey.prefix, packedBands: $0)
                    }
                }
                index = builder.build()
            default: break
            }
            #expect(index.count == plain.count && index.lastSeq == plain.lastSeq)
        }
        #expect(index.fullBuckets == plain.fullBuckets)
        #expect(plain.fullBuckets > 0, "no key was shared by more than a bucket takes")
    }

    @Test func `goes on from the file where it was written before`() throws {
        defer { cleanUp() }
        var (index, _) = index(of: 300, seed: 7)
        try file.save(&index, mark: mark)
        let snapshot = try opened()
        #expect(snapshot.count == 300 && snapshot.lastSeq == 900 && snapshot.mark == mark)
        let mode = try FileManager.default.attributesOfItem(atPath: path.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [IndexFile.name])
    }

    @Test func `is not opened for other parameters`() throws {
        defer { cleanUp() }
        var (index, _) = index(of: 10, seed: 8)
        try file.save(&index, mark: mark)
        let other = IndexFile(directory: folder.path, identity: Digest.of([9]))
        guard case .refused(let reason) = other.open() else {
            Issue.record("the index of other parameters was opened")
            return
        }
        #expect(reason.contains("parameters"))
    }

    @Test func `is refused when the same bit is wrong in two places, a lane of the checksum apart`() throws {
        defer { cleanUp() }
        var (index, _) = index(of: 2000, seed: 12)
        try file.save(&index, mark: mark)
        let whole = try Data(contentsOf: path)
        for bit in 0..<8 {
            // Well inside of the first band's section, at every byte of a word.
            for place in 40_000..<40_008 {
                var changed = whole
                changed[place] ^= 1 << UInt8(bit)
                changed[place + 32] ^= 1 << UInt8(bit)
                try changed.write(to: path)
                #expect(refusal() != nil, "bit \(bit) of the bytes \(place) and \(place + 32)")
            }
        }
    }

    @Test func `is refused when it is cut, longer, or changed in any place that counts`() throws {
        defer { cleanUp() }
        var (index, documents) = index(of: 2000, seed: 9)
        let expected = documents.map { index.candidates($0.bands, limit: 20) }
        try file.save(&index, mark: mark)
        let whole = try Data(contentsOf: path)
        var random = SplitMix64(seed: 10)
        for length in [0, 1, 7, 8, 50, 111, 112, 200, 4096, whole.count / 2, whole.count - 64, whole.count - 1] {
            try whole.prefix(length).write(to: path)
            #expect(refusal() != nil, "a file of \(length) bytes was opened")
        }
        try (whole + [0]).write(to: path)
        #expect(refusal() != nil)
        // The header is small beside the rest, so half of the changes are made in it.
        for round in 0..<120 {
            var changed = whole
            let place = Int.random(in: 0..<(round % 2 == 0 ? 320 : whole.count), using: &random)
            changed[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            try changed.write(to: path)
            if refusal() == nil {
                // Between two sections, where nobody looks.
                let reopened = try DedupIndexBuilder(parameters: parameters, behind: opened()).build()
                #expect(documents.map { reopened.candidates($0.bands, limit: 20) } == expected, "byte \(place)")
            }
        }
        try whole.write(to: path)
        #expect(refusal() == nil)
    }

    @Test func `answers something, and never crashes, whatever becomes of the file under it`() throws {
        defer { cleanUp() }
        var (index, documents) = index(of: 4000, seed: 11)
        try file.save(&index, mark: mark)
        var random = SplitMix64(seed: 12)
        let size = try Data(contentsOf: path).count
        for round in 0..<6 {
            // In place, so that whoever has it open sees it.
            let handle = try FileHandle(forWritingTo: path)
            let bytes = (0..<size).map { _ in
                round == 0 ? 0xFF : round == 1 ? 0 : UInt8.random(in: 0...255, using: &random)
            }
            try handle.write(contentsOf: bytes)
            try handle.close()
            var changed = index
            for document in documents.prefix(50) {
                #expect(changed.candidates(document.bands, limit: 100).count <= 100)
                _ = changed.exactCandidates(document.contentKey.prefix)
                changed.insert(document: changed.lastSeq + 1, fingerprint: document)
            }
            var audit = IndexAudit(of: try #require(changed.snapshot))
            documents[0].packedBands.withUnsafeBytes { audit.hold(3, contentKeyPrefix: 0, packedBands: $0) }
            #expect(audit.finish() != nil)
            // Either it is noticed, or the new file is as wrong as the old one, and still an index.
            let elsewhere = folder.appendingPathComponent("other")
            try FileManager.default.createDirectory(at: elsewhere, withIntermediateDirectories: true)
            let other = IndexFile(directory: elsewhere.path, identity: identity)
            try? other.save(&changed, mark: mark)
            #expect(changed.candidates([7, 7, 7], limit: 5).count <= 5)
        }
    }

    @Test func `is written through no link, and read through none`() throws {
        defer { cleanUp() }
        var (index, _) = index(of: 10, seed: 13)
        let elsewhere = folder.appendingPathComponent("elsewhere")
        try FileManager.default.createDirectory(at: elsewhere, withIntermediateDirectories: true)
        try IndexFile(directory: elsewhere.path, identity: identity).save(&index, mark: mark)
        let other = elsewhere.appendingPathComponent(IndexFile.name)
        let before = try Data(contentsOf: other)
        for name in [IndexFile.name, IndexFile.name + ".partial"] {
            try FileManager.default.createSymbolicLink(
                at: folder.appendingPathComponent(name), withDestinationURL: other)
        }
        #expect(refusal() != nil, "a link to an index was followed")
        index.insert(document: 100, fingerprint: Fingerprint(contentKey: Digest.of([3]), bands: [1, 2, 3]))
        try file.save(&index, mark: mark)
        #expect(try Data(contentsOf: other) == before)
        #expect(try opened().count == 11)
        let type = try FileManager.default.attributesOfItem(atPath: path.path)[.type] as? FileAttributeType
        #expect(type == .typeRegular)
    }

    @Test func `stays as it was where the file cannot be written`() throws {
        defer { cleanUp() }
        var (index, documents) = index(of: 500, seed: 14)
        try file.save(&index, mark: mark)
        let before = try Data(contentsOf: path)
        index.insert(document: 5000, fingerprint: documents[3])
        try FileManager.default.createDirectory(
            at: folder.appendingPathComponent(IndexFile.name + ".partial/inside"), withIntermediateDirectories: true)
        #expect(throws: SluiceError.self) { try file.save(&index, mark: mark) }
        #expect(index.recentCount == 1)
        #expect(index.exactCandidates(documents[3].contentKey.prefix).last == 5000)
        #expect(try Data(contentsOf: path) == before)
    }

    @Test func `is held against what the store has`() throws {
        defer { cleanUp() }
        var (index, documents) = index(of: 3000, seed: 15)
        try file.save(&index, mark: mark)
        #expect(index.fullBuckets > 0)
        let snapshot = try opened()
        func audit(_ change: (Int, inout Fingerprint, inout Int64) -> Bool) -> String? {
            var audit = IndexAudit(of: snapshot)
            for (number, document) in documents.enumerated() {
                var (document, seq) = (document, 3 * Int64(number + 1))
                guard change(number, &document, &seq) else { continue }
                document.packedBands.withUnsafeBytes {
                    audit.hold(seq, contentKeyPrefix: document.contentKey.prefix, packedBands: $0)
                }
            }
            return audit.finish()
        }
        #expect(audit { _, _, _ in true } == nil)
        #expect(audit { number, _, _ in number != 1500 } != nil)
        #expect(audit { number, _, _ in number != 2999 } != nil)
        #expect(
            audit { number, _, seq in
                if number == 1500 { seq += 1 }
                return true
            } != nil)
        for band in 0..<3 {
            #expect(
                audit { number, document, _ in
                    if number == 20 { document.bands[band] ^= 1 << 20 }
                    return true
                } != nil)
        }
        #expect(
            audit { number, document, _ in
                if number == 20 { document.contentKey = Digest.of([5]) }
                return true
            } != nil)
    }

    @Test func `takes no more than a quarter of a kilobyte a document, the file and all`() throws {
        defer { cleanUp() }
        var random = SplitMix64(seed: 16)
        var index = DedupIndex(parameters: DedupParameters())
        for seq in 1...160_000 as ClosedRange<Int64> {
            let bands = (0..<22).map { _ in UInt32.random(in: 0 ... .max, using: &random) }
            var bytes = [UInt8](repeating: 0, count: 32)
            for place in 0..<8 { bytes[place] = UInt8.random(in: 0...255, using: &random) }
            index.insert(
                document: seq, fingerprint: Fingerprint(contentKey: try #require(Digest(bytes: bytes)), bands: bands))
            // As often as a run would, or a quarter of what is there.
            if seq == 65_536 || seq == 81_920 || seq == 102_400 || seq == 128_000 { try file.save(&index, mark: mark) }
            if seq >= 65_536, seq % 1000 == 0 {
                #expect(index.memoryBytes + index.snapshotBytes <= 256 * index.count, "\(index.count)")
            }
        }
    }
}
