import NIOCore

/// The most that one connection may cost; `docs/http.md` shows them all.
package struct WireLimits: Sendable, Equatable {
    /// The most bytes of a request line: three names of 2,048 bytes, three signs each in a query, and the rest.
    package var lineBytes = 20 << 10
    /// The most bytes of the fields of a header.
    package var headerBytes = 16 << 10
    /// The most fields of a header.
    package var headerFields = 100
    /// The most bytes of a body, as sent.
    package var bodyBytes = 64 << 20
    /// The most bytes of a chunk's line, its extensions included.
    package var chunkLineBytes = 256
    /// The most bytes of all chunk extensions of a request.
    package var chunkExtensionBytes = 4 << 10
    /// The most bytes of the fields after the last chunk.
    package var trailerBytes = 4 << 10
    /// Within which a header must be complete, from its first byte or from the connection's beginning.
    package var headerTime = TimeAmount.seconds(10)
    /// After which a connection between two requests is closed.
    package var idleTime = TimeAmount.seconds(60)
    /// How long a body may be waited for before its rate counts.
    package var bodyGrace = TimeAmount.seconds(10)
    /// The least rate of a body, in bytes a second of waiting for it.
    package var bodyRate = 1024
    /// How long a reader may take nothing of an answer.
    package var writeTime = TimeAmount.seconds(60)
    /// How long a refused sender may take to read why.
    package var lingerTime = TimeAmount.seconds(2)
    /// How long the rest of a request, or a reader, is waited for without progress once the daemon ends.
    package var drainGrace = TimeAmount.seconds(1)
    /// How long they are waited for in all once the daemon ends, whatever their progress.
    package var drainTime = TimeAmount.seconds(5)
    /// The most bytes that all answers together may hold while their readers take them.
    package var heldBytes = 96 << 20
    /// The most connections at once.
    package var connections = 4096

    /// The defaults.
    package init() {}
}
