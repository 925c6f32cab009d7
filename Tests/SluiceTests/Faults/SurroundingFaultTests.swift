import Foundation
import Glibc
import Testing

/// What surrounds the program is not what it takes for granted.
@Suite(.serialized) struct `Strange surroundings` {
    @Test(.enabled(if: SmallDisk.canBeMounted, "mounting needs root"))
    func `without /proc are said, since no argument can be read there`() throws {
        let run = try Script.run(
            """
            mount -t tmpfs tmpfs /proc; "$SLUICE" verify --store /nonexistent; code=$?; umount /proc; echo "$code"
            """, isolated: true)
        #expect(run.text == "78\n" && run.errors.contains("needs /proc"), "\(run.text) \(run.errors)")
    }

    @Test func `an argument that is not UTF-8 is refused, and no other path is taken for it`() throws {
        let folder = try Folder()
        let input = try folder.file("a.jsonl", Dump.jsonLines(Dump.texts(3)))
        let run = try Script.run(
            """
            cd '\(folder.url.path)'
            "$SLUICE" ingest --store $'st\\xffore' '\(input)'; echo "$?"
            ls
            """)
        #expect(run.text == "64\na.jsonl\n", "\(run.text) \(run.errors)")
        #expect(run.errors.contains("argument 3 is not UTF-8"))
    }

    @Test func `pipes that nobody writes to, in the place of files, hold nobody up`() throws {
        let folder = try Folder()
        let store = folder.path("store")
        let input = try folder.file("a.jsonl", Dump.jsonLines(Dump.texts(20)))
        let run = try Script.run(
            """
            cd '\(folder.url.path)'
            "$SLUICE" ingest --store '\(store)' '\(input)' > /dev/null
            "$SLUICE" export --store '\(store)' --output out > /dev/null
            for name in manifest.json SHA256SUMS; do
                mv out/$name kept; mkfifo out/$name
                timeout 20 "$SLUICE" verify --export out > /dev/null; echo "$name=$?"
                rm out/$name; mv kept out/$name
            done
            mkfifo model; printf 'detection:\\n  model: %s/model\\n' "$PWD" > c.yaml
            timeout 20 "$SLUICE" detect --config c.yaml '\(input)' > /dev/null; echo "model=$?"
            """)
        #expect(run.text == "manifest.json=1\nSHA256SUMS=1\nmodel=78\n", "\(run.text) \(run.errors)")
    }

    @Test func `a name with a line end in it makes no line of its own`() throws {
        let folder = try Folder()
        let input = try folder.file(
            "a\nb.jsonl: 9 records, 0 bytes skipped, complete.jsonl", Dump.jsonLines(Dump.texts(3)))
        #expect(try Program.run("ingest", "--store", folder.path("store"), input).exitCode == 0)
        let stats = try Program.run("stats", "--store", folder.path("store")).text
        #expect(stats.contains("\na b.jsonl: 9 records"), "\(stats)")
    }

    @Test func `standard input that does not wait is read to its end, and an empty TMPDIR is none`() throws {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        let (reading, writing) = (ends[0], ends[1])
        #expect(fcntl(writing, F_SETFD, FD_CLOEXEC) == 0 && fcntl(reading, F_SETFL, O_NONBLOCK) == 0)
        let process = Program.process(["detect", "--json", "-"])
        process.environment?["TMPDIR"] = ""
        process.standardInput = FileHandle(fileDescriptor: reading, closeOnDealloc: true)
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        usleep(500_000)
        let lines = try Dump.jsonLines(Dump.texts(3))
        #expect(lines.withUnsafeBytes { write(writing, $0.baseAddress, $0.count) } == lines.count)
        close(writing)
        let answers = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(answers.split(separator: UInt8(ascii: "\n")).count == 3)
    }

    @Test(.enabled(if: geteuid() == 0, "needs root"))
    func `a store that root makes in another's directory is that user's`() throws {
        let folder = try Folder()
        let input = try folder.file("a.jsonl", Dump.jsonLines(Dump.texts(3)))
        let store = folder.path("store")
        let run = try Script.run(
            """
            mkdir '\(store)'; chown 65534:65534 '\(store)'
            "$SLUICE" ingest --store '\(store)' '\(input)' > /dev/null
            stat -c %u '\(store)/lock' '\(store)/sluice.db'
            """)
        #expect(run.text == "65534\n65534\n", "\(run.text) \(run.errors)")
    }

    @Test(.enabled(if: SmallDisk.canBeMounted, "mounting a small disk needs root"))
    func `a store on a full disk can be asked, and copied to another`() throws {
        let folder = try Folder()
        let input = try folder.file("a.jsonl", Dump.jsonLines(Dump.texts(200)))
        let disk = folder.path("disk")
        let run = try Script.run(
            """
            mkdir '\(disk)'
            for options in size=16m size=64m,nr_inodes=8; do
                mount -t tmpfs -o $options tmpfs '\(disk)' || exit 99
                "$SLUICE" ingest --store '\(disk)/store' '\(input)' > /dev/null; echo "ingest=$?"
                dd if=/dev/zero of='\(disk)/fill' bs=1k count=17000 2> /dev/null
                for i in $(seq 9); do : > '\(disk)/more'$i; done 2> /dev/null
                "$SLUICE" stats --json --store '\(disk)/store' | grep -o '"records":200' | head -n 1; echo "stats=$?"
                "$SLUICE" backup --store '\(disk)/store' --output '\(folder.path("copy-"))'$options > /dev/null; echo "backup=$?"
                umount '\(disk)'
            done
            """, isolated: true)
        let each = "ingest=0\n\"records\":200\nstats=0\nbackup=0\n"
        #expect(run.text == each + each, "\(run.text) \(run.errors)")
    }
}
