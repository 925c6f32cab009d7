import Foundation
import Testing

@Suite(.serialized) struct `Pages of one template on different hosts` {
    /// Pages that share three quarters of their words, and 57 % of their word groups, under `hosts` in turn.
    private func dumps(_ hosts: [String], pages: Int, in folder: Folder) throws -> [String] {
        let template = Dump.texts(1, seed: 5, words: 120)[0]
        return try hosts.enumerated().map { number, host in
            let own = Dump.texts(pages, seed: 100 + UInt64(number), words: 40)
            return try folder.file("\(number).warc.wet", Dump.wet(own.map { template + ". " + $0 }, host: host))
        }
    }

    private func evidence(_ store: String) throws -> [[[String: Any]]] {
        let run = try Program.run("provenance", "--json", "--store", store, "--decision", "kept", "--limit", "0")
        #expect(run.exitCode == 0, "\(run.errors)")
        return run.rows.compactMap { $0["evidence"] as? [[String: Any]] }
    }

    private func templates(_ store: String) throws -> Int {
        try evidence(store).count { $0.contains { $0["kind"] as? String == "templating" } }
    }

    @Test func `name each other, and those of one owner do not`() throws {
        let folder = try Folder()
        let strangers = try dumps(["a.example.org", "b.example.com"], pages: 30, in: folder)
        #expect(try Program.run(["ingest", "--store", folder.path("a")] + strangers).exitCode == 0)
        let count = try templates(folder.path("a"))
        // The first host's pages meet only each other; of the second's, most share a band with one of those.
        #expect((10...30).contains(count), "\(count)")
        for hosts in [
            ["a.example.org", "b.example.org"], ["x.example.co.uk", "y.example.co.uk"], ["abc.de", "www.abc.de"],
        ] {
            let one = try Folder()
            let dumps = try dumps(hosts, pages: 30, in: one)
            #expect(try Program.run(["ingest", "--store", one.path("a")] + dumps).exitCode == 0)
            #expect(try templates(one.path("a")) == 0)
        }
    }

    @Test func `are found alike with any number of workers, in parts, and after kills`() throws {
        let folder = try Folder()
        let inputs = try dumps(["a.org", "b.com", "c.net", "d.de"], pages: 60, in: folder)
        var images: [Data] = []
        for (workers, batch) in [(1, 512), (4, 3), (2, 16)] {
            let arguments = try DeterminismTests.arguments(
                folder, store: "store-\(batch)", workers: workers, batch: batch, inputs)
            #expect(try Program.run(arguments).exitCode == 0)
            images.append(try DeterminismTests.image(of: folder.path("store-\(batch)"), in: folder))
        }
        #expect(try templates(folder.path("store-512")) > 60)
        for end in 1...inputs.count {
            let part = try DeterminismTests.arguments(folder, store: "parts", Array(inputs[..<end]))
            #expect(try Program.run(part).exitCode == 0)
        }
        images.append(try DeterminismTests.image(of: folder.path("parts"), in: folder))
        let arguments = try DeterminismTests.arguments(folder, store: "killed", batch: 4, inputs)
        for delay in [20, 40, 60, 80, 100, 50, 30, 70] {
            let process = Program.process(arguments)
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            usleep(UInt32(delay) * 1000)
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        #expect(try Program.run(arguments).exitCode == 0)
        images.append(try DeterminismTests.image(of: folder.path("killed"), in: folder))
        #expect(images.allSatisfy { $0 == images[0] })
    }

    @Test func `weigh what the configuration says, and nothing by default`() throws {
        let folder = try Folder()
        let inputs = try dumps(["a.org", "b.com"], pages: 30, in: folder)
        let config = try folder.file("weighing.yaml", "detection:\n  templating_weight: 0.75\n")
        #expect(try Program.run(["ingest", "--store", folder.path("plain")] + inputs).exitCode == 0)
        let weighing = ["ingest", "--config", config, "--store", folder.path("weighed")]
        #expect(try Program.run(weighing + inputs).exitCode == 0)
        for (store, weight) in [("plain", 0), ("weighed", 0.75)] {
            let run = try Program.run("provenance", "--json", "--store", folder.path(store), "--limit", "0")
            var found = 0
            for row in run.rows where row["decision"] as? String == "kept" {
                let pieces = try #require(row["evidence"] as? [[String: Any]])
                let sum = pieces.reduce(0) { $0 + ($1["weight"] as? Double ?? .nan) }
                let probability = try #require(row["probability"] as? Double)
                #expect(abs(1 / (1 + exp(-sum)) - probability) < 2e-6)
                for piece in pieces where piece["kind"] as? String == "templating" {
                    found += 1
                    #expect(piece["weight"] as? Double == weight)
                }
            }
            #expect(found > 5)
        }
    }
}
