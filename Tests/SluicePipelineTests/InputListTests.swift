import Foundation
import Glibc
import SluiceCore
import SluicePipeline
import Testing

@Suite("The inputs of a run")
struct InputListTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("inputs-\(UUID().uuidString)")

    private func make(_ names: [String]) throws {
        for name in names {
            let file = folder.appendingPathComponent(name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data("x".utf8).write(to: file)
        }
    }

    @Test("are a directory's dumps in the order of their paths' bytes, and what is passed over is known")
    func directory() throws {
        try make(["b.jsonl.gz", "a/z.warc.wet.gz", "B.TXT", "c.pdf", ".hidden.jsonl", "a/y.ndjson.zst", "README"])
        defer { try? FileManager.default.removeItem(at: folder) }
        let list = try InputList(expanding: [folder.path])
        let base = folder.path + "/"
        #expect(
            list.inputs.map { $0.path.replacingOccurrences(of: base, with: "") } == [
                "B.TXT", "a/y.ndjson.zst", "a/z.warc.wet.gz", "b.jsonl.gz",
            ])
        #expect(list.inputs.map(\.name) == ["B.TXT", "a/y.ndjson.zst", "a/z.warc.wet.gz", "b.jsonl.gz"])
        #expect(list.passedOver.map { $0.replacingOccurrences(of: base, with: "") }.sorted() == ["README", "c.pdf"])
    }

    @Test("named one by one are taken whatever they are called, in the order given")
    func files() throws {
        try make(["notes", "a.jsonl"])
        defer { try? FileManager.default.removeItem(at: folder) }
        let paths = ["notes", "a.jsonl"].map { folder.appendingPathComponent($0).path }
        let list = try InputList(expanding: [paths[0], "-", paths[1]])
        #expect(list.inputs.map(\.path) == [paths[0], "-", paths[1]])
        #expect(list.inputs.map(\.name) == ["notes", "stdin", "a.jsonl"])
    }

    @Test("do not follow a link to a directory, which could lead in a circle")
    func circle() throws {
        try make(["a.jsonl"])
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createSymbolicLink(
            at: folder.appendingPathComponent("loop"), withDestinationURL: folder)
        #expect(try InputList(expanding: [folder.path]).inputs.count == 1)
    }

    @Test("that are links named like dumps and lead nowhere, or to no file, are failures beside the others")
    func links() throws {
        try make(["a.jsonl"])
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, target) in [("b.jsonl", "a.jsonl"), ("gone.jsonl", "nowhere"), ("null.jsonl", "/dev/null")] {
            try FileManager.default.createSymbolicLink(
                atPath: folder.appendingPathComponent(name).path, withDestinationPath: target)
        }
        let list = try InputList(expanding: [folder.path])
        #expect(list.inputs.map(\.name) == ["a.jsonl", "b.jsonl"])
        #expect(list.failures.count == 2 && list.passedOver == [])
    }

    @Test("that are not there or neither file nor directory are refused", arguments: ["/nonexistent/x", "/dev/null"])
    func refusals(path: String) {
        let error = #expect(throws: SluiceError.self) { try InputList(expanding: [path]) }
        #expect(error?.code == .inputMissing)
    }

    @Test("have a size together, however large files with holes say they are")
    func sizes() throws {
        let folder = URL(fileURLWithPath: "/dev/shm/inputs-\(UUID().uuidString)")
        guard (try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)) != nil else {
            return
        }
        defer { try? FileManager.default.removeItem(at: folder) }
        for number in 0..<3 {
            let path = folder.appendingPathComponent("\(number).txt").path
            try Data().write(to: URL(fileURLWithPath: path))
            guard truncate(path, .max) == 0 else { return }
        }
        #expect(try InputList(expanding: [folder.path]).bytes == .max)
    }
}
