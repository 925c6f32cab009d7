import Foundation
import SluiceCore
import SluiceCrawl
import Testing

@Suite("A file as a source")
struct SourceFileTests {
    @Test("is refused where it has other bytes than its size says, and taken where it is empty")
    func size() throws {
        let error = #expect(throws: SluiceError.self) { try SourceFile.digest(of: "/proc/version") }
        #expect(error?.code == .inputMissing)
        #expect(error?.message.contains("not as long as it says") == true)
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("empty-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data().write(to: URL(fileURLWithPath: path))
        #expect(try SourceFile.digest(of: path).digest == Digest.of([]))
        #expect(try read(path).records.isEmpty)
        // One that says it is empty and is not, and one that says it has a page.
        for other in ["/proc/version", "/sys/kernel/mm/transparent_hugepage/enabled"] {
            guard FileManager.default.fileExists(atPath: other) else { continue }
            let error = #expect(throws: SluiceError.self) { try read(other) }
            #expect(error?.code == .inputMissing && error?.message.contains("not as long as it says") == true)
        }
    }

    @Test("that grows while it is read has the digest of what was read")
    func growing() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("grows-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(repeating: 7, count: 8 << 20).write(to: URL(fileURLWithPath: path))
        let file = try #require(FileHandle(forWritingAtPath: path))
        let writer = Thread {
            for _ in 0..<2000 {
                _ = try? file.seekToEnd()
                try? file.write(contentsOf: Data(repeating: 8, count: 512))
            }
        }
        writer.start()
        while !writer.isFinished { #expect(try SourceFile.digest(of: path).bytes >= 8 << 20) }
        #expect(try SourceFile.digest(of: path).bytes == (8 << 20) + 2000 * 512)
    }
}
