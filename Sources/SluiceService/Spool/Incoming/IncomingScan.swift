import Glibc
import SluiceCore
import SluicePipeline

/// One walk through `incoming/`: what is to be taken, the oldest first, and what is left.
package struct IncomingScan {
    /// A file as the scan found it.
    package struct Find: Sendable {
        package let name: EntryName
        package let stamp: SourceStamp
    }

    /// The files, by when they were last written, then by name.
    package private(set) var files: [Find] = []
    package private(set) var left = SpoolStatus.Left()

    /// Walks through the directory. Memory is bounded by `limit`: of more files, the oldest are found.
    ///
    /// - Parameter isStopping: Asked now and then; where true, the walk ends and finds nothing.
    package init(_ directories: SpoolDirectories, limit: Int, isStopping: () -> Bool = { false }) throws(SluiceError) {
        let descriptor = openat(directories.incoming, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw IncomingScan.failure(directories) }
        guard let stream = fdopendir(descriptor) else {
            close(descriptor)
            throw IncomingScan.failure(directories)
        }
        defer { closedir(stream) }
        var newest: SourceStamp?
        var seen = 0
        while true {
            seen &+= 1
            if seen % 1024 == 0, isStopping() {
                files = []
                return
            }
            errno = 0
            guard let entry = readdir(stream) else {
                guard errno == 0 else { throw IncomingScan.failure(directories) }
                break
            }
            guard let find = find(IncomingScan.name(of: entry), directories) else { continue }
            if let newest, !find.stamp.isOlder(than: newest) {
                left.beyondLimit += 1
                continue
            }
            files.append(find)
            if files.count >= limit + limit / 2 { newest = cut(to: limit) }
        }
        cut(to: limit)
    }

    private mutating func find(_ bytes: [UInt8], _ directories: SpoolDirectories) -> Find? {
        if bytes == [UInt8(ascii: ".")] || bytes == Array("..".utf8) { return nil }
        let name: EntryName
        do throws(EntryName.Refusal) { name = try EntryName(bytes) } catch {
            left.count(error)
            return nil
        }
        do throws(EntryAdmission.Refusal) {
            return try directories.look(at: name).map { Find(name: name, stamp: $0) }
        } catch {
            left.count(error)
            return nil
        }
    }

    /// Keeps the `limit` oldest, in order, and answers the stamp of the last of them if any had to go.
    @discardableResult
    private mutating func cut(to limit: Int) -> SourceStamp? {
        files.sort { one, other in
            if one.stamp.isOlder(than: other.stamp) { return true }
            return !other.stamp.isOlder(than: one.stamp) && one.name < other.name
        }
        guard files.count > limit else { return nil }
        left.beyondLimit += files.count - limit
        files.removeLast(files.count - limit)
        return files.last?.stamp
    }

    private static func name(of entry: UnsafeMutablePointer<dirent>) -> [UInt8] {
        // In place: the last entry of a block may be shorter than the field is declared.
        withUnsafePointer(to: &entry.pointee.d_name) { pointer in
            pointer.withMemoryRebound(to: CChar.self, capacity: 1) { name in
                Array(UnsafeRawBufferPointer(start: name, count: strlen(name)))
            }
        }
    }

    private static func failure(_ directories: SpoolDirectories) -> SluiceError {
        SpoolDirectories.failure("read", "\(directories.path)/incoming", .io)
    }
}
