import SluiceCore
import SluiceLedger
import SluiceStore

/// What a review did, as its author is told on the next page.
struct ReviewNotice: Sendable {
    /// The document before.
    var before: DocumentState
    /// The document since.
    var after: DocumentState
    /// The shards that it left or joined, before.
    var shardsBefore: [StoredShard]
    /// The same shards since.
    var shardsAfter: [StoredShard]

    /// The notice.
    var html: HTML {
        let changes = shardsAfter.map { now -> HTML in
            let old = shardsBefore.first { $0.id == now.id }
            return """
                <li>\(Badges.shard(now.id)): ratio \(Wording.ratio(old?.totals.ratio)) before, \
                <strong>\(Wording.ratio(now.totals.ratio))</strong> now, cap \(Wording.cap(now.settings.capPPM)); \
                \(Wording.count(now.totals.documents, "document"))</li>
                """
        }
        return """
            <div class="message good" role="status"><p>\(Badges.document(after.digest)) is \
            <strong>\(after.judgement.verdict.rawValue)</strong> now\(if: before.judgement.verdict != after.judgement.verdict,
                ", and was \(before.judgement.verdict.rawValue)"). \(moved)</p>
            \(if: !changes.isEmpty, "<ul>\(changes)</ul>")</div>
            """
    }

    private var moved: HTML {
        if before.isSealed { return "Its shard is sealed and stays as it is; exports weigh it anew." }
        switch (before.shard, after.shard) {
        case (nil, nil): return "It was held, and is held: no shard has room for it under its cap."
        case (_?, nil): return "It has left its shard and is held."
        case (nil, let shard?): return "It was held and is in \(Badges.shard(shard)) now."
        case (let old?, let new?):
            return old == new ? .empty : "It has moved from \(Badges.shard(old)) to \(Badges.shard(new))."
        }
    }
}
