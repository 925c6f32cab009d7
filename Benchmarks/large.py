"""The same on a dump of a million documents, made by recombine.py: what grows, and what must not."""
import glob
import json
import os
import shutil
import sys

from jobs import quoted, sizes

HERE = os.path.dirname(os.path.abspath(__file__))


def measure(f, sluice, files, sample, pairs):
    """One ingest of everything, then 20,000 new documents at a time into it and into an empty store."""
    f.run("gzip-large", f"gzip -dc {quoted(files)} | wc -c", shell=True)
    store = f.path("large")
    summary = json.loads(f.run("ingest-large", [sluice, "ingest", "--store", store, "--json", *files], (0, 1)).output)
    f.row("input", f"{len(files)} files, {summary['records']} records, {summary['kept']} kept")
    f.cost("gzip-large", "cpu", "`gzip -dc`, CPU s")
    f.cost("ingest-large", "cpu", "`sluice ingest`, CPU s")
    f.ratio("ingest-large", "gzip-large", "cpu", "ingest : gzip, CPU")
    f.cost("ingest-large", "wall", "ingest, wall s")
    f.ratio("ingest-large", "gzip-large", "wall", "ingest : gzip, wall")
    rate = summary["records"] / f.values("ingest-large", "cpu")[0]
    f.row("documents a CPU second", f"{rate:,.0f}")
    f.peak("ingest-large", "peak memory of ingest, MB")
    sizes(f, store, summary)
    more(f, sluice, store, sample, pairs, rate)
    f.run("verify", [sluice, "verify", "--store", store, "--json"])
    f.cost("verify", "wall", "`sluice verify`, wall s")
    f.peak("verify", "peak memory of verify, MB")
    f.run("detect-large", f"{sluice} detect --json {quoted(files)} > /dev/null", shell=True)
    f.cost("detect-large", "wall", "`sluice detect --json`, wall s")
    f.peak("detect-large", "peak memory of detect, MB")
    for _ in range(3):
        f.run("nothing", [sluice, "ingest", "--store", store, "--json", more_dump(f, sample, 99, 1)])
    f.cost("nothing", "wall", "one document into it, wall s, process start included")


def more_dump(f, sample, seed, documents):
    out = f.path(f"more-{seed}-{documents}")
    if not os.path.isdir(out):
        f.run("recombine", [sys.executable, os.path.join(HERE, "recombine.py"), *sample, "--documents", str(documents),
                            "--output", out, "--format", "wet", "--files", "1", "--seed", str(seed)])
    return sorted(glob.glob(out + "/*"))[0]


def more(f, sluice, store, sample, pairs, rate):
    for number in range(pairs):
        dump = more_dump(f, sample, 100 + number, 20_000)
        f.run("into-large", [sluice, "ingest", "--store", store, "--json", dump])
        shutil.rmtree(f.path("empty"), ignore_errors=True)
        f.run("into-empty", [sluice, "ingest", "--store", f.path("empty"), "--json", dump])
    f.cost("into-large", "cpu", "20,000 new documents into it, CPU s")
    f.ratio("into-large", "into-empty", "cpu", "the same : into an empty store, CPU")
    small = 20_000 / sorted(f.values("into-empty", "cpu"))[pairs // 2]
    f.row("documents a CPU second, all : those 20,000 into an empty store", f"{rate / small:.2f}")
