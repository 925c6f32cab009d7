import Foundation
import Logging
import NIOPosix
import SluiceCore
import SluiceExport
import SluicePipeline
import SluiceStore
import Synchronization

/// The exports that were asked for over HTTP: one directory, an export a folder in it, one made at a time.
final class ExportShelf: Sendable {
    /// How an export stands.
    enum Standing: Sendable {
        case running
        case done
        /// With what whoever asks is told of it.
        case failed(Problem)

        /// The word for it.
        var word: String {
            switch self {
            case .running: "running"
            case .done: "done"
            case .failed: "failed"
            }
        }
    }

    private let directory: String
    private let store: Store
    private let logger: Logger
    private let thread: NIOThreadPool
    /// What was asked for since the start; what was made before is known by its folder.
    private let asked = Mutex<(running: String?, failures: [String: Problem], isClosed: Bool)>((nil, [:], false))
    /// The manifests that were found to be this store's own.
    private let own = Mutex<[String: SourceStamp]>([:])

    /// A shelf in `directory`, which is made with the first export; what an export that was cut off has left there goes.
    /// Blocks.
    init(directory: String, store: Store, logger: Logger) {
        self.directory = directory
        self.store = store
        self.logger = logger
        thread = NIOThreadPool(numberOfThreads: 1)
        thread.start()
        let cut = OutputDirectory.clear(directory, for: .export)
        if cut > 0 { logger.notice("half-made exports are cleared away", metadata: ["exports": "\(cut)"]) }
    }

    /// The export that is being made.
    var running: String? { asked.withLock { $0.running } }

    /// Begins the export `name` and returns; ``standing(of:)`` tells how it goes. One that failed may be begun again,
    /// once what it failed for has gone. Blocks.
    ///
    /// - Throws: ``Problem`` of the kind `busy` where another is being made or the shelf is closed, `conflict` where the name
    ///   is taken.
    func begin(_ name: String, _ settings: ExportSettings) throws {
        if isClosed { throw Problem.ending }
        if let problem = strange(name) { throw problem }
        switch standing(of: name) {
        case .running, .done: throw Problem(.conflict, "there is an export of this name already")
        case .failed, nil: break
        }
        let isFirst = asked.withLock { asked in
            guard asked.running == nil else { return false }
            asked.running = name
            asked.failures[name] = nil
            return true
        }
        guard isFirst else { throw Problem(.busy, "another export is being made").retry(after: 10) }
        thread.submit { [self] _ in
            let failure = made(name, settings)
            asked.withLock { asked in
                asked.running = nil
                guard let failure else { return }
                // A shelf remembers the last failures only.
                if asked.failures.count >= 100 { asked.failures = [:] }
                asked.failures[name] = failure
            }
        }
    }

    /// Makes an export; answers why it cannot be made, where it cannot. Where things lie here goes to the log alone.
    private func made(_ name: String, _ settings: ExportSettings) -> Problem? {
        do throws(SluiceError) {
            try Places.make(directory)
            let summary = try Exporter(store: store, settings: settings, isGivenUp: { [self] in isClosed })
                .export(to: directory + "/" + name)
            logger.info(
                "an export is done",
                metadata: ["export": "\(name)", "documents": "\(summary.totals.documents)"])
            return nil
        } catch {
            if isClosed, error.code == .busy {
                logger.notice("an export was given up", metadata: ["export": "\(name)"])
                return Problem.ending
            }
            logger.error("an export failed", metadata: ["export": "\(name)", "error": "\(error)"])
            return told(error)
        }
    }

    /// What whoever asks is told of `error`.
    private func told(_ error: SluiceError) -> Problem {
        guard error.code != .io else { return Problem(.storage, "the log says more, under the export's name") }
        var told = error
        told.message = error.message.replacingOccurrences(of: " at \(store.directory) ", with: " ")
            .replacingOccurrences(of: directory, with: "exports")
        return Problem(told)
    }

    /// Why the files under `name` are not to be had: they are a release that this store did not make. Nil where they are its
    /// own, or none are there.
    private func strange(_ name: String) -> Problem? {
        let folder = "\(directory)/\(name)"
        guard ExportShelf.isName(name), let stamp = try? SourceStamp(of: "\(folder)/\(Exporter.manifestName)") else {
            return nil
        }
        if own.withLock({ $0[name] == stamp }) { return nil }
        do throws(SluiceError) {
            if try Exporter.strangeRelease(in: folder, for: store) != nil {
                return Problem(
                    .conflict,
                    "exports/\(name) holds a release that this store did not make; move it away, or take another name")
            }
        } catch {
            logger.error("an export cannot be looked at", metadata: ["export": "\(name)", "error": "\(error)"])
            return told(error)
        }
        own.withLock { own in
            if own.count >= 1000 { own = [:] }
            own[name] = stamp
        }
        return nil
    }

    /// How the export `name` stands; nil where there is none. Blocks.
    func standing(of name: String) -> Standing? {
        guard ExportShelf.isName(name) else { return nil }
        let asked = asked.withLock { $0 }
        if asked.running == name { return .running }
        if FileManager.default.fileExists(atPath: "\(directory)/\(name)/\(Exporter.manifestName)") {
            return strange(name).map { .failed($0) } ?? .done
        }
        return asked.failures[name].map { .failed($0) }
    }

    /// The names of all exports that are done or under way, in the order of their bytes. Blocks.
    func names() -> [String] {
        let found = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        let asked = asked.withLock { $0 }
        let named = Set(found + [asked.running].compactMap(\.self) + asked.failures.keys)
        return named.filter { standing(of: $0) != nil }.sorted()
    }

    /// The files of an export that is done, in the order of their names. Blocks.
    func files(of name: String) -> [(name: String, bytes: Int64)] {
        guard case .done? = standing(of: name) else { return [] }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(directory)/\(name)")) ?? []
        return names.sorted().compactMap { file in
            guard ExportShelf.isName(file),
                let attributes = try? FileManager.default.attributesOfItem(atPath: "\(directory)/\(name)/\(file)"),
                attributes[.type] as? FileAttributeType == .typeRegular
            else { return nil }
            return (file, (attributes[.size] as? NSNumber)?.int64Value ?? 0)
        }
    }

    /// The path of a file of an export; nil where it is none of ``files(of:)``. Blocks.
    func path(of file: String, in name: String) -> String? {
        files(of: name).contains { $0.name == file } ? "\(directory)/\(name)/\(file)" : nil
    }

    /// What an export of the release `release` is called here: as it is, or by its digest where no file may be called so.
    static func name(ofRelease release: String) -> String {
        isName(release) ? release : "release-\(Digest.of(Array(release.utf8)).hex.prefix(16))"
    }

    /// True where `name` may name an export or a file of one: no path, no hidden file, nothing to escape.
    static func isName(_ name: String) -> Bool {
        let allowed = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.".utf8)
        return (1...100).contains(name.utf8.count) && name.utf8.first != UInt8(ascii: ".")
            && name.utf8.allSatisfy(allowed.contains)
    }

    private var isClosed: Bool { asked.withLock(\.isClosed) }

    /// Makes no more exports, and gives the one at hand up; where its release is in the store already, it is brought to its
    /// place.
    func close() { asked.withLock { $0.isClosed = true } }

    /// Ends the thread once the export at hand is made or given up.
    func stop() async { try? await thread.shutdownGracefully() }
}
