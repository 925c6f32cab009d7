import SluiceStore

/// The ratio of each shard, and the cap that it stays under.
package struct ShardPlot {
    /// A shard's place in the plot, in its units.
    package struct Bar: Equatable {
        package var x: Int
        package var width: Int
        /// The height of the ratio.
        package var height: Int
        /// The height of the cap.
        package var cap: Int
    }

    package static let width = 960
    package static let height = 240
    /// How many shards are shown, the newest ones.
    package static let limit = 40

    /// The shards, in order.
    let shards: [StoredShard]
    /// The ratio at the upper edge.
    package let top: Double

    /// The plot of the newest of `shards`.
    package init(_ shards: [StoredShard]) {
        self.shards = Array(shards.sorted { $0.id < $1.id }.suffix(ShardPlot.limit))
        let highest = self.shards.reduce(0.0) { max($0, $1.totals.ratio ?? 0, Double($1.settings.capPPM) / 1e6) }
        top = highest > 0 ? highest * 1.2 : 1
    }

    /// Where the shards stand. A handful does not fill the width.
    package var bars: [Bar] {
        let slots = max(shards.count, 12)
        let step = ShardPlot.width / slots
        return shards.enumerated().map { index, shard in
            Bar(
                x: index * step + step / 8, width: max(step - step / 4, 2), height: units(shard.totals.ratio ?? 0),
                cap: units(Double(shard.settings.capPPM) / 1e6))
        }
    }

    private func units(_ ratio: Double) -> Int {
        guard ratio.isFinite else { return 0 }
        return min(max(Int((ratio / top * Double(ShardPlot.height)).rounded()), 0), ShardPlot.height)
    }

    /// The plot with its legend and, for those who do not see it, its figures.
    package var html: HTML {
        guard let first = shards.first, let last = shards.last else { return .empty }
        let step = ShardPlot.width / max(shards.count, 12)
        let marks = zip(shards, bars).map { shard, bar -> HTML in
            let state = shard.isSealed ? "sealed" : "open"
            return """
                <g><title>shard \(shard.id), \(state): \(Wording.ratio(shard.totals.ratio)) of \
                \(Wording.cap(shard.settings.capPPM))</title>\
                <rect class="shard \(state)" x="\(bar.x)" y="\(ShardPlot.height - bar.height)" width="\(bar.width)" \
                height="\(bar.height)"/>\
                <path class="cap" d="M\(bar.x - step / 8) \(ShardPlot.height - bar.cap)h\(step)"/></g>
                """
        }
        let caps = Set(shards.map(\.settings.capPPM)).sorted().map(Wording.cap).joined(separator: ", ")
        return """
            <figure>
            <svg class="plot" viewBox="0 0 \(ShardPlot.width) \(ShardPlot.height)" role="img" \
            aria-label="Ratio of synthetic to real tokens in the shards \(first.id) to \(last.id), each under its cap">
            \(marks)<path class="axis" d="M0 \(ShardPlot.height)H\(ShardPlot.width)"/></svg>
            <figcaption class="legend"><span><span class="key sealed"></span> sealed</span>
            <span><span class="key open"></span> open</span>
            <span><span class="key cap"></span> cap \(caps)</span>
            <span class="range">shard \(first.id)\(if: last.id > first.id, " to \(last.id)")</span></figcaption>
            </figure>
            """
    }
}
