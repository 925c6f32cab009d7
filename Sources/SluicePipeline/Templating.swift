import SluiceCore

/// The earlier kept document that one is most like, of those that it was compared with and is no copy of.
struct Neighbour: Sendable, Equatable {
    /// Its number in the ledger.
    var seq: Int64
    /// The true Jaccard similarity of the two, from ``leastSimilarity`` to below the threshold of near duplicates.
    var similarity: Double

    /// The least similarity of two pages of one template. Half of the pages that are alike by .5 are compared, a twentieth
    /// of those alike by .3.
    static let leastSimilarity = 0.3

    /// True where two addresses are of different owners; false where one is not known.
    static func areUnrelated(_ own: String?, _ other: String?) -> Bool {
        guard let own, let other else { return false }
        let (first, second) = (HostGroup.of(Host.of(own)), HostGroup.of(Host.of(other)))
        return !first.isEmpty && !second.isEmpty && first != second
    }

    /// The evidence that a document shares a template with its neighbour, which comes from another host.
    func evidence(weight: Double) -> Evidence {
        let percent = JSONText.decimal(similarity * 100, places: 0)
        return Evidence(
            kind: "templating", weight: Evidence.rounded(weight),
            detail: "word groups \(percent) % alike with record \(seq), of another host")
    }
}

/// Hosts that one owner has.
package enum HostGroup {
    /// What countries register names below of: two owners that are taken for one do less harm than the other way round.
    private static let secondLevels: Set<Substring> = [
        "ac", "co", "com", "edu", "go", "gob", "gov", "gouv", "gv", "id", "mil", "ne", "net", "nom", "or", "org", "sch",
    ]

    /// What owners register of a host's name: its last two labels, or three where these are as in `example.co.uk`. Whoever
    /// shares a registered name counts as one owner. An address in numbers, or in brackets, stands for itself.
    package static func of(_ host: String) -> String {
        guard !host.hasPrefix("[") else { return host }
        let labels = host.split(separator: ".")
        guard labels.count > 2, let last = labels.last, last.utf8.contains(where: { $0 > UInt8(ascii: "9") }) else {
            return host
        }
        let isSecondLevel = last.utf8.count == 2 && secondLevels.contains(labels[labels.count - 2])
        return labels.suffix(isSecondLevel ? 3 : 2).joined(separator: ".")
    }
}
