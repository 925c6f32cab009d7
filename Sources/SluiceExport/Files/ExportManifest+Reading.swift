import FoundationEssentials
import Glibc
import SluiceCore
import SluiceStore

extension ExportManifest: Decodable {
    /// The most bytes of a manifest, and of the sums beside it: 64 MiB, which are more than 150,000 files.
    static let largest = 64 << 20

    /// The bytes of the manifest, or of the sums, at `path`; nil where there are none, more than ``largest``, or
    /// what is there is not a file that may be read.
    ///
    /// - Throws: `.io` where they cannot be read for now.
    static func bytes(at path: String) throws(SluiceError) -> [UInt8]? {
        // O_NONBLOCK: opening a pipe that nobody writes to must not hang before it can be refused.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            let error = SluiceError.unreadable(path)
            if error.code == .io { throw error }
            return nil
        }
        defer { close(descriptor) }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0 else { throw .unreadable(path) }
        guard facts.st_mode & S_IFMT == S_IFREG, facts.st_size <= largest else { return nil }
        guard let bytes = Descriptor.read(Int(facts.st_size), at: 0, from: descriptor) else { throw .unreadable(path) }
        return bytes
    }

    /// The manifest that `bytes` are, or nil where they are none.
    init?(of bytes: [UInt8]) {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let manifest = try? decoder.decode(ExportManifest.self, from: Data(bytes)) else { return nil }
        self = manifest
    }

    private enum Key: CodingKey { case shards }

    init(from decoder: any Decoder) throws {
        header = try Header(from: decoder)
        let shards = try decoder.container(keyedBy: Key.self)
        files = try shards.decode([AnnouncedFile].self, forKey: .shards).map { try $0.file }
    }
}

/// A file as a manifest has it.
private struct AnnouncedFile: Decodable {
    var name: String
    var bytes: Int64
    var rawBytes: Int64
    var sha256: String
    var documents: Int64
    var real: Double
    var synthetic: Double
    var syntheticAtMost: Double?
    var bound: Double?
    var uncertain: Int64

    var file: ExportedFile {
        get throws {
            guard let digest = Digest(hex: sha256), let real = Int64(exactly: (real * 1000).rounded()),
                let synthetic = Int64(exactly: (synthetic * 1000).rounded()),
                let atMost = Int64(exactly: ((syntheticAtMost ?? self.synthetic) * 1000).rounded())
            else {
                throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "no digest, or no masses"))
            }
            var file = ExportedFile(name: name)
            (file.bytes, file.rawBytes, file.digest, file.uncertainTokens) = (bytes, rawBytes, digest, uncertain)
            file.totals = ShardTotals(documents: documents, synthetic: synthetic, real: real)
            file.audited = ShardTotals(documents: documents, synthetic: atMost, real: real &+ synthetic &- atMost)
            file.isBounded = bound != nil
            return file
        }
    }
}
