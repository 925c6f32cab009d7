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
}
