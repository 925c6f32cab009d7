import Foundation
import Testing

/// Disks that fill up and places that cannot be written: said so, and nothing lost.
@Suite(
    "When the machine says no", .serialized, .enabled(if: SmallDisk.canBeMounted, "mounting a small disk needs root"))
struct FaultTests {
    /// Runs a shell script in a mount namespace of its own; `$SLUICE` is the program.
    private func isolated(_ script: String) throws -> Program.Outcome {
        let sluice = Program.products.appendingPathComponent("sluice").path
        return try Program.tool(
            "/usr/bin/env", "SLUICE=\(sluice)", "unshare", "-m", "/bin/bash", "-c", "set -u\n" + script)
    }

    @Test("a full disk ends the run with exit code 74, an intact store and advice; room lets it go on")
    func fullDisk() throws {
        let folder = try Folder()
        let input = try folder.file("a.jsonl", Dump.jsonLines(Dump.texts(3000, words: 300)))
        let disk = folder.path("disk")
        let run = try isolated(
            """
            mkdir '\(disk)' && mount -t tmpfs -o size=3m tmpfs '\(disk)' || exit 99
            "$SLUICE" ingest --store '\(disk)/store' '\(input)'; echo "first=$?"
            sqlite3 '\(disk)/store/sluice.db' 'PRAGMA integrity_check'
            mount -o remount,size=100m '\(disk)'
            "$SLUICE" ingest --store '\(disk)/store' '\(input)' > /dev/null; echo "second=$?"
            "$SLUICE" verify --store '\(disk)/store' > /dev/null; echo "verify=$?"
            "$SLUICE" stats --store '\(disk)/store' --json
            umount '\(disk)'
            """)
        #expect(run.text.contains("first=74"), "\(run.text) \(run.errors)")
        #expect(run.text.contains("\nok\n"))
        #expect(run.text.contains("second=0"), "\(run.errors)")
        #expect(run.text.contains("verify=0"))
        #expect(run.rows.last?["records"] as? Int == 3000)
        #expect(run.errors.contains("free some space"))
    }

    @Test("a full disk while exporting leaves no half-written export")
    func fullDiskOnExport() throws {
        let folder = try Folder()
        let store = folder.path("store")
        let input = try folder.file("a.jsonl", Dump.jsonLines(Dump.texts(3000, words: 300)))
        #expect(try Program.run("ingest", "--store", store, input).exitCode == 0)
        let disk = folder.path("disk")
        let run = try isolated(
            """
            mkdir '\(disk)' && mount -t tmpfs -o size=1m tmpfs '\(disk)' || exit 99
            "$SLUICE" export --store '\(store)' --compression none --output '\(disk)/out'; echo "export=$?"
            ls -A '\(disk)' | wc -l
            umount '\(disk)'
            """)
        #expect(run.text.contains("export=74"), "\(run.text) \(run.errors)")
        #expect(run.text.hasSuffix("\n0\n"))
    }

    @Test("a backup that has no room ends with exit code 74 and leaves nothing")
    func fullDiskOnBackup() throws {
        let folder = try Folder()
        let store = folder.path("store")
        let input = try folder.file("a.jsonl", Dump.jsonLines(Dump.texts(3000, words: 300)))
        #expect(try Program.run("ingest", "--store", store, input).exitCode == 0)
        let disk = folder.path("disk")
        let run = try isolated(
            """
            mkdir '\(disk)' && mount -t tmpfs -o size=1m tmpfs '\(disk)' || exit 99
            "$SLUICE" backup --store '\(store)' --output '\(disk)/copy'; echo "backup=$?"
            ls -A '\(disk)' | wc -l
            umount '\(disk)'
            """)
        #expect(run.text.contains("backup=74"), "\(run.text) \(run.errors)")
        #expect(run.text.hasSuffix("\n0\n"))
    }

    @Test("a store on a read-only disk can be asked but not written")
    func readOnly() throws {
        let folder = try Folder()
        let input = try folder.file("a.jsonl", Dump.jsonLines(Dump.texts(20)))
        let disk = folder.path("disk")
        let run = try isolated(
            """
            mkdir '\(disk)' && mount -t tmpfs -o size=50m tmpfs '\(disk)' || exit 99
            "$SLUICE" ingest --store '\(disk)/store' '\(input)' > /dev/null; echo "ingest=$?"
            mount -o remount,ro '\(disk)'
            "$SLUICE" ingest --store '\(disk)/store' '\(input)'; echo "again=$?"
            "$SLUICE" stats --store '\(disk)/store' > /dev/null; echo "stats=$?"
            umount '\(disk)'
            """)
        #expect(run.text.contains("ingest=0"), "\(run.errors)")
        #expect(run.text.contains("again=73"), "\(run.text) \(run.errors)")
        #expect(run.text.contains("stats=0"), "\(run.errors)")
    }

