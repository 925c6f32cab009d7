import Glibc

/// What the numbers of `errno` mean to who opens, makes and writes files.
extension SluiceError {
    /// What `number` says about an attempt to read `path`, or to look at it; `advice` is for where the path is to blame.
    ///
    /// Only what is so of the path itself is `inputMissing`, beside which other inputs can be read. All else passes, a failing
    /// disk or a limit that is reached: who went on without that file would make another store of the same inputs.
    package static func unreadable(
        _ path: String, _ number: Int32 = errno, advice: String = "check the path and its permissions"
    ) -> SluiceError {
        let isOfPath = [ENOENT, ENOTDIR, EACCES, EPERM, ELOOP, ENAMETOOLONG, ENXIO].contains(number)
        return SluiceError(
            isOfPath ? .inputMissing : .io, "cannot read \(path): \(reason(number))",
            advice: isOfPath ? advice : remedy(number))
    }

    /// What `number` says about an attempt to `verb` what is to be written at `path`; `advice` is for where the place is to
    /// blame.
    package static func unwritable(
        _ path: String, _ number: Int32 = errno, verb: String = "write", advice: String
    ) -> SluiceError {
        let isOfMachine = [ENOSPC, EDQUOT, EFBIG, EMFILE, ENFILE, EIO, ENOMEM].contains(number)
        return SluiceError(
            isOfMachine ? .io : .cannotCreate, "cannot \(verb) \(path): \(reason(number))",
            advice: isOfMachine ? remedy(number) : advice)
    }

    /// `number` in words.
    package static func reason(_ number: Int32) -> String {
        switch number {
        case ENOSPC, EDQUOT: "the disk is full"
        default: String(cString: strerror(number))
        }
    }

    /// What helps against `number`, which has nothing to do with a path.
    package static func remedy(_ number: Int32) -> String {
        switch number {
        case EMFILE, ENFILE: "raise the limit of open files and run it again"
        case EFBIG: "raise the limit of file sizes and run it again"
        case ENOMEM: "free some memory and run it again"
        case ENOSPC, EDQUOT: "free some space and run it again"
        default: "check the disk, then run it again"
        }
    }
}
