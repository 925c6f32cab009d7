import Foundation
import SluiceCore
import SluiceCrawl
import SluiceDedup
import SluiceText

/// Finds near duplicates and does nothing else, for a comparison with programs that do that:
/// `near-duplicates KEPT FILE.jsonl[.gz]...` writes the ids of the kept documents, one a line.
///
/// The same parts as the main job: reader, cleaner, tokeniser, fingerprints, index, exact check. The words of earlier
/// documents are kept in memory, 8 bytes each, where the main job makes those that are written anew from their texts.
@main
struct NearDuplicates {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard let output = arguments.first, arguments.count > 1 else {
            FileHandle.standardError.write(Data("usage: near-duplicates KEPT FILE.jsonl[.gz]...\n".utf8))
            exit(64)
        }
        let limits = Limits()
        let parameters = DedupParameters()
        let decoder = RecordDecoder(limits: limits)
        var tokenizer = Tokenizer()
        var fingerprinter = Fingerprinter(parameters: parameters, limits: limits)
        var index = DedupIndex(parameters: parameters)
        var kept = KeptTexts(parameters: parameters, limits: limits)
        var ids = ""
        var seq: Int64 = 0
        for path in arguments.dropFirst() {
            let reader = try SourceReader(path: path, limits: limits)
            while let batch = try reader.nextBatch(maxRecords: 64, maxBytes: 1 << 20) {
                for raw in batch.records {
                    let record = decoder.decode(raw)
                    guard case .text(let bytes) = record.content else { continue }
                    let text = TextCleaner.clean(bytes).bytes
                    let words = tokenizer.tokenize(text)
                    let fingerprint = fingerprinter.fingerprint(words)
                    seq += 1
                    guard
                        try index.findDuplicate(of: fingerprint, words: words, limits: limits, lookup: &kept) == nil
                    else { continue }
                    index.insert(document: seq, fingerprint: fingerprint)
                    kept.documents[seq] = (fingerprint.contentKey, words.hashes)
                    ids += (record.id ?? "") + "\n"
                }
            }
        }
        try ids.write(toFile: output, atomically: false, encoding: .utf8)
        print(kept.documents.count)
    }
}

/// What the check asks about, from memory.
struct KeptTexts: KeptLookup {
    let parameters: DedupParameters
    let limits: Limits
    var documents: [Int64: (key: Digest, words: [UInt64])] = [:]

    init(parameters: DedupParameters, limits: Limits) {
        self.parameters = parameters
        self.limits = limits
    }

    mutating func contentKey(of seq: Int64) throws -> Digest { documents[seq]?.key ?? Digest.of([]) }

    mutating func shingles(of seq: Int64) throws -> ShingleSet {
        ShingleSet(Words(hashes: documents[seq]?.words ?? []), parameters: parameters, limits: limits)
    }
}
