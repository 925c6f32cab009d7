#!/usr/bin/env python3
"""Measures the built program beside its yardsticks, in pairs, and prints a table in Markdown.

    bench.py SLUICE [--pairs N] [--dump GLOB] [--large GLOB] [--python PYTHON] [--json FILE]
"""
import argparse
import glob
import json
import os
import sys

import dump
import jobs
import large
from figures import Figures

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SHARED = os.path.join(ROOT, "../shared")
NEAR = os.path.join(ROOT, "Benchmarks/.build/release/near-duplicates")

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("sluice", help="the program, built for release")
parser.add_argument("--pairs", type=int, default=5, help="pairs of a yardstick and ours (default 5)")
parser.add_argument("--dump", help="the WET files to ingest; quoted, as a pattern")
parser.add_argument("--documents", type=int, default=20000, help="documents of a composed dump")
parser.add_argument("--lookups", type=int, default=50, help="documents to look up")
parser.add_argument("--large", help="a large dump, made by recombine.py; quoted, as a pattern")
parser.add_argument("--only-large", action="store_true", help="leave the small dump out")
parser.add_argument("--python", help="a Python that has the peers' packages; see README.md")
parser.add_argument("--json", help="write the figures of every run to this file")
arguments = parser.parse_args()
sluice, figures = os.path.abspath(arguments.sluice), Figures()


def found(pattern):
    files = sorted(glob.glob(pattern))
    return files or sys.exit(f"bench: nothing matches {pattern}")


def files_to_ingest():
    if arguments.dump:
        return found(arguments.dump)
    files = sorted(glob.glob(os.path.join(SHARED, "crawl-sample/wet/*.gz")))
    if not files:
        files = [figures.path("composed.warc.wet.gz")]
        dump.make(files[0], arguments.documents)
    return files


try:
    print(f"{arguments.pairs} pairs, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}; median (lowest–highest)\n")
    print("| what | figure |\n|---|---|")
    if not arguments.only_large:
        files = files_to_ingest()
        jobs.ingest(figures, sluice, files, arguments.pairs)
        jobs.look_ups(figures, sluice, arguments.lookups)
        jobs.export(figures, sluice, arguments.pairs)
        if arguments.python:
            near = NEAR if os.path.exists(NEAR) else None
            jobs.peers(figures, sluice, near, files, os.path.join(SHARED, "crawl-sample/jsonl"),
                       os.path.join(SHARED, "bench"), arguments.python, arguments.pairs)
    if arguments.large:
        sample = found(os.path.join(SHARED, "crawl-sample/jsonl/*.gz"))
        large.measure(figures, sluice, found(arguments.large), sample, arguments.pairs)
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as f:
            runs = {name: [{"wall": r.wall, "cpu": r.cpu, "peak_mb": r.peak_mb} for r in runs]
                    for name, runs in figures.runs.items()}
            json.dump({"rows": figures.rows, "runs": runs}, f, indent=1)
finally:
    figures.remove()
