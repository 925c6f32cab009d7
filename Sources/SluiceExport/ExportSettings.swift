import SluiceCore

/// How the files of an export are compressed.
public enum ExportCompression: String, CaseIterable, Sendable {
    /// zstd, about as small as its level 3: the best size for the time, and the default.
    case zstd
    /// gzip at level 6, for readers that know nothing else.
    case gzip
    /// JSON lines as they are.
    case none

    /// What a file's name ends in, after `.jsonl`.
    public var suffix: String {
        switch self {
        case .zstd: ".zst"
        case .gzip: ".gz"
        case .none: ""
        }
    }
}

/// What an export is made with.
public struct ExportSettings: Sendable, Equatable {
    /// The release's name; nil for an export that the store does not remember.
    public var release: String?
    /// The highest ratio synthetic : real of every file, in millionths (0 to 1,000,000); nil takes the shards' own.
    /// Where a shard's own cap is lower, that one holds.
    public var capPPM: Int64?
    /// The share of synthetic documents that is assumed before any evidence, between 0 and 1: `detection.prior`.
    public var prior: Double
    /// Whether every file keeps its cap by the bound on its ratio too, and not only by the ratio.
    public var enforcesBound: Bool
    /// How the files are compressed.
    public var compression: ExportCompression
    /// The most uncompressed bytes of one file, at least 1.
    public var fileBytes: Int
    /// The program's version, for the manifest.
    public var toolVersion: String
    /// SHA-256 of the configuration in force, for the manifest.
    public var configuration: Digest

    /// The most bytes of one line, whatever a file may hold: 1 GiB. A document with a longer one is left out, so that
    /// whoever reads an export knows what a line can cost.
    public static let longestLine = 1 << 30

    /// The most uncompressed bytes of one file, where nothing else is said: 256 MB.
    public static let defaultFileBytes = 256_000_000

    /// Settings of their parts.
    public init(
        release: String? = nil, capPPM: Int64? = nil, prior: Double, enforcesBound: Bool = true,
        compression: ExportCompression = .zstd, fileBytes: Int = ExportSettings.defaultFileBytes, toolVersion: String,
        configuration: Digest
    ) {
        self.release = release
        self.capPPM = capPPM
        self.prior = prior
        self.enforcesBound = enforcesBound
        self.compression = compression
        self.fileBytes = fileBytes
        self.toolVersion = toolVersion
        self.configuration = configuration
    }
}
