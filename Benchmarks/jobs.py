"""The jobs that are measured, each beside its yardstick, one after the other in pairs."""
import glob
import json
import os
import shlex
import shutil
import sqlite3

from figures import size_of

TEXTS = "SELECT sum(length(body)), count(*) FROM text"


def quoted(files):
    return " ".join(shlex.quote(f) for f in files)


def ingest(f, sluice, files, pairs):
    """The main job beside `gzip -dc`, with two workers and with one."""
    for _ in range(pairs):
        f.inflated = int(f.run("gzip", f"gzip -dc {quoted(files)} | wc -c", shell=True).output)
        for workers in (2, 1):
            store = f.path(f"store-{workers}")
            shutil.rmtree(store, ignore_errors=True)
            result = f.run(
                f"ingest-{workers}", [sluice, "ingest", "--store", store, "--workers", str(workers), "--json", *files],
                (0, 1))
    summary = json.loads(result.output)
    f.row("input", f"{len(files)} files, {summary['records']} records, {f.inflated / 1e6:.1f} MB inflated")
    f.cost("gzip", "cpu", "`gzip -dc`, CPU s")
    f.cost("gzip", "wall", "`gzip -dc`, wall s")
    for workers in (2, 1):
        f.cost(f"ingest-{workers}", "cpu", f"`sluice ingest --workers {workers}`, CPU s")
        f.ratio(f"ingest-{workers}", "gzip", "cpu", f"ingest with {workers} : gzip, CPU")
        f.cost(f"ingest-{workers}", "wall", f"ingest with {workers}, wall s")
    f.ratio("ingest-2", "gzip", "wall", "ingest with 2 : gzip, wall")
    f.ratio("ingest-2", "ingest-1", "wall", "two workers : one, wall")
    cpu = sorted(f.values("ingest-2", "cpu"))[pairs // 2]
    f.row("documents a CPU second", f"{summary['records'] / cpu:,.0f}")
    f.peak("ingest-2", "peak memory of ingest, MB")
    sizes(f, f.path("store-2"), summary)


def sizes(f, store, summary):
    """What a record takes on disk, with and without its text."""
    connection = sqlite3.connect(f"file:{store}/sluice.db?mode=ro", uri=True)
    texts, count = connection.execute(TEXTS).fetchone()
    connection.close()
    records, database = summary["records"], os.path.getsize(os.path.join(store, "sluice.db"))
    f.row("store, bytes a record", f"{database / records:,.0f}")
    f.row("store without the texts, bytes a record", f"{(database - texts) / records:,.0f}")
    f.row("beside it (the index), bytes a record", f"{(size_of(store) - database) / records:,.0f}")
    f.row("store : bytes of the texts read", f"{database / summary['bytes']['text']:.3f}")
    f.row("a stored text, bytes", f"{texts / count:,.0f}")


def look_ups(f, sluice, count):
    """One document at a time, a process each."""
    store = f.path("store-2")
    listing = f.run("listing", [sluice, "provenance", "--store", store, "--decision", "kept", "--limit", str(count),
                                "--json"])
    for line in listing.output.splitlines():
        f.run("look-up", [sluice, "provenance", "--store", store, "--document", json.loads(line)["document"], "--json"])
    f.cost("look-up", "wall", "look-up of a document, wall s (process start included)", 4)


def export(f, sluice, pairs):
    """Shards beside `zstd -3` over the same lines."""
    store, plain = f.path("store-2"), f.path("plain")
    f.run("plain", [sluice, "export", "--store", store, "--output", plain, "--compression", "none"])
    lines = quoted(sorted(glob.glob(plain + "/*.jsonl")))
    for _ in range(pairs):
        f.run("export", [sluice, "export", "--store", store, "--output", f.path("export")])
        f.run("zstd", f"cat {lines} | zstd -3 -T1 -q -c > {shlex.quote(f.path('all.zst'))}", shell=True)
        exported = sum(os.path.getsize(p) for p in glob.glob(f.path("export", "*.zst")))
        shutil.rmtree(f.path("export"))
    f.cost("export", "cpu", "`sluice export`, read back, CPU s")
    f.cost("zstd", "cpu", "`zstd -3` of the same lines, CPU s")
    f.ratio("export", "zstd", "cpu", "export : zstd, CPU")
    f.row("export : zstd, bytes", f"{exported / os.path.getsize(f.path('all.zst')):.3f}")
    f.peak("export", "peak memory of export, MB")


def peers(f, sluice, near_duplicates, files, lines, scripts, python, pairs):
    """The strongest job that can be glued together from others' parts, and the near-duplicate search alone."""
    f.run("train", [python, f"{scripts}/fasttext_train.py", lines, f.path("toy.bin")])
    for _ in range(pairs):
        shutil.rmtree(f.path("store-p"), ignore_errors=True)
        f.run("whole", [sluice, "ingest", "--store", f.path("store-p"), "--json", *files], (0, 1))
        f.run("assembled", [python, f"{scripts}/assembled.py", f.path("toy.bin"), f.path("glued"), *files])
        f.run("detect", f"{sluice} detect --json {quoted(sorted(glob.glob(lines + '/*.gz')))} > {f.path('detected')}",
              shell=True)
        f.run("predict", [python, f"{scripts}/fasttext_predict.py", lines, f.path("toy.bin")])
        if near_duplicates:
            f.run("near", [near_duplicates, f.path("kept"), *sorted(glob.glob(lines + "/*.gz"))])
            f.run("rensa", [python, f"{scripts}/rensa_dedup.py", lines, f.path("theirs"), "lsh"])
    f.cost("assembled", "cpu", "`assembled.py`, CPU s")
    f.ratio("whole", "assembled", "cpu", "ingest : `assembled.py`, CPU")
    f.cost("predict", "cpu", "fastText's predict, CPU s")
    f.ratio("detect", "predict", "cpu", "`sluice detect --json` : predict, CPU")
    if near_duplicates:
        f.cost("near", "cpu", "near duplicates alone, CPU s")
        f.cost("rensa", "cpu", "`rensa_dedup.py lsh`, CPU s")
        f.ratio("near", "rensa", "cpu", "near duplicates alone : rensa, CPU")
