import Foundation
import Testing

@Suite struct `The house keeps its floors` {
    @Test func `a room imports only rooms below it and its own packages`() throws {
        let rooms = try House.roomFiles()
        #expect(rooms.count >= 10, "the sources were not found from \(House.root.path)")
        for (room, files) in rooms {
            let allowed = try #require(House.mayImport[room], "\(room) has no line in the table of rooms")
            for file in files {
                for module in House.imports(of: try String(contentsOf: file, encoding: .utf8)) {
                    let fine =
                        allowed.contains(module) || House.everywhere.contains(module)
                        || (House.foundation.contains(module) && House.mayImportFoundation.contains(room))
                    #expect(fine, "\(room)/\(file.lastPathComponent) imports \(module)")
                }
            }
        }
    }

    @Test func `the table of rooms has no circle`() {
        var open = House.mayImport
        while !open.isEmpty {
            let ground = open.filter { room, imports in imports.allSatisfy { open[$0] == nil || $0 == room } }
            guard !ground.isEmpty else {
                Issue.record("these rooms stand on each other: \(open.keys.sorted())")
                return
            }
            for room in ground.keys { open[room] = nil }
        }
    }

    @Test func `no file has more than 400 lines and no folder more than 12 files`() throws {
        for (folder, files) in try House.codeFolders() {
            let count = files.count
            #expect(count <= 12, "\(folder.lastPathComponent) holds \(count) files")
            for file in files {
                let lines = try String(contentsOf: file, encoding: .utf8).split(
                    separator: "\n", omittingEmptySubsequences: false)
                #expect(lines.count <= 401, "\(file.lastPathComponent) has \(lines.count - 1) lines")
            }
        }
    }

    @Test(arguments: [
        ("import SluiceCore", ["SluiceCore"]),
        ("@preconcurrency public import struct Foundation.URL", ["Foundation"]),
        ("import Glibc\n    import Crypto\n// import GRDB\nlet importance = 1", ["Glibc", "Crypto"]),
    ])
    func `an import is recognised however it is written`(source: String, modules: [String]) {
        #expect(House.imports(of: source) == modules)
    }
}
