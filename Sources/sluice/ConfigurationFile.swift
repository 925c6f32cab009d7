import Configuration
import Foundation
import SluiceCore
import SluicePipeline
import Synchronization

/// The configuration file: found, read, held against the known keys.
enum ConfigurationFile {
    /// The settings of the file at `path`, or of the first of the usual places, or the defaults.
    static func settings(at path: String?) throws(SluiceError) -> Settings {
        guard let file = try locate(path) else { return Settings() }
        let data: Data
        do { data = try Data(contentsOf: URL(fileURLWithPath: file)) } catch {
            throw SluiceError(
                .configuration, "\(file) cannot be read",
                advice: "check the path given as --config, or in SLUICE_CONFIG")
        }
        return try settings(from: Array(data), named: file)
    }

    /// The settings that the YAML in `bytes` asks for.
    static func settings(from bytes: [UInt8], named file: String) throws(SluiceError) -> Settings {
        // The parser wants a mapping; a file of comments alone asks for nothing.
        if ConfigurationFile.isEmpty(bytes) { return Settings() }
        // The parser shows each key to this closure: the only way to see a misspelt one, which must not pass in silence.
        let seen = KeyList()
        let options = YAMLSnapshot.ParsingOptions(
            secretsSpecifier: .dynamic { key, _ in
                seen.add(key)
                return false
            })
        do {
            let snapshot = try YAMLSnapshot(data: bytes.span.bytes, providerName: file, parsingOptions: options)
            let known = Dictionary(uniqueKeysWithValues: SettingKey.all.map { ($0.name, $0) })
            var settings = Settings()
            for name in seen.keys {
                guard let key = known[name] else {
                    // A section all of whose keys are commented out.
                    let isSection = known.keys.contains { $0.hasPrefix(name + ".") }
                    if isSection, ["", "~", "null"].contains(try text(of: name, snapshot)) { continue }
                    throw SluiceError(
                        .configuration, "\(file): unknown key '\(name)'",
                        advice: "config/sluice.yaml of the distribution shows every key")
                }
                guard let text = try text(of: name, snapshot) else {
                    throw SluiceError(.configuration, "\(file): \(name) has no single value", advice: "write one value")
                }
                try key.write(text, to: &settings)
            }
            return settings
        } catch let error as SluiceError {
            throw SluiceError(
                error.code, error.message.hasPrefix(file) ? error.message : "\(file): \(error.message)",
                advice: error.advice)
        } catch {
            throw SluiceError(
                .configuration, "\(file): \(error)", advice: "the file must be a YAML mapping of sections")
        }
    }

    /// The value of a key as it is written; nil where it has no single one.
    private static func text(of name: String, _ snapshot: YAMLSnapshot) throws -> String? {
        let found = try snapshot.value(
            forKey: AbsoluteConfigKey(name.split(separator: ".").map(String.init)), type: .string)
        guard case .string(let text)? = found.value?.content else { return nil }
        return text
    }

    /// True where every line is blank or a comment.
    private static func isEmpty(_ bytes: [UInt8]) -> Bool {
        bytes.split(separator: UInt8(ascii: "\n")).allSatisfy { line in
            let text = line.drop { [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r")].contains($0) }
            return text.isEmpty || text.first == UInt8(ascii: "#")
        }
    }

    private static func locate(_ path: String?) throws(SluiceError) -> String? {
        let environment = ProcessInfo.processInfo.environment
        if let path { return path }
        if let named = environment["SLUICE_CONFIG"], !named.isEmpty { return named }
        return ["config/sluice.yaml", "/etc/sluice/sluice.yaml"].first { FileManager.default.fileExists(atPath: $0) }
    }
}

/// The keys that the YAML parser came by. The parser runs on one thread; the lock is for the compiler.
private final class KeyList: Sendable {
    private let list = Mutex<[String]>([])

    func add(_ key: String) { list.withLock { $0.append(key) } }

    var keys: [String] { list.withLock { $0 } }
}
