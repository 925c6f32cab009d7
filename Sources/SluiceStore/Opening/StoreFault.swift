import CSluiceSystem
import GRDB
import Glibc
import SluiceCore

/// What an error of SQLite means to the person at the keyboard.
enum StoreFault {
    /// What helps a store that is damaged.
    static let advice = "run `sluice verify`, or restore the store from a copy"

    /// `error`, which kept a store from being opened to be read: `sluice verify` would come no further.
    static func explainOpening(_ error: any Error, path: String) -> SluiceError {
        var explained = explain(error, path: path, writing: false)
        if explained.advice == advice { explained.advice = "restore the store from a copy" }
        return explained
    }

    /// `error` as one that explains itself; `path` is the database file.
    static func explain(_ error: any Error, path: String, writing: Bool) -> SluiceError {
        if let error = error as? SluiceError { return error }
        guard let error = error as? DatabaseError else {
            return SluiceError(.io, "\(path): \(error)", advice: advice)
        }
        // Of an error that SQLite has met while it did something else, it says that there was none.
        let isNone = error.message == "not an error"
        let message = isNone ? DatabaseError(resultCode: error.resultCode).message : error.message
        let detail = message ?? error.resultCode.description
        let number = sluice_sqlite_last_errno()
        switch error.resultCode.primaryResultCode {
        case .SQLITE_FULL: return diskIsFull(path)
        case _ where error.extendedResultCode == .SQLITE_IOERR_SHMSIZE: return diskIsFull(path)
        case .SQLITE_IOERR, .SQLITE_NOMEM:
            return SluiceError(
                .io, "\(path): reading or writing failed (\(detail), SQLite code \(error.extendedResultCode.rawValue))",
                advice:
                    "check free space and the disk, then run the same command again; everything acknowledged is safe")
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            return SluiceError(
                .io, "\(path) is damaged or is not a Sluice store (\(detail))",
                advice: advice)
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return SluiceError(.busy, "\(path) is in use by another program", advice: "try again when it has finished")
        case .SQLITE_INTERRUPT:
            return SluiceError(.busy, "the question took too long", advice: "ask for less at a time")
        case .SQLITE_CANTOPEN where [EMFILE, ENFILE, ENOMEM, ENOSPC, EDQUOT, EIO].contains(number):
            return SluiceError(
                .io, "\(path) cannot be opened: \(SluiceError.reason(number))", advice: SluiceError.remedy(number))
        case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH:
            return writing
                ? SluiceError(.cannotCreate, "\(path) cannot be written (\(detail))", advice: "check its permissions")
                : SluiceError(.inputMissing, "\(path) cannot be read (\(detail))", advice: "check its permissions")
        case .SQLITE_CONSTRAINT:
            return SluiceError(
                .io, "\(path): the store refused a write (\(detail))",
                advice: "nothing of it was kept; this is a defect of the program, please report it")
        default:
            return SluiceError(
                .io, "\(path): \(detail) (SQLite code \(error.extendedResultCode.rawValue))",
                advice: advice)
        }
    }

    /// True where SQLite may have found no room for the files that it makes beside a database to read it.
    static func isAboutRoom(_ error: DatabaseError) -> Bool {
        switch error.extendedResultCode {
        case .SQLITE_IOERR_SHMSIZE, .SQLITE_IOERR_SHMOPEN: true
        case let code: code.primaryResultCode == .SQLITE_CANTOPEN
        }
    }

    private static func diskIsFull(_ path: String) -> SluiceError {
        SluiceError(
            .io, "\(path): the disk is full",
            advice: "free some space and run the same command again; everything acknowledged is safe")
    }

    /// True where the handle must not be used any more.
    static func isFatal(_ error: any Error) -> Bool {
        guard let error = error as? DatabaseError else { return false }
        switch error.resultCode.primaryResultCode {
        case .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_NOMEM: return true
        default: return false
        }
    }
}
