import SluiceCore
import SluiceDetect
import SluiceLedger
import SluiceStore

/// Sorts the kept documents of a store into strata.
public enum StratumCensus {
    /// By what documents are sorted.
    public enum Division: String, CaseIterable, Sendable {
        /// The label of their source, else the registered name of their host, else the name of their source.
        case stratum
        /// The name of their source.
        case source
        /// The registered name of their host.
        case host
        /// The month in which they were captured.
        case month
    }

    /// The most strata that are kept apart. What comes later counts for one stratum of the others.
    public static let limit = 20_000

    /// The strata of the store that `reader` reads, those with the most documents first.
    ///
    /// Reads every record, some microseconds each. Memory: some kilobytes for each of at most ``limit`` strata.
    public static func strata(_ reader: StoreReader, by division: Division) throws -> [Stratum] {
        var sources: [Int64: SourceDescription] = [:]
        for source in try reader.sources() { sources[source.id] = source.description }
        var strata: [Stratum] = []
        var places: [StratumName: Int] = [:]
        try reader.forEachKept { document in
            var name = name(of: document, sources[document.source], by: division)
            if places[name] == nil, places.count >= limit { name = StratumName(kind: .others, text: "others") }
            let place = places[name] ?? strata.count
            if place == strata.count {
                places[name] = place
                strata.append(Stratum(name: name))
            }
            strata[place].count.add(document.judgement.authorship)
        }
        return strata.sorted { a, b in
            (b.count.documents, a.name.text, a.name.kind.rawValue) < (
                a.count.documents, b.name.text, b.name.kind.rawValue
            )
        }
    }

    private static func name(
        of document: JudgedDocument, _ source: SourceDescription?, by division: Division
    ) -> StratumName {
        let host = document.host.map { HostGroup.of($0) }.flatMap { $0.isEmpty ? nil : $0 }
        let sourceName = StratumName(kind: .source, text: source?.name ?? "")
        switch division {
        case .stratum:
            if let label = source?.label { return StratumName(kind: .label, text: label) }
            return host.map { StratumName(kind: .host, text: $0) } ?? sourceName
        case .source: return sourceName
        case .host:
            return host.map { StratumName(kind: .host, text: $0) } ?? StratumName(kind: .others, text: "no host")
        case .month:
            guard let captured = document.captured, Timestamp.isDay(String(captured.prefix(10))) else {
                return StratumName(kind: .others, text: "no date")
            }
            return StratumName(kind: .month, text: String(captured.prefix(7)))
        }
    }
}
