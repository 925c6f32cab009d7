import SluiceCore
import SluiceStore

/// The documents of one shard as lines, a stretch at a time: what a client reads at its own pace while the store lives on.
///
/// What is in the shard when the reading begins comes once, as it was then, whatever a review has done to it since.
public struct ShardLines: Sendable {
    private let shard: Int64
    private var after: Int64 = 0
    private var beginning: StoreMoment?

    /// The lines of the shard of this number.
    public init(shard: Int64) { self.shard = shard }

    /// The next lines, each with its line feed, about `bytes` of them and at least one; empty after the last.
    ///
    /// - Throws: `.io` where a text is missing or is not the one that was kept.
    public mutating func next(_ reader: StoreReader, bytes: Int) throws -> [UInt8] {
        let beginning = try beginning ?? reader.moment()
        self.beginning = beginning
        let last = beginning.admission
        let supply = StoreSupply(reader, shards: [], audit: .none, checksTexts: true)
        var lines: [UInt8] = []
        var writer = LineWriter()
        while lines.count < bytes, after < last {
            var found = false
            try reader.forEachAdmitted(toShard: shard, by: (after + 1)...last, limit: 64, at: beginning) { admitted in
                guard lines.count < bytes else { return }
                let document = try supply.document(admitted, shard: shard)
                writer.write(document, text: try supply.text(of: document))
                lines += writer.line
                after = admitted.admission
                found = true
            }
            if !found { after = last }
        }
        return lines
    }
}
