import Glibc
import SluiceCore
import SluiceCrawl
import SluiceLedger
import SluiceStore

/// A file of an export while it is being written.
final class ShardFile {
    /// What is in it; its size on disk and its digest only once it is finished.
    private(set) var facts: ExportedFile
    private let descriptor: Int32
    private let writer: CompressedWriter

    /// Creates the file with this number in `directory`.
    init(number: Int, _ compression: ExportCompression, in directory: OutputDirectory) throws(SluiceError) {
        facts = ExportedFile(name: ExportedFile.name(number, compression))
        let path = directory.path(of: facts.name)
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw OutputDirectory.failure("create", path) }
        do throws(SluiceError) {
            writer = try CompressedWriter(descriptor: descriptor, path: path, mode: compression.mode)
        } catch {
            close(descriptor)
            throw error
        }
    }

    deinit { close(descriptor) }

    /// Adds a document's line.
    func append(_ line: [UInt8], of document: ExportDocument) throws(SluiceError) {
        try writer.write(line)
        facts.rawBytes += Int64(line.count)
        facts.totals.add(document.admitted)
        facts.audited.add(document.audited)
        facts.isBounded = facts.isBounded && document.isBounded
        if document.judgement.verdict == .uncertain { facts.uncertainTokens &+= document.tokens }
    }

    /// Ends the file, waits until it is on the disk and says what it holds.
    func finish() throws(SluiceError) -> ExportedFile {
        facts.digest = try writer.finish()
        facts.bytes = Int64(clamping: writer.writtenBytes)
        return facts
    }
}

extension ExportCompression {
    fileprivate var mode: CompressedWriter.Mode {
        switch self {
        case .zstd: .zstd
        case .gzip: .gzip(level: 6)
        case .none: .none
        }
    }
}
