import Foundation
import Testing

/// What the system refuses for now must not change what becomes of the inputs.
@Suite(.serialized) struct `A refusal that passes` {
    private func inputs(in folder: Folder) throws -> String {
        try FileManager.default.createDirectory(atPath: folder.path("in"), withIntermediateDirectories: true)
        for number in 1...3 {
            _ = try folder.file("in/f\(number).jsonl", Dump.jsonLines(Dump.texts(20, seed: UInt64(number))))
        }
        return folder.path("in")
    }

    @Test(.enabled(if: Script.canInject, "strace is not installed"), arguments: ["EIO", "EMFILE", "ENOMEM"])
    func `to open a source ends the run, and does not pass the source over`(error: String) throws {
        let folder = try Folder()
        let input = try inputs(in: folder)
        let run = try Script.run(
            """
            cd '\(folder.url.path)'
            strace -f -qq -o /dev/null -P '\(input)/f2.jsonl' -e trace=openat -e inject=openat:error=\(error):when=1..2 \\
                "$SLUICE" ingest --store store '\(input)' > /dev/null; echo "ingest=$?"
            "$SLUICE" provenance --json --limit 0 --store store | grep -c f3.jsonl
            "$SLUICE" ingest --json --store store '\(input)' > /dev/null; echo "again=$?"
            """)
        #expect(run.text == "ingest=74\n0\nagain=0\n", "\(run.text) \(run.errors)")
        #expect(run.errors.contains("f2.jsonl"))
    }

    @Test func `for too few open files is no missing input and no place that cannot be written`() throws {
        let folder = try Folder()
        let input = try inputs(in: folder)
        let run = try Script.run(
            """
            cd '\(folder.url.path)'
            for limit in $(seq 10 26); do
                (ulimit -n $limit; "$SLUICE" ingest --store store-$limit '\(input)' > /dev/null 2> errors-$limit)
                code=$?
                case $code in 1|66|73|78) echo "limit $limit: $code"; cat errors-$limit;; esac
            done
            grep -l 'limit of open files' errors-* | wc -l
            """)
        let counted = run.text.split(separator: "\n")
        #expect(counted.count == 1 && (Int(counted.last ?? "") ?? 0) > 0, "\(run.text) \(run.errors)")
    }

    @Test(.enabled(if: Script.canInject, "strace is not installed"))
    func `to lock the store is not another program that writes`() throws {
        let folder = try Folder()
        let input = try inputs(in: folder)
        let run = try Script.run(
            """
            strace -f -qq -o /dev/null -e trace=flock -e inject=flock:error=ENOLCK \\
                "$SLUICE" ingest --store '\(folder.path("store"))' '\(input)' > /dev/null; echo "$?"
            """)
        #expect(run.text == "74\n" && run.errors.contains("cannot lock"), "\(run.text) \(run.errors)")
    }

