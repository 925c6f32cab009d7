import CSluiceSystem
import Glibc
import SluiceCore
import SluicePipeline

/// The spool's directories, opened once: whatever is done to a file is done through these descriptors, so that no path
/// leads out of the spool.
///
/// All are made where missing, for the daemon's user alone (mode 0700); an operator may open `incoming/` to others. They
/// must lie on one file system, because a file moves by being renamed.
package final class SpoolDirectories: Sendable {
    let path: String
    let root: Int32
    package let incoming: Int32
    package let done: Int32
    package let failed: Int32
    /// Who may put what into `incoming/`.
    let admission: EntryAdmission

    /// Opens the spool at `path`.
    ///
    /// - Throws: `.cannotCreate` where a directory cannot be made or opened, `.configuration` where one lies elsewhere.
    package init(_ path: String) throws(SluiceError) {
        var opened: [Int32] = []
        do throws(SluiceError) {
            if mkdir(path, 0o700) != 0, errno != EEXIST { throw SpoolDirectories.failure("create", path) }
            opened.append(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
            guard opened[0] >= 0 else { throw SpoolDirectories.failure("open", path) }
            for name in ["incoming", "done", "failed"] {
                if mkdirat(opened[0], name, 0o700) != 0, errno != EEXIST {
                    throw SpoolDirectories.failure("create", "\(path)/\(name)")
                }
                opened.append(openat(opened[0], name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC))
                guard opened[opened.count - 1] >= 0 else { throw SpoolDirectories.failure("open", "\(path)/\(name)") }
            }
            let statuses: [stat] = opened.dropFirst().map { descriptor in
                var status = stat()
                fstat(descriptor, &status)
                return status
            }
            guard statuses.allSatisfy({ $0.st_dev == statuses[0].st_dev }) else {
                throw SluiceError(
                    .configuration, "incoming, done and failed in \(path) lie on several file systems",
                    advice: "keep them on one: a file moves from one to the other by being renamed")
            }
            admission = EntryAdmission(incoming: statuses[0])
        } catch {
            for descriptor in opened where descriptor >= 0 { close(descriptor) }
            throw error
        }
        self.path = path
        (root, incoming, done, failed) = (opened[0], opened[1], opened[2], opened[3])
    }

    deinit {
        for descriptor in [root, incoming, done, failed] { close(descriptor) }
    }

    /// True while the descriptors are those of the directories that have these names, which ends when somebody moves
    /// one away.
    func areCurrent() -> Bool {
        for (name, descriptor) in [("incoming", incoming), ("done", done), ("failed", failed)] {
            var (named, held) = (stat(), stat())
            guard fstatat(root, name, &named, AT_SYMLINK_NOFOLLOW) == 0, fstat(descriptor, &held) == 0,
                SourceStamp(named).isSameFile(as: SourceStamp(held))
            else { return false }
        }
        var (named, held) = (stat(), stat())
        return stat(path, &named) == 0 && fstat(root, &held) == 0
            && SourceStamp(named).isSameFile(as: SourceStamp(held))
    }

    /// The stamp of an entry of `incoming/` that would be taken; nil where it is gone.
    package func look(at name: EntryName) throws(EntryAdmission.Refusal) -> SourceStamp? {
        var status = stat()
        guard fstatat(incoming, name.text, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
        return try admission.admit(status)
    }

    /// Holds on to an entry of `incoming/` that is taken; nil where it is gone.
    ///
    /// The file stands behind a descriptor before it is judged, so what was judged is what is read.
    package func take(_ name: EntryName) throws -> HeldEntry? {
        let descriptor = sluice_open_beneath(incoming, name.text)
        guard descriptor >= 0 else {
            switch errno {
            case ENOENT: return nil
            case ELOOP: throw EntryAdmission.Refusal.link
            case EXDEV: throw EntryAdmission.Refusal.elsewhere
            default: throw SpoolDirectories.failure("open", "\(path)/incoming/\(name.text)", .io)
            }
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            close(descriptor)
            throw SpoolDirectories.failure("look at", "\(path)/incoming/\(name.text)", .io)
        }
        do {
            return HeldEntry(name: name, stamp: try admission.admit(status), descriptor: descriptor)
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// What `errno` says about an attempt to `verb` `path`.
    static func failure(_ verb: String, _ path: String, _ code: SluiceError.Code = .cannotCreate) -> SluiceError {
        guard code != .cannotCreate else {
            return .unwritable(path, verb: verb, advice: "check its permissions and the disk")
        }
        return SluiceError(
            code, "cannot \(verb) \(path): \(String(cString: strerror(errno)))",
            advice: "check its permissions and the disk")
    }
}
