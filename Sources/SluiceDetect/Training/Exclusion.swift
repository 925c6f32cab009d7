import SluiceCore

/// Which labelled texts are left out: of collections for their licences, of domains to measure on them.
public struct Exclusion: Sendable, Equatable {
    /// The ``LabelledText/source``s left out.
    public var sources: Set<String>
    /// The ``LabelledText/domain``s left out.
    public var domains: Set<String>

    /// An exclusion of these.
    public init(sources: some Sequence<String>, domains: some Sequence<String>) {
        self.sources = Set(sources)
        self.domains = Set(domains)
    }

    /// Whether `text` stays.
    public func keeps(_ text: LabelledText) -> Bool {
        !sources.contains(text.source) && !domains.contains(text.domain)
    }

    /// Refuses names that none of `texts` has: whoever mistypes one believes the texts to be left out.
    ///
    /// - Throws: `usage` with the names that there are.
    public func check(against texts: [LabelledText]) throws(SluiceError) {
        try check(sources, "source", among: Set(texts.map(\.source)))
        try check(domains, "domain", among: Set(texts.map(\.domain)))
    }

    private func check(_ names: Set<String>, _ kind: String, among known: Set<String>) throws(SluiceError) {
        guard let stranger = names.subtracting(known).min() else { return }
        let some = known.sorted().prefix(20).joined(separator: ", ")
        throw SluiceError(
            .usage, "no text has the \(kind) “\(stranger)”, which is to be left out",
            advice: "the \(kind)s are: \(some)\(known.count > 20 ? ", …" : "")")
    }
}
