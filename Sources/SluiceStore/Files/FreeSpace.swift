import Glibc

/// The room that is left on a disk.
public enum FreeSpace {
    /// The bytes that a program without privileges may still write on the file system of `path`; nil where nobody can
    /// say.
    public static func bytes(at path: String) -> UInt64? {
        var status = statvfs()
        var result: Int32
        repeat { result = statvfs(path, &status) } while result != 0 && errno == EINTR
        guard result == 0 else { return nil }
        let (bytes, overflow) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        return overflow ? .max : bytes
    }
}
