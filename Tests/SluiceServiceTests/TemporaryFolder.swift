import Foundation

/// A folder of a test's own, removed with its last owner.
final class TemporaryFolder: Sendable {
    let path: String

    /// A folder under `parent`, or where temporary files go.
    init(under parent: URL = FileManager.default.temporaryDirectory) throws {
        let url = parent.appendingPathComponent("sluice-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of `name` in the folder.
    func path(_ name: String) -> String { path + "/" + name }

    /// Writes a file and answers its path.
    func file(_ name: String, _ text: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path(name)))
        return path(name)
    }
}
