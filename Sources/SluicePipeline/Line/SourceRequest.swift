import SluiceCore
import SluiceCrawl

/// One source on its way into the store.
public struct SourceRequest: Sendable {
    /// The file, whose bytes do not change while it is read.
    public var path: String
    /// What it is called: a file's name, with its path from there where a directory was given, or where it came from.
    public var name: String
    /// What it is made of.
    public var format: SourceFormat
    /// What the operator calls it.
    public var label: String?
    /// Who wrote all of it, where that is declared.
    public var declared: DeclaredLabel?
    /// SHA-256 of its bytes, where whoever wrote the file knows it; else the file is read once more.
    public var digest: Digest?
    /// The file as it was before that digest was taken; nil where nobody else can write to it.
    package var stamp: SourceStamp?

    /// A request of its parts.
    public init(
        path: String, name: String, format: SourceFormat = .auto, label: String? = nil,
        declared: DeclaredLabel? = nil, digest: Digest? = nil
    ) {
        self.path = path
        self.name = name
        self.format = format
        self.label = label
        self.declared = declared
        self.digest = digest
    }
}
