#!/usr/bin/env python3
"""Holds a store of the bundled sample against Tests/Sample/expected.json: check_sample.py SLUICE STORE"""
import json
import os
import subprocess
import sys
from collections import Counter

sluice, store = sys.argv[1:]
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../Sample/expected.json"), encoding="utf-8") as f:
    expected = json.load(f)
output = subprocess.run([sluice, "provenance", "--store", store, "--limit", "0", "--json"],
                        capture_output=True, check=True, text=True).stdout
rows = [json.loads(line) for line in output.splitlines()]

failures = []


def hold(what, found, wanted):
    if found != wanted:
        failures.append(f"{what}: found {found}, expected {wanted}")


def name_of(record_id):
    return (record_id or "").removeprefix("<urn:uuid:").removesuffix(">")


decisions = Counter(row["decision"] for row in rows)
hold("records", len(rows), expected["records"])
hold("kept", decisions["kept"], expected["kept"])
hold("sequence numbers", [row["seq"] for row in rows], list(range(1, len(rows) + 1)))
hold("rejected by reason", dict(Counter(r["reason"] for r in rows if r["decision"] == "rejected")), expected["rejected"])
hold("duplicates by kind", dict(Counter(r["duplicateOf"]["kind"] for r in rows if r["decision"] == "duplicate")),
     expected["duplicates"])

by_name = {name_of(row["record"]["id"]): row for row in rows}
by_seq = {row["seq"]: row for row in rows}
for pair in expected["pairs"]:
    copy, original = by_name.get(pair["copy"]), by_name.get(pair["original"])
    if copy is None or original is None:
        failures.append(f"a planted pair is missing: {pair}")
    elif pair["kind"] == "below":
        hold(f"the copy below the threshold {pair['copy']}", copy["decision"], "kept")
    else:
        hold(f"the copy {pair['copy']}", copy["decision"], "duplicate")
        match = copy.get("duplicateOf") or {}
        hold(f"what {pair['copy']} repeats", match.get("seq"), original["seq"])
        if abs(match.get("similarity", 0) - pair["jaccard"]) > .02:
            failures.append(f"similarity of {pair['copy']}: {match.get('similarity')}, expected {pair['jaccard']}")
for row in rows:
    if row["decision"] == "duplicate":
        earlier = by_seq[row["duplicateOf"]["seq"]]
        if earlier["seq"] >= row["seq"] or earlier["decision"] != "kept":
            failures.append(f"row {row['seq']} repeats {earlier['seq']}, which is no earlier kept document")

for failure in failures:
    print(f"check_sample: {failure}", file=sys.stderr)
if failures:
    sys.exit(1)
print(f"check_sample: {len(rows)} rows are as planted")
