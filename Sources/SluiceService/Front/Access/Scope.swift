/// What a token allows.
package enum Scope: String, Sendable, CaseIterable, Hashable {
    /// Hand in documents.
    case ingest
    /// Ask about documents, sources, shards and figures.
    case read
    /// Write and fetch exports.
    case export
    /// Everything, and what changes the store besides ingest: sealing, reviews.
    case admin
}

/// Who asks.
package struct Caller: Sendable, Equatable {
    /// The token's name, `local` or `uid:N`; empty for nobody in particular.
    package var name: String
    /// What the caller may do.
    package var scopes: Set<Scope>

    /// A caller of its parts.
    package init(name: String, scopes: Set<Scope>) {
        self.name = name
        self.scopes = scopes
    }

    /// A caller without a token.
    package static let nobody = Caller(name: "", scopes: [])

    /// True where the caller has shown who it is, or need not.
    package var isKnown: Bool { !name.isEmpty }

    /// True where the caller has the scope, or has them all.
    package func may(_ scope: Scope) -> Bool { scopes.contains(scope) || scopes.contains(.admin) }
}
