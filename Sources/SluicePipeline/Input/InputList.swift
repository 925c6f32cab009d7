import Glibc
import SluiceCore
import SluiceCrawl

extension SluiceError {
    /// True where other inputs of the same run can be read all the same.
    public var concernsOneInput: Bool { code == .noUsableData || code == .inputMissing }
}

/// The files that a run reads, in the order in which they are read.
public struct InputList: Sendable, Equatable {
    /// One of them.
    public struct Input: Sendable, Equatable {
        /// The path of a regular file, or `-` for standard input.
        public var path: String
        /// What it is called: the last part of a path that was given; below a directory that was given, the path from there.
        public var name: String

        /// True of standard input.
        public var isStandardInput: Bool { path == InputList.standardInput }
    }

    /// Regular files and standard input.
    public var inputs: [Input]
    /// Files of the directories that were passed over, because their names are not those of dumps.
    public var passedOver: [String]
    /// What in the directories cannot even be named or looked at, each with the reason.
    public var failures: [SluiceError]

    /// The name of standard input.
    public static let standardInput = "-"

    /// The endings by which a directory's files are taken; each may be followed by `.gz` or `.zst`.
    public static let endings = [".warc", ".wet", ".jsonl", ".ndjson", ".json", ".txt"]

    /// Expands `inputs`: a file stands for itself, a directory for the dumps below it in the order of their paths' bytes.
    ///
    /// - Throws: ``SluiceError`` of the kind `inputMissing` where an input is missing, is neither a file nor a
    ///   directory, or is a directory with neither a dump nor a failure in it; of the kind `io` where one cannot be looked
    ///   at for now, below a directory too: the list would lack what the next run may find.
    public init(expanding inputs: [String]) throws(SluiceError) {
        self.inputs = []
        passedOver = []
        failures = []
        for input in inputs {
            guard input != InputList.standardInput else {
                self.inputs.append(Input(path: input, name: "stdin"))
                continue
            }
            switch try InputList.kind(of: input) {
            case .file: self.inputs.append(Input(path: input, name: InputList.name(of: input)))
            case .directory:
                let before = self.inputs.count + failures.count
                try addDirectory(input)
                guard self.inputs.count + failures.count > before else {
                    throw SluiceError(
                        .inputMissing, "\(input) holds no input",
                        advice: "files ending in \(InputList.endings.joined(separator: ", ")), "
                            + "plain or as .gz or .zst, are taken; name others one by one")
                }
            }
        }
    }

    /// The size of all files together, as far as they can be looked at; standard input has none yet.
    public var bytes: UInt64 {
        inputs.reduce(0) { total, input in
            let size = input.isStandardInput ? 0 : (try? SourceFile.size(of: input.path)) ?? 0
            // A file with holes may claim nearly all there is to count.
            let (sum, isTooLarge) = total.addingReportingOverflow(size)
            return isTooLarge ? .max : sum
        }
    }

    /// The last part of a path.
    private static func name(of path: String) -> String {
        String(path.split(separator: "/").last ?? Substring(path))
    }

    private enum Kind {
        case file, directory
    }

    private static func kind(of path: String) throws(SluiceError) -> Kind {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw .unreadable(path, advice: "check the path")
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

    /// Adds what lies in `directory`, whose files are called by `parents` and their own names.
    private mutating func addDirectory(_ directory: String, parents: String = "") throws(SluiceError) {
        let prefix = directory.hasSuffix("/") ? directory : directory + "/"
        for name in try DirectoryListing.names(of: directory) {
            guard let name else {
                failures.append(
                    SluiceError(
                        .inputMissing, "\(directory) holds a file whose name is not UTF-8", advice: "rename it"))
                continue
            }
            if name.hasPrefix(".") { continue }
            let path = prefix + name
            let input = Input(path: path, name: parents + name)
            var status = stat()
            guard lstat(path, &status) == 0 else {
                try note(.unreadable(path, advice: "check it"))
                continue
            }
            switch status.st_mode & S_IFMT {
            case S_IFDIR:
                do throws(SluiceError) {
                    try addDirectory(path, parents: input.name + "/")
                } catch {
                    try note(error)
                }
            case S_IFREG where InputList.isDump(name): inputs.append(input)
            case S_IFLNK where InputList.isDump(name):
                do throws(SluiceError) {
                    if try InputList.kind(of: path) == .file { inputs.append(input) } else { passedOver.append(path) }
                } catch {
                    try note(error)
                }
            default: passedOver.append(path)
            }
        }
    }

    /// Keeps an error beside which the other inputs can be read.
    private mutating func note(_ error: SluiceError) throws(SluiceError) {
        guard error.concernsOneInput else { throw error }
        failures.append(error)
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
