#!/usr/bin/env python3
"""Recomputes an export from its files alone, without any of Sluice's code: recompute_cap.py DIRECTORY

Reads every line of every shard, adds the masses exactly, those by the audits too, and holds the sums against the cap and
the manifest. Counts the words itself for a rough check of the tokens. Standard library, and `zstandard` or the `zstd` program.
"""
import gzip
import hashlib
import io
import json
import math
import os
import re
import subprocess
import sys
from contextlib import contextmanager
from decimal import Decimal

directory = sys.argv[1]
WORD = re.compile(r"\w+")
RAW_LIMIT = 256_000_000
failures = []


def hold(what, condition, detail=""):
    if not condition:
        failures.append(f"{what} {detail}")


@contextmanager
def lines_of(path):
    if path.endswith(".gz"):
        with gzip.open(path, "rb") as f:
            yield f
    elif path.endswith(".zst"):
        try:
            import zstandard
            with open(path, "rb") as f, io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(f)) as g:
                yield g
        except ImportError:
            with subprocess.Popen(["zstd", "-dcq", path], stdout=subprocess.PIPE) as process:
                yield process.stdout
            hold(f"{path}: zstd", process.returncode == 0)
    else:
        with open(path, "rb") as f:
            yield f


def digest_of(path):
    with open(path, "rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest() if hasattr(hashlib, "file_digest") \
            else hashlib.sha256(f.read()).hexdigest()


def thousandths(number):
    scaled = Decimal(number) * 1000
    assert scaled == int(scaled), f"{number} has more than three decimals"
    return int(scaled)


with open(os.path.join(directory, "manifest.json"), encoding="utf-8") as f:
    manifest = json.load(f, parse_float=Decimal)
cap_ppm = int(Decimal(manifest["cap"]) * 1_000_000)
hold("cap and cap_ppm", cap_ppm == manifest["cap_ppm"])

audits = manifest["audit"]["stretches"]


def at_most(sluice, synthetic):
    """What a document counts for by the audit of those that came with it, in thousandths of a token, and whether it holds."""
    kinds = {piece["kind"] for piece in sluice["evidence"]}
    is_judged = sluice["origin"] == "detected" or (sluice["origin"], sluice["verdict"]) == ("reviewed", "uncertain")
    if not is_judged or kinds & {"capture-date", "declared", "abstained"}:
        return synthetic, True
    text = sum(piece["weight"] for piece in sluice["evidence"] if piece["kind"] not in ("prior", "declared", "reviewed"))
    audit = next(audit for audit in audits if audit["first"] <= sluice["seq"] <= audit["last"])
    if audit["reason"] == "anchors-look-synthetic":
        return synthetic, False
    upper = min(max(float(audit["upper"]), 1e-6), 1 - 1e-6)
    odds = math.log(upper / (1 - upper)) + float(text)
    return max(synthetic, math.floor(.5 + 1000 * sluice["tokens"] / (1 + math.exp(-odds)))), True


with open(os.path.join(directory, "SHA256SUMS"), encoding="utf-8") as f:
    sums = dict(reversed(line.rstrip("\n").split("  ", 1)) for line in f)
hold("the files are those of SHA256SUMS", set(os.listdir(directory)) == set(sums) | {"SHA256SUMS"})
for name, digest in sums.items():
    hold(f"{name}: digest", digest_of(os.path.join(directory, name)) == digest)

ids, totals = set(), {"documents": 0, "tokens": 0, "words": 0, "real": 0, "synthetic": 0, "uncertain": 0,
               "synthetic_at_most": 0}
for shard in manifest["shards"]:
    path = os.path.join(directory, shard["name"])
    found = dict.fromkeys(totals, 0)
    raw, has_bound = 0, True
    with lines_of(path) as lines:
        for line in lines:
            raw += len(line)
            document = json.loads(line, parse_float=Decimal)
            sluice = document["metadata"]["sluice"]
            text = document["text"].encode("utf-8")
            hold(f"{document['id']}: is the digest of its text", hashlib.sha256(text).hexdigest() == document["id"])
            hold(f"{document['id']}: is there once", document["id"] not in ids)
            ids.add(document["id"])
            real, synthetic = thousandths(sluice["real"]), thousandths(sluice["synthetic"])
            hold(f"{document['id']}: mass", real >= 0 and synthetic >= 0
                 and real + synthetic == 1000 * sluice["tokens"])
            found["documents"] += 1
            found["tokens"] += sluice["tokens"]
            found["words"] += len(WORD.findall(document["text"]))
            found["real"] += real
            found["synthetic"] += synthetic
            most, holds = at_most(sluice, synthetic)
            found["synthetic_at_most"] += most
            has_bound = has_bound and holds
            found["uncertain"] += sluice["tokens"] if sluice["verdict"] == "uncertain" else 0
    name = shard["name"]
    hold(f"{name}: over the cap", found["synthetic"] * 1_000_000 <= cap_ppm * found["real"])
    hold(f"{name}: raw size", raw == shard["raw_bytes"] <= RAW_LIMIT, f"{raw}")
    hold(f"{name}: size", os.path.getsize(path) == shard["bytes"])
    hold(f"{name}: digest", sums.get(name) == shard["sha256"])
    for key in ("documents", "tokens", "uncertain"):
        hold(f"{name}: {key}", found[key] == shard[key], f"{found[key]} against {shard[key]}")
    for key in ("real", "synthetic"):
        hold(f"{name}: {key}", found[key] == thousandths(shard[key]), f"{found[key]} against {shard[key]}")
    ratio = Decimal(found["synthetic"]) / found["real"]
    hold(f"{name}: ratio", abs(ratio - shard["ratio"]) <= Decimal("0.0000005"))
    most = found["synthetic_at_most"]
    hold(f"{name}: synthetic_at_most", most == thousandths(shard["synthetic_at_most"]))
    bound = Decimal(most) / (1000 * found["tokens"] - most)
    hold(f"{name}: bound over the cap", not manifest["audit"]["enforced"] or bound <= manifest["cap"])
    hold(f"{name}: bound", abs(bound - shard["bound"]) <= Decimal("0.0000005") if has_bound else shard["bound"] is None)
    print(f"{name}: {found['documents']} documents, {found['tokens']} tokens, ratio {ratio:.6f}, cap {manifest['cap']}")
    for key in totals:
        totals[key] += found[key]

for key in ("documents", "tokens", "uncertain"):
    hold(f"manifest: {key}", totals[key] == manifest[key])
for key in ("real", "synthetic"):
    hold(f"manifest: {key}", totals[key] == thousandths(manifest[key]))
hold("manifest: synthetic_at_most", totals["synthetic_at_most"] == thousandths(manifest["synthetic_at_most"]))
hold("no documents", totals["documents"] > 0)
share = totals["words"] / max(totals["tokens"], 1)
hold("tokens are words", .8 <= share <= 1.25, f"{totals['words']} words, {totals['tokens']} tokens")

for failure in failures[:20]:
    print(f"recompute_cap: {failure}", file=sys.stderr)
if failures:
    sys.exit(1)
print(f"recompute_cap: {totals['documents']} documents, {totals['words']} words, every file under its cap")
