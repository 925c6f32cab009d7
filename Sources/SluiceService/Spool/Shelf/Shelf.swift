import CSluiceSystem
import Glibc
import SluiceCore
import SluicePipeline

/// Where files go that were dealt with, each with its report: `done/` or `failed/`.
///
/// The report comes first, so that a moved file always has one. What a crash leaves between the two is a report without
/// a file, and the next attempt at the file writes over it.
package struct Shelf {
    private let directories: SpoolDirectories
    private let target: Int32

    /// The shelf behind a descriptor of the spool's.
    package init(directories: SpoolDirectories, target: Int32) {
        self.directories = directories
        self.target = target
    }

    /// The name a report has until it is whole; one file moves at a time.
    private static let unfinished = ".report.tmp"
    /// How often a name may turn out to be taken after all.
    private static let attempts = 8

    /// Moves a file from `incoming/` here, with its report beside it, and waits until both are on the disk.
    ///
    /// - Returns: The name it has now; nil where its name in `incoming/` leads to something else by now, which stays
    ///   there.
    package func put(_ entry: HeldEntry, report: [UInt8]) throws(SluiceError) -> String? {
        let names = ShelfName(entry.name)
        for _ in 0..<Shelf.attempts {
            guard isStill(entry, entry.name.text, in: directories.incoming) else { return nil }
            let name = names.name(try names.freeNumber(isTaken))
            try write(report, to: name + EntryName.reportEnding)
            if sluice_rename_new(directories.incoming, entry.name.text, target, name) == 0 {
                guard isStill(entry, name, in: target) else {
                    // Somebody changed the name's meaning in that moment; back with what is not ours.
                    _ = sluice_rename_new(target, name, directories.incoming, entry.name.text)
                    unlinkat(target, name + EntryName.reportEnding, 0)
                    return nil
                }
                guard fsync(target) == 0, fsync(directories.incoming) == 0 else { throw failure("save", name) }
                return name
            }
            switch errno {
            case EEXIST, ENOENT: unlinkat(target, name + EntryName.reportEnding, 0)
            default: throw failure("move", name)
            }
        }
        throw SluiceError(.io, "no free name for \(entry.name.text)", advice: "see who else writes to the spool")
    }

    private func isStill(_ entry: HeldEntry, _ name: String, in directory: Int32) -> Bool {
        var status = stat()
        return fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && SourceStamp(status) == entry.stamp
    }

    private func isTaken(_ name: String) throws(SluiceError) -> Bool {
        var status = stat()
        if fstatat(target, name, &status, AT_SYMLINK_NOFOLLOW) == 0 { return true }
        guard errno == ENOENT else { throw failure("look at", name) }
        // A report without a file is written over; anything else of that name is somebody's.
        return fstatat(target, name + EntryName.reportEnding, &status, AT_SYMLINK_NOFOLLOW) == 0
            && status.st_mode & S_IFMT != S_IFREG
    }

    private func write(_ bytes: [UInt8], to name: String) throws(SluiceError) {
        unlinkat(target, Shelf.unfinished, 0)
        let file = openat(target, Shelf.unfinished, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw failure("create", name) }
        defer { close(file) }
        guard bytes.withUnsafeBytes({ Descriptor.write($0, to: file) }), fsync(file) == 0,
            renameat(target, Shelf.unfinished, target, name) == 0, fsync(target) == 0
        else {
            let error = failure("write", name)
            unlinkat(target, Shelf.unfinished, 0)
            throw error
        }
    }

    private func failure(_ verb: String, _ name: String) -> SluiceError {
        let shelf = target == directories.done ? "done" : "failed"
        return SpoolDirectories.failure(verb, "\(directories.path)/\(shelf)/\(name)", .io)
    }
}
