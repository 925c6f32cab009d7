import Foundation

/// The source tree as the tests of this target read it.
enum House {
    /// The folder that holds `Package.swift`.
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The floors of the house: what each room may import, of rooms and of packages.
    ///
    /// A new room, or a new package in a room, is a line here, so that it is a decision and not an accident.
    static let mayImport: [String: Set<String>] = [
        "sluice": rooms.union(["ArgumentParser", "Configuration"]),
        "SluiceService": rooms.union([
            "Hummingbird", "HummingbirdCore", "HTTPTypes", "ServiceLifecycle", "UnixSignals", "Logging", "NIOCore",
            "NIOPosix", "NIOHTTP1", "NIOHTTPTypes", "CSluiceSystem",
        ]),
        "SluiceExport": ["SluiceStore", "SluiceLedger", "SluiceDetect", "SluiceCrawl", "SluiceCore"],
        "SluicePipeline": [
            "SluiceStore", "SluiceLedger", "SluiceDetect", "SluiceDedup", "SluiceCrawl", "SluiceText", "SluiceCore",
            "Logging", "Metrics",
        ],
        "SluiceStore": ["SluiceLedger", "SluiceMigrations", "SluiceCore", "CSluiceSystem", "GRDB", "GRDBSQLite"],
        "SluiceMigrations": [],
        "SluiceLedger": ["SluiceCore", "Crypto"],
        "SluiceDetect": ["SluiceText", "SluiceCore"],
        "SluiceDedup": ["SluiceText", "SluiceCore", "CSluiceKernels"],
        "SluiceCrawl": ["SluiceCore", "CZlib", "CDeflate", "CZstd"],
        "SluiceText": ["SluiceCore", "CSluiceKernels"],
        "SluiceCore": ["Crypto"],
    ]

    /// The rooms below the executable.
    private static let rooms: Set<String> = [
        "SluiceService", "SluiceExport", "SluicePipeline", "SluiceStore", "SluiceLedger", "SluiceDetect", "SluiceDedup",
        "SluiceCrawl", "SluiceText", "SluiceCore",
    ]

    /// What every room may import, because it comes with the language.
    static let everywhere: Set<String> = ["Glibc", "Swift", "Synchronization"]

    /// Where Foundation may be used: at the edge, never on the paths that meet every document.
    static let foundation: Set<String> = ["Foundation", "FoundationEssentials"]

    /// The rooms at the edge.
    static let mayImportFoundation: Set<String> = ["sluice", "SluiceService", "SluiceExport", "SluiceStore"]

    /// The Swift files of every folder of `Sources`, and of `migrations` as `SluiceMigrations`: room to files.
    static func roomFiles() throws -> [String: [URL]] {
        var rooms: [String: [URL]] = ["SluiceMigrations": try files(in: root.appendingPathComponent("migrations"))]
        for folder in try children(of: root.appendingPathComponent("Sources")) {
            let swift = try files(in: folder)
            if !swift.isEmpty { rooms[folder.lastPathComponent] = swift }
        }
        return rooms
    }

    /// Every folder under `Sources`, `Tests` and `migrations` that holds Swift files of its own, with those files.
    static func codeFolders() throws -> [(folder: URL, files: [URL])] {
        var folders: [String: [URL]] = [:]
        for top in ["Sources", "Tests", "migrations"] {
            for file in try files(in: root.appendingPathComponent(top)) {
                folders[file.deletingLastPathComponent().path, default: []].append(file)
            }
        }
        return folders.sorted { $0.key < $1.key }.map { (URL(fileURLWithPath: $0.key), $0.value) }
    }

    /// The modules that `source` imports, whatever attributes, access levels or kinds the import carries.
    static func imports(of source: String) -> [String] {
        let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
        return source.split(separator: "\n").compactMap { line in
            var words = line.split(whereSeparator: \.isWhitespace)[...]
            while let first = words.first, first.hasPrefix("@") || modifiers.contains(first) { words.removeFirst() }
            guard words.popFirst() == "import", var module = words.popFirst() else { return nil }
            if kinds.contains(module), let next = words.popFirst() { module = next }
            return module.split(separator: ".").first.map(String.init)
        }
    }

    private static let modifiers: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]

    private static func files(in folder: URL) throws -> [URL] {
        guard let walk = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil) else { return [] }
        return walk.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }.sorted { $0.path < $1.path }
    }

    private static func children(of folder: URL) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    }
}