    @Test("where a store can be read but not written beside, what is read is one state of it, or the reader is told")
    func readOnlyBesideWriter() throws {
        let folder = try Folder()
        let input = try folder.file("a.jsonl", Dump.jsonLines(Dump.texts(3000)))
        let more = try folder.file("b.jsonl", Dump.jsonLines(Dump.texts(3000, seed: 2)))
        let third = try folder.file("c.jsonl", Dump.jsonLines(Dump.texts(3000, seed: 3)))
        let (store, view, pipe) = (folder.path("store"), folder.path("view"), folder.path("pipe"))
        let run = try isolated(
            """
            "$SLUICE" ingest --store '\(store)' '\(input)' > /dev/null
            mkdir '\(view)' && mount --bind '\(store)' '\(view)' && mount -o remount,bind,ro '\(view)' || exit 99
            mkfifo '\(pipe)'
            # Stops in the middle, as nobody takes what it prints; goes on when somebody has written.
            midway() {
                "$SLUICE" provenance --json --limit 0 --store '\(view)' > '\(pipe)' & local reader=$!
                exec 3< '\(pipe)'; head -c 10 <&3 > /dev/null
                "$1"
                echo "rows=$(wc -l <&3)"; wait $reader; echo "$1=$?"
            }
            begins() { "$SLUICE" ingest --store '\(store)' '\(more)' > /dev/null; }
            midway begins
            # Somebody has the store open, and has written nothing yet.
            coproc sqlite3 '\(store)/sluice.db'
            echo 'SELECT count(*) FROM record;' >&${COPROC[1]}; read -r count <&${COPROC[0]}; echo "records=$count"
            test -s '\(store)/sluice.db-wal'; echo "log=$?"
            goes_on() {
                "$SLUICE" ingest --store '\(store)' '\(third)' > /dev/null
                echo 'PRAGMA wal_checkpoint;' >&${COPROC[1]}; read -r _ <&${COPROC[0]}
            }
            midway goes_on
            umount '\(view)'
            """)
        #expect(run.text.contains("begins=75") && run.errors.contains("began to write"), "\(run.text) \(run.errors)")
        #expect(run.text.contains("records=6000\nlog=1\nrows=6000\ngoes_on=0"), "\(run.text) \(run.errors)")
    }

    @Test("a file that may not be read ends with exit code 66, and a directory beside other inputs with 1")
    func unreadable() throws {
        let folder = try Folder()
        let program = folder.path("sluice")
        try FileManager.default.copyItem(
            at: Program.products.appendingPathComponent("sluice"), to: URL(fileURLWithPath: program))
        let input = try folder.file("a.jsonl", Dump.jsonLines(Dump.texts(1)))
        let other = try folder.file("b.jsonl", Dump.jsonLines(Dump.texts(3, seed: 2)))
        try FileManager.default.copyItem(
            at: Program.root.appendingPathComponent("config"), to: URL(fileURLWithPath: folder.path("config")))
        let run = try isolated(
            """
            chmod 755 '\(folder.url.path)'; chmod 000 '\(input)'
            mkdir -m 777 '\(folder.path("state"))'
            mkdir '\(folder.path("dir"))' '\(folder.path("dir/locked"))'
            mv '\(other)' '\(folder.path("dir"))'; chmod 700 '\(folder.path("dir/locked"))'
            nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups '\(program)' "$@"; }
            nobody ingest --store '\(folder.path("state"))/store' '\(input)'; echo "file=$?"
            nobody ingest --json --store '\(folder.path("state"))/store' '\(folder.path("dir"))'; echo "directory=$?"
            """)
        #expect(run.text.contains("file=66"), "\(run.text) \(run.errors)")
        #expect(run.errors.contains("a.jsonl: Permission denied") && !run.errors.contains("holds no records"))
        #expect(run.text.contains("directory=1") && run.text.contains("\"kept\":3"), "\(run.text) \(run.errors)")
        #expect(run.errors.contains("dir/locked: Permission denied"))
    }
}

enum SmallDisk {
    /// True where a small disk can be mounted out of everybody's sight.
    static let canBeMounted =
        (try? Program.tool("/usr/bin/env", "unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt").exitCode) == 0
}
