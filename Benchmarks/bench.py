#!/usr/bin/env python3
"""Measures the built program: bench.py SLUICE [--pairs N] [--dump GLOB] [--documents N] [--json FILE]"""
import argparse
import glob
import json
import os
import shlex
import shutil
import statistics
import sys
import tempfile

import dump
from measure import run

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("sluice", help="the program, built for release")
parser.add_argument("--pairs", type=int, default=5, help="pairs of gzip and ingest (default 5)")
parser.add_argument("--dump", help="the WET files to ingest; quoted, as a pattern")
parser.add_argument("--documents", type=int, default=20000, help="documents of a composed dump")
parser.add_argument("--lookups", type=int, default=50, help="documents to look up")
parser.add_argument("--json", help="write the figures of every run to this file")
arguments = parser.parse_args()

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sluice = os.path.abspath(arguments.sluice)
work = tempfile.mkdtemp(prefix="sluice-bench-")
store, figures = os.path.join(work, "store"), {}


def median(runs, of):
    return statistics.median(getattr(r, of) for r in runs)


def spread(values, digits=2):
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def must(result, what, codes=(0,)):
    if result.code not in codes:
        sys.exit(f"bench: {what} ended with exit code {result.code}")
    return result


def keep(name, runs):
    figures[name] = [{"wall": r.wall, "cpu": r.cpu, "peak_mb": r.peak_mb} for r in runs]
    return runs


def files_to_ingest():
    files = sorted(glob.glob(arguments.dump or os.path.join(ROOT, "../shared/crawl-sample/wet/*.gz")))
    if files:
        return files
    if arguments.dump:
        sys.exit(f"bench: nothing matches {arguments.dump}")
    path = os.path.join(work, "composed.warc.wet.gz")
    dump.make(path, arguments.documents)
    return [path]


def measure_ingest(files):
    quoted = " ".join(shlex.quote(f) for f in files)
    inflations, ingests = [], []
    for _ in range(arguments.pairs):
        inflations.append(must(run(f"gzip -dc {quoted} | wc -c", shell=True), "gzip"))
        shutil.rmtree(store, ignore_errors=True)
        ingests.append(must(run([sluice, "ingest", "--store", store, "--json", *files]), "ingest", (0, 1)))
    summary = json.loads(ingests[-1].output)
    return keep("gzip", inflations), keep("ingest", ingests), summary, int(inflations[0].output)


def measure_lookups():
    listing = must(run([sluice, "provenance", "--store", store, "--decision", "kept", "--limit",
                        str(arguments.lookups), "--json"]), "provenance")
    documents = [json.loads(line)["document"] for line in listing.output.splitlines()]
    return keep("lookup", [must(run([sluice, "provenance", "--store", store, "--document", d, "--json"]), "look-up")
                           for d in documents])


def measure_export():
    exports, compressions = [], []
    plain = os.path.join(work, "plain")
    must(run([sluice, "export", "--store", store, "--output", plain, "--compression", "none"]), "export")
    lines = " ".join(shlex.quote(f) for f in sorted(glob.glob(plain + "/*.jsonl")))
    for number in range(max(3, arguments.pairs)):
        place = os.path.join(work, f"export-{number}")
        exports.append(must(run([sluice, "export", "--store", store, "--output", place]), "export"))
        compressions.append(must(run(f"cat {lines} | zstd -3 -T1 -q -c > {shlex.quote(work)}/all.zst", shell=True),
                                 "zstd"))
        shutil.rmtree(place)
    return keep("export", exports), keep("zstd", compressions)


try:
    files = files_to_ingest()
    inflations, ingests, summary, inflated = measure_ingest(files)
    lookups = measure_lookups()
    exports, compressions = measure_export()
    records = summary["records"]
    ratios = [i.cpu / g.cpu for i, g in zip(ingests, inflations)]
    export_ratios = [e.cpu / z.cpu for e, z in zip(exports, compressions)]
    store_bytes = sum(os.path.getsize(os.path.join(store, f)) for f in os.listdir(store))
    rows = [
        ("input", f"{len(files)} files, {records} records, {inflated / 1e6:.1f} MB inflated"),
        ("`gzip -dc`, CPU s", spread([r.cpu for r in inflations])),
        ("`sluice ingest`, CPU s", spread([r.cpu for r in ingests])),
        ("ingest : gzip, CPU, pair by pair", spread(ratios)),
        ("ingest, wall s", spread([r.wall for r in ingests])),
        ("documents a CPU second", f"{records / median(ingests, 'cpu'):,.0f}"),
        ("documents a second", f"{records / median(ingests, 'wall'):,.0f}"),
        ("peak memory of ingest, MB", f"{max(r.peak_mb for r in ingests):.0f}"),
        ("store, bytes a record", f"{store_bytes / records:,.0f}"),
        ("look-up of a document, ms wall (process start included)", spread([1000 * r.wall for r in lookups], 1)),
        ("`sluice export` (zstd, read back), CPU s", spread([r.cpu for r in exports])),
        ("`zstd -3` of the same lines, CPU s", spread([r.cpu for r in compressions])),
        ("export : zstd, CPU, pair by pair", spread(export_ratios)),
        ("peak memory of export, MB", f"{max(r.peak_mb for r in exports):.0f}"),
    ]
    print(f"{arguments.pairs} pairs, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}; median (lowest–highest)\n")
    print("| what | figure |\n|---|---|")
    for what, figure in rows:
        print(f"| {what} | {figure} |")
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as f:
            json.dump({"summary": summary, "runs": figures}, f, indent=1)
finally:
    shutil.rmtree(work, ignore_errors=True)
