import Glibc
import NIOCore
import NIOPosix
import SluiceCore
import SluiceExport
import SluicePipeline
import SluiceStore
import Synchronization

/// An export by way of the daemon: it makes the files and enters the release, and they are fetched and checked here.
package struct RemoteExport: Sendable {
    private let client: DaemonClient
    private let release: String?
    private let cap: Double?
    private let compression: ExportCompression
    private let patience: Patience

    /// An export that is ready to be asked for.
    package init(
        release: String?, cap: Double?, compression: ExportCompression, client: DaemonClient, patience: Patience
    ) {
        self.release = release
        self.cap = cap
        self.compression = compression
        self.client = client
        self.patience = patience
    }

    /// Has the export made, and returns when its files are in `directory`, read back and checked.
    ///
    /// - Throws: `SluiceError`, as the export of a store of one's own.
    package func run(to directory: String) async throws(SluiceError) -> ExportSummary {
        let output = try OutputDirectory(directory, for: .export)
        let (name, isNew) = try await begin()
        for file in try await finished(name) { try await fetch(file, of: name, into: output) }
        let failed = try ExportVerifier.verify(directory: output.path).filter { !$0.passed }
        if let first = failed.first {
            throw SluiceError(
                .io, "the files did not arrive as the daemon made them: \(first.check): \(first.detail)",
                advice: "run it again; if it stays, run `sluice verify` where the store is")
        }
        var summary = try ExportSummary(
            reading: output.path, as: directory, askedCapPPM: cap.map(ShardSettings.ppm))
        if !isNew {
            try requireSame(summary, name)
            patience.note("the daemon had made \(name) before; these are the files of that time")
        }
        try output.publish()
        summary.spared = output.spared
        return summary
    }

    /// The export's name on the daemon's shelf, and whether it was begun now.
    private func begin() async throws(SluiceError) -> (name: String, isNew: Bool) {
        var json = JSONText()
        // A name in any case: where the answer is cut off, who asks again finds what was asked for before.
        let shelf = release.map(ExportShelf.name) ?? "export-\(RunName.new())"
        json.object { json in
            if let release { json.member("release", release) }
            json.member("name", shelf)
            if let cap { json.member("cap", cap) }
            json.member("compression", compression.rawValue)
        }
        let request = DaemonRequest.post("/v1/exports", body: .json(json.bytes))
        do throws(SluiceError) {
            let answer = try await client.patiently(patience) { () throws(SluiceError) in request }
            return (try answer.decoded(Standing.self).export, true)
        } catch {
            // Made before, and perhaps not fetched to its end: the same command gives the same release again.
            guard error.code == .cannotCreate else { throw error }
            return (shelf, isNew: release == nil)
        }
    }

    private struct Standing: Decodable {
        var export: String
        var state: String
        var error: String?
        var type: String?
        var files: [File]?

        struct File: Decodable {
            var name: String
            var bytes: Int
        }
    }

    /// The files of the export `name`, once it is made.
    private func finished(_ name: String) async throws(SluiceError) -> [Standing.File] {
        var pause = Duration.milliseconds(50)
        while true {
            let standing = try await standing(of: name)
            switch standing.state {
            case "done": return standing.files ?? []
            case "running": break
            default: throw RemoteExport.failure(standing.error ?? standing.state, type: standing.type)
            }
            do { try await Task.sleep(for: pause) } catch { throw SluiceError(.busy, "the export was given up") }
            pause = min(pause * 2, .seconds(1))
        }
    }

    private func standing(of name: String) async throws(SluiceError) -> Standing {
        do throws(SluiceError) {
            let answer = try await client.require(.get("/v1/exports/\(DaemonRequest.escaped(name))"))
            return try answer.decoded(Standing.self)
        } catch {
            guard error.code == .busy || error == DaemonClient.cut else { throw error }
            throw RemoteExport.givenUp("the daemon went while it made the export")
        }
    }

    private static func givenUp(_ reason: String) -> SluiceError {
        SluiceError(.busy, reason, advice: "run the command again when the daemon is back")
    }

    private static func failure(_ reason: String, type: String?) -> SluiceError {
        switch type?.split(separator: ":").last {
        case "busy": givenUp("the export was given up: \(reason)")
        case "unusable-data": SluiceError(.noUsableData, reason)
        case "conflict": SluiceError(.cannotCreate, reason)
        case "bad-parameter": SluiceError(.configuration, reason)
        default: SluiceError(.io, "the daemon's export failed: \(reason)")
        }
    }

    private func fetch(
        _ file: Standing.File, of name: String, into output: OutputDirectory
    ) async throws(SluiceError) {
        guard ExportShelf.isName(file.name) else {
            throw SluiceError(.io, "the daemon offers a file that no export has")
        }
        let arrival = try Arrival(output.path(of: file.name), bytes: file.bytes)
        let path = "/v1/exports/\(DaemonRequest.escaped(name))/\(DaemonRequest.escaped(file.name))"
        _ = try await client.require(.get(path)) { bytes throws(SluiceError) in try await arrival.write(bytes) }
        try arrival.finish()
    }

    /// An export that was there before is the one asked for where it is of this release, packed in this way and under
    /// this cap: the name stands for no other, whatever was taken in since.
    private func requireSame(_ summary: ExportSummary, _ name: String) throws(SluiceError) {
        let isSame =
            summary.release == release && summary.compression == compression
            && summary.capPPM <= cap.map(ShardSettings.ppm) ?? .max
        guard isSame else {
            throw SluiceError(
                .cannotCreate, "the daemon has another export that is called \(name)", advice: "name another release")
        }
    }
}

/// A file that is being fetched.
private final class Arrival: Sendable {
    private let path: String
    private let bytes: Int
    private let descriptor: Int32
    private let written = Mutex(0)

    init(_ path: String, bytes: Int) throws(SluiceError) {
        self.path = path
        self.bytes = bytes
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o666)
        guard descriptor >= 0 else { throw OutputDirectory.failure("create", path) }
    }

    deinit { close(descriptor) }

    func write(_ piece: ByteBuffer) async throws(SluiceError) {
        do {
            try await NIOThreadPool.singleton.runIfActive { [self] in try writeNow(piece) }
        } catch {
            throw (error as? SluiceError) ?? SluiceError(.io, "cannot write \(path): \(error)")
        }
    }

    private func writeNow(_ piece: ByteBuffer) throws(SluiceError) {
        let total = written.withLock { written in
            written += piece.readableBytes
            return written
        }
        guard total <= bytes else { throw SluiceError(.io, "\(path): the daemon sends more than it announced") }
        let isWritten = piece.withUnsafeReadableBytes { Descriptor.write($0, to: descriptor) }
        guard isWritten else { throw OutputDirectory.failure("write", path) }
    }

    /// Waits until all of it is on the disk.
    func finish() throws(SluiceError) {
        guard written.withLock({ $0 }) == bytes else {
            throw SluiceError(.io, "\(path): the daemon sends less than it announced", advice: "run it again")
        }
        guard fsync(descriptor) == 0 else { throw OutputDirectory.failure("write", path) }
    }
}
