import Glibc
import SluiceCore
import SluiceCrawl

/// The files that a run reads, in the order in which they are read.
public struct InputList: Sendable, Equatable {
    /// Paths of regular files, and `-` for standard input.
    public var paths: [String]
    /// Files of the directories that were passed over, because their names are not those of dumps.
    public var passedOver: [String]

    /// The name of standard input.
    public static let standardInput = "-"

    /// The endings by which a directory's files are taken; each may be followed by `.gz` or `.zst`.
    public static let endings = [".warc", ".wet", ".jsonl", ".ndjson", ".json", ".txt"]

    /// Expands `inputs`: a file stands for itself, a directory for the dumps below it in the order of their paths' bytes.
    ///
    /// - Throws: ``SluiceError`` of the kind `inputMissing` where an input is missing, is neither a file nor a
    ///   directory, or is a directory without a dump.
    public init(expanding inputs: [String]) throws(SluiceError) {
        paths = []
        passedOver = []
        for input in inputs {
            guard input != InputList.standardInput else {
                paths.append(input)
                continue
            }
            switch try InputList.kind(of: input) {
            case .file: paths.append(input)
            case .directory:
                let before = paths.count
                try addDirectory(input)
                guard paths.count > before else {
                    throw SluiceError(
                        .inputMissing, "\(input) holds no input",
                        advice: "files ending in \(InputList.endings.joined(separator: ", ")), "
                            + "plain or as .gz or .zst, are taken; name others one by one")
                }
            }
        }
    }

    /// The size of all files together; standard input has none yet.
    func bytes() throws(SluiceError) -> UInt64 {
        var total: UInt64 = 0
        for path in paths where path != InputList.standardInput { total += try SourceFile.size(of: path) }
        return total
    }

    /// The last part of a path.
    static func name(of path: String) -> String {
        String(path.split(separator: "/").last ?? Substring(path))
    }

    private enum Kind {
        case file, directory
    }

    private static func kind(of path: String) throws(SluiceError) -> Kind {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw SluiceError(.inputMissing, "\(path): \(String(cString: strerror(errno)))", advice: "check the path")
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .directory
        default:
            throw SluiceError(
                .inputMissing, "\(path) is neither a file nor a directory",
                advice: "pipe it in and name the input '-'")
        }
    }

    private mutating func addDirectory(_ directory: String) throws(SluiceError) {
        guard let stream = opendir(directory) else {
            throw SluiceError(
                .inputMissing, "\(directory): \(String(cString: strerror(errno)))", advice: "check its permissions")
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        for name in names.sorted(by: { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }) {
            let path = directory.hasSuffix("/") ? directory + name : directory + "/" + name
            var status = stat()
            guard lstat(path, &status) == 0 else { continue }
            switch status.st_mode & S_IFMT {
            case S_IFDIR: try addDirectory(path)
            case S_IFREG where InputList.isDump(name): paths.append(path)
            case S_IFLNK where InputList.isDump(name) && (try? InputList.kind(of: path)) == .file: paths.append(path)
            default: passedOver.append(path)
            }
        }
    }

    /// True where a file's name has one of ``endings``.
    static func isDump(_ name: String) -> Bool {
        var stem = name.lowercased()
        for compression in [".gz", ".zst"] where stem.hasSuffix(compression) {
            stem.removeLast(compression.count)
        }
        return endings.contains { stem.hasSuffix($0) }
    }
}
