import Glibc
import SluiceCore

/// What lies in a directory.
package enum DirectoryListing {
    /// The names in `directory` but `.` and `..`, in the order of their bytes; nil stands for a name that is not UTF-8.
    ///
    /// - Throws: ``SluiceError`` of the kind `inputMissing` where the directory is not there or must not be read, of the kind
    ///   `io` where it cannot be opened for now, or not be read to its end.
    package static func names(of directory: String) throws(SluiceError) -> [String?] {
        guard let stream = opendir(directory) else {
            throw .unreadable(directory, advice: "check its permissions")
        }
        defer { closedir(stream) }
        var names: [String?] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                guard errno == 0 else { throw .unreadable(directory, advice: "check its permissions") }
                break
            }
            // In place: the last entry of a block may be shorter than the field is declared.
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 1) { String(validatingCString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted { ($0 ?? "").utf8.lexicographicallyPrecedes(($1 ?? "").utf8) }
    }
}
