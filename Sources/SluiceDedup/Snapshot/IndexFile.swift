import Glibc
import SluiceCore

/// The file beside a store in which its near-duplicate index lies, so that it need not be rebuilt at each start.
///
/// Derived: whoever deletes it loses a moment. It is written under another name, synced, and renamed, so that it is whole
/// or not there at all; nobody ever changes it. Links are not followed.
public struct IndexFile: Sendable {
    /// Its name in the store's directory.
    public static let name = "sluice.index"
    private static let partialName = name + ".partial"

    private let directory: String
    private let identity: Digest

    /// The index file in `directory` of a store that keeps the parameters with the digest `identity` for life.
    public init(directory: String, identity: Digest) {
        self.directory = directory
        self.identity = identity
    }

    /// Where it is.
    public var path: String { directory + "/" + IndexFile.name }

    /// What is found where the file should be.
    public enum Opening: Sendable {
        /// Nothing.
        case missing
        /// An index that is whole. Whether it is this store's, and how far it reaches, its mark and its last sequence
        /// number say.
        case opened(IndexSnapshot)
        /// Something that is not used, and why.
        case refused(String)
        /// Something that cannot be opened just now, and may well be right.
        case unavailable(SluiceError)
    }

    /// Opens the file and reads all of it once, to hold it against its checksums. O(bytes): some 30 ms for a million
    /// documents, and as long as the disk takes where it is not in memory.
    public func open() -> Opening {
        let folder = Glibc.open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return unopened(directory, errno) }
        defer { close(folder) }
        // O_NONBLOCK: a pipe in its place must not hold anybody up.
        let descriptor = openat(folder, IndexFile.name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return unopened(path, errno) }
        defer { close(descriptor) }
        do throws(Refusal) {
            let snapshot = try map(descriptor)
            try IndexFile.check(snapshot, descriptor)
            return .opened(snapshot)
        } catch {
            return error.number.map { .unavailable(.unreadable(path, $0)) } ?? .refused(error.description)
        }
    }

    /// What `number` says of the file where it kept `path` from being opened: links and sockets never were an index.
    private func unopened(_ path: String, _ number: Int32) -> Opening {
        switch number {
        case ENOENT, ENOTDIR: .missing
        case ELOOP, ENXIO: .refused(SluiceError.reason(number))
        default: .unavailable(.unreadable(path, number))
        }
    }

    /// Takes away what a run left that ended while it wrote the file; for whoever may write it.
    public func removeLeftovers() { unlink(directory + "/" + IndexFile.partialName) }

    /// Takes the file away, whatever it is; says nothing where that is not possible.
    public func remove() { unlink(path) }

    /// Writes the index into the file and goes on from there: afterwards none of its documents is in memory alone.
    ///
    /// - Parameter mark: What the store says of its history up to the index's last document, which must be committed.
    /// - Throws: ``SluiceError`` of the kind `io` where the file cannot be written; then the old one stays, and the index
    ///   is as it was.
    public func save(_ index: inout DedupIndex, mark: Digest) throws(SluiceError) {
        do throws(Refusal) {
            let snapshot = try write(index, mark: mark)
            let cutSearches = index.cutSearches
            index = DedupIndex(parameters: index.parameters, snapshot: snapshot)
            index.cutSearches = cutSearches
        } catch {
            throw SluiceError(
                .io, "the near-duplicate index cannot be written to \(path): \(error)",
                advice: "nothing is lost: the next start takes longer, since it reads more from the store")
        }
    }

    private func write(_ index: DedupIndex, mark: Digest) throws(Refusal) -> IndexSnapshot {
        let folder = Glibc.open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw Refusal(String(cString: strerror(errno))) }
        defer { close(folder) }
        unlinkat(folder, IndexFile.partialName, 0)
        let descriptor = openat(
            folder, IndexFile.partialName, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Refusal(String(cString: strerror(errno))) }
        defer { close(descriptor) }
        do throws(Refusal) {
            _ = try index.write(to: descriptor, identity: identity, mark: mark)
            let snapshot = try map(descriptor)
            guard renameat(folder, IndexFile.partialName, folder, IndexFile.name) == 0 else {
                throw Refusal(String(cString: strerror(errno)))
            }
            // Should the name be lost in a crash, the old file is there again, or none: both are as good.
            fsync(folder)
            return snapshot
        } catch {
            unlinkat(folder, IndexFile.partialName, 0)
            throw error
        }
    }

    /// The file behind `descriptor`, once its header says that it is an index with our parameters and as long as it must be.
    private func map(_ descriptor: Int32) throws(Refusal) -> IndexSnapshot {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Refusal(number: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw Refusal("it is not a file") }
        guard let start = Descriptor.read(SnapshotHeader.byteLimit, at: 0, from: descriptor) else {
            throw Refusal(number: errno)
        }
        let header = try SnapshotHeader.decode(start).get()
        guard header.identity == identity else { throw Refusal("it was made with other parameters of deduplication") }
        let layout = SnapshotLayout(header)
        guard Int(status.st_size) == layout.fileBytes else { throw Refusal("it is not whole") }
        guard let bytes = MappedBytes(descriptor, count: layout.fileBytes) else { throw Refusal(number: errno) }
        return IndexSnapshot(header: header, layout: layout, bytes: bytes)
    }

    /// Reads through the descriptor and not through the mapping: what the disk cannot give is an error then, and no signal.
    private static func check(_ snapshot: IndexSnapshot, _ descriptor: Int32) throws(Refusal) {
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: Checksum.blockBytes, alignment: 64)
        defer { block.deallocate() }
        let layout = snapshot.layout
        for (section, expected) in snapshot.header.checksums.enumerated() {
            var sum = Checksum()
            var at = layout.offsets[section]
            let end = at + layout.lengths[section]
            while at < end {
                let count = pread(descriptor, block.baseAddress, min(block.count, end - at), off_t(at))
                if count < 0, errno == EINTR { continue }
                if count < 0 { throw Refusal(number: errno) }
                guard count == min(block.count, end - at) else { throw Refusal("it was cut short") }
                sum.add(UnsafeRawBufferPointer(rebasing: block[..<count]))
                at += count
            }
            guard sum.value == expected else { throw Refusal("section \(section) is damaged") }
        }
    }
}