    @Test(
        .enabled(if: Script.canInject, "strace is not installed"),
        arguments: [("EMFILE", 74), ("EIO", 74), ("EACCES", 66)])
    func `to open the index file does not condemn it`(error: String, exitCode: Int) throws {
        let folder = try Folder()
        let store = folder.path("store")
        let input = try inputs(in: folder)
        let run = try Script.run(
            """
            "$SLUICE" ingest --store '\(store)' '\(input)/f1.jsonl' > /dev/null; echo "$?"
            echo 'another program may read it' > '\(store)/sluice.index'
            refused() { strace -f -qq -o /dev/null -P sluice.index -e trace=openat \\
                -e inject=openat:error=\(error) "$SLUICE" "$@" --store '\(store)'; }
            refused verify > '\(folder.path("said"))'; echo "verify=$?"
            grep -o 'ERROR  index: cannot be checked' '\(folder.path("said"))'
            refused ingest '\(input)' > /dev/null; echo "ingest=$?"
            cat '\(store)/sluice.index'
            """)
        #expect(
            run.text
                == "0\nverify=\(exitCode)\nERROR  index: cannot be checked\ningest=0\nanother program may read it\n",
            "\(run.text) \(run.errors)")
        #expect(run.errors.contains("the store is read instead") && !run.errors.contains("checks failed"))
    }

    @Test(.enabled(if: Script.canInject, "strace is not installed"))
    func `to map the index file, or to read it, does not condemn it either`() throws {
        let folder = try Folder()
        let (store, index) = (folder.path("store"), folder.path("store/sluice.index"))
        // The fewest that are worth an index file, and some.
        let lines = (0..<66_000).map { "{\"text\":\"a\($0) b\($0) c\($0) d\($0) e\($0)\"}\n" }
        let input = try folder.file("a.jsonl", lines.joined())
        let more = try folder.file("b.jsonl", Dump.jsonLines(Dump.texts(3)))
        let run = try Script.run(
            """
            "$SLUICE" ingest --store '\(store)' '\(input)' > /dev/null
            before=$(stat -c %i '\(index)')
            refused() { strace -f -qq -o /dev/null -P '\(index)' -P '\(index).partial' -e trace=$1 -e inject=$1:error=$2 \\
                "$SLUICE" "${@:3}" --store '\(store)'; }
            refused mmap ENOMEM verify | grep -o 'ERROR  index'; echo "mmap=${PIPESTATUS[0]}"
            refused pread64 EIO verify | grep -o 'ERROR  index'; echo "pread64=${PIPESTATUS[0]}"
            refused mmap ENOMEM ingest '\(more)' > /dev/null; echo "ingest=$?"
            test "$(stat -c %i '\(index)')" = "$before" && "$SLUICE" verify --store '\(store)' | grep -o 'ok     index'
            """)
        #expect(
            run.text == "ERROR  index\nmmap=74\nERROR  index\npread64=74\ningest=0\nok     index\n",
            "\(run.text) \(run.errors)")
    }

    @Test(.enabled(if: Script.canInject, "strace is not installed"))
    func `to read the database does not condemn the store`() throws {
        let folder = try Folder()
        let input = try folder.file("a.jsonl", Dump.jsonLines(Dump.texts(1000)))
        let run = try Script.run(
            """
            cd '\(folder.url.path)'
            "$SLUICE" ingest --store store '\(input)' > /dev/null; echo "$?"
            for from in 1 2 4 8 16 32 64; do
                strace -f -qq -o /dev/null -P "$PWD/store/sluice.db" -e trace=pread64 \\
                    -e inject=pread64:error=EIO:when=$from+ "$SLUICE" verify --store store > said-$from
                code=$?
                if grep -q '^FAILED' said-$from || [ $code != 74 ]; then echo "from $from: $code"; cat said-$from; fi
            done
            grep -l '^ERROR .*sluice.db: Input/output error' said-* | wc -l
            """)
        let counted = run.text.split(separator: "\n")
        #expect(counted.count == 2 && (Int(counted.last ?? "") ?? 0) > 1, "\(run.text) \(run.errors)")
        #expect(!run.errors.contains("checks failed"), "\(run.errors)")
    }

    @Test(
        .enabled(if: Script.canInject, "strace is not installed"),
        arguments: ["manifest.json", "SHA256SUMS", "shard-00000.jsonl.zst"])
    func `to read a file of an export does not condemn it`(file: String) throws {
        let folder = try Folder()
        let input = try inputs(in: folder)
        let run = try Script.run(
            """
            cd '\(folder.url.path)'
            "$SLUICE" ingest --store store --origin real '\(input)' > /dev/null
            "$SLUICE" export --store store --output out > /dev/null; echo "$?"
            for options in '' '--store store'; do
                strace -f -qq -o /dev/null -P "$PWD/out/\(file)" -e trace=pread64 -e inject=pread64:error=EIO \\
                    "$SLUICE" verify --export out $options > said; echo "verify=$?"
                grep '^FAILED' said
                grep -q '^ERROR .*cannot read out/\(file)' said && echo said
            done
            """)
        #expect(run.text == "0\nverify=74\nsaid\nverify=74\nsaid\n", "\(run.text) \(run.errors)")
    }

    @Test func `of a copy's disk is not the store's`() throws {
        let folder = try Folder()
        let store = folder.path("store")
        let input = try inputs(in: folder)
        let run = try Script.run(
            """
            "$SLUICE" ingest --store '\(store)' '\(input)' > /dev/null
            (ulimit -f 40; "$SLUICE" backup --store '\(store)' --output '\(folder.path("copy"))'); echo "$?"
            """)
        #expect(run.text == "74\n", "\(run.text) \(run.errors)")
        #expect(run.errors.contains("copy") && !run.errors.contains(store + "/"), "\(run.errors)")
        #expect(!run.errors.contains("not an error"))
    }
}
