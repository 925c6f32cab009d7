#!/usr/bin/env python3
"""Makes the bundled sample: sample.warc.wet.gz, sample.jsonl.gz and expected.json, which says what is in them.

Deterministic, standard library only. `--check` compares what would be made with expected.json and the files that are
there, and writes nothing. The texts are written for this project; paragraphs.txt and genres.py hold them.
"""
import gzip
import hashlib
import json
import os
import re
import struct
import sys
import uuid
import zlib

from genres import HUMAN, LEFTOVERS, SLOTS, SYNTHETIC

HERE = os.path.dirname(os.path.abspath(__file__))
WORD = re.compile(r"\w+")
NEAR_AT_LEAST, BELOW_AT_MOST, UNPLANNED_UNDER = .76, .66, .5


class Picker:
    """Random choices from SHA-256 in counter mode: the same on every Python, today and later."""

    def __init__(self, seed):
        self.seed, self.count = seed, 0

    def below(self, n):
        self.count += 1
        digest = hashlib.sha256(f"{self.seed}/{self.count}".encode()).digest()
        return int.from_bytes(digest[:8], "big") % n

    def one(self, items):
        return items[self.below(len(items))]

    def some(self, items, count):
        left = list(range(len(items)))
        taken = sorted(left.pop(self.below(len(left))) for _ in range(min(count, len(items))))
        return [items[i] for i in taken]


def expand(sentence, pick, fixed):
    """A sentence with its alternatives and slots filled in."""
    def slot(match):
        name = match.group(1)
        if name not in fixed or not name[-1].isdigit():
            taken = {v for k, v in fixed.items() if k.rstrip("0123456789") == name.rstrip("0123456789")}
            free = [w for w in SLOTS[name.rstrip("0123456789")] if w not in taken]
            value = pick.one(free)
            if not name[-1].isdigit():
                return value
            fixed[name] = value
        return fixed[name]

    while "[" in sentence and "|" in sentence:
        sentence = re.sub(r"\[([^\[\]]*\|[^\[\]]*)\]", lambda m: pick.one(m.group(1).split("|")), sentence, count=1)
    sentence = re.sub(r"\{(\w+)\}", slot, sentence)
    return sentence[0].upper() + sentence[1:]


def compose(genre, pick, sentences):
    fixed = {}
    chosen = pick.some(genre, sentences)
    lines = [expand(s, pick, fixed) for s in chosen]
    cut = pick.below(len(lines))
    return " ".join(lines[:cut]) + ("\n" if cut else "") + " ".join(lines[cut:])


def paragraphs():
    with open(os.path.join(HERE, "paragraphs.txt"), encoding="utf-8") as f:
        text = re.sub(r"^#.*\n", "", f.read(), flags=re.M)
    out = {}
    for block in text.split("\n----\n"):
        kind, _, body = block.strip().partition("\n")
        out.setdefault(kind, []).append(body)
    return out


def near_copy(text, pick, changes):
    """`text` with `changes` words replaced, far apart from each other."""
    words = text.split(" ")
    step = len(words) // changes
    for i in range(changes):
        words[i * step + pick.below(max(step // 3, 1))] = pick.one(SLOTS["colour"]) + "ish"
    return " ".join(words)


def shouted(text):
    """The same words in other clothes: case, white space and punctuation."""
    return text.upper().replace(". ", " --  ").replace(", ", " ,\n")


def shingles(text):
    words = WORD.findall(text.lower())
    return {tuple(words[i:i + 5]) for i in range(len(words) - 4)} or {tuple(words)}


def jaccard(a, b):
    both = len(a & b)
    return both / (len(a) + len(b) - both)


def capture_date(pick, first_year, years):
    return (f"{first_year + pick.below(years)}-{1 + pick.below(12):02}-{1 + pick.below(28):02}"
            f"T{pick.below(24):02}:{pick.below(60):02}:{pick.below(60):02}Z")


class Sample:
    """The documents of both files in order, and what is planted among them."""

    def __init__(self):
        self.wet, self.jsonl, self.pairs, self.number = [], [], [], 0

    def document(self, text, pick, first_year=2013, years=9, host=None, metadata=None):
        self.number += 1
        host = host or pick.one(["creek", "valley", "harbour", "hill", "quay", "orchard"]) + f"{pick.below(14)}.example"
        url = f"https://{host}/{pick.one(['notes', 'log', 'page', 'archive'])}/{self.number}"
        identity = str(uuid.UUID(bytes=hashlib.sha256(f"sample/{self.number}".encode()).digest()[:16], version=4))
        return {"id": identity, "url": url, "date": capture_date(pick, first_year, years), "text": text,
                "metadata": metadata or {}}

    def plant(self, kind, copy, original):
        similarity = jaccard(shingles(copy["text"]), shingles(original["text"]))
        fits = {"exact": similarity == 1, "near": NEAR_AT_LEAST <= similarity < 1,
                "below": .5 <= similarity <= BELOW_AT_MOST}[kind]
        assert fits, f"planted {kind} pair has a similarity of {similarity:.3f}: {copy['text'][:60]}"
        self.pairs.append({"copy": copy["id"], "original": original["id"], "kind": kind,
                           "jaccard": round(similarity, 4)})


def build():
    sample, pick, texts = Sample(), Picker("sluice sample 1"), paragraphs()
    wet, jsonl = sample.wet, sample.jsonl

    # The dump: people, from before and after the chat models.
    for i, text in enumerate(texts["prose"][:20] + texts["language"][:5] + texts["code"][:3] + texts["short"][:6]):
        wet.append(sample.document(text, pick, first_year=2014 if i % 3 else 2023, years=8 if i % 3 else 2))
    genres = sorted(HUMAN)
    for i in range(150):
        text = compose(HUMAN[genres[i % len(genres)]], pick, 7 + pick.below(4))
        wet.append(sample.document(text, pick, first_year=2013 if i % 4 else 2023, years=9 if i % 4 else 2))
    # Machine-written pages that nobody labelled; one host fills up with them.
    for i in range(20):
        genre = SYNTHETIC[sorted(SYNTHETIC)[i % 3]]
        text = compose(genre, pick, 7)
        leftover = expand(LEFTOVERS[i % len(LEFTOVERS)], pick, {})
        text = text + "\n" + leftover if i % 2 else leftover + "\n" + text
        wet.append(sample.document(text, pick, 2023, 2, host="daily-insights.example" if i % 3 else None))
    order = Picker("order")
    wet.sort(key=lambda d: hashlib.sha256(d["id"].encode()).digest() + bytes([order.below(256)]))

    # The labelled set: machine-written with its generator, and people's.
    for i in range(40):
        text = compose(SYNTHETIC[sorted(SYNTHETIC)[i % 3]], pick, 6 + pick.below(3))
        label = {"generator": pick.one(["model-a-7b", "model-b-chat", "model-c-large"])}
        if i % 4:
            label["synthetic"] = True
        jsonl.append(sample.document(text, pick, 2023, 2, metadata=label))
    for i, text in enumerate(texts["prose"][20:] + texts["language"][5:] + texts["code"][3:] + texts["short"][6:]):
        jsonl.append(sample.document(text, pick, 2015, 9, metadata={"synthetic": False} if i % 2 else None))
    for i in range(70):
        text = compose(HUMAN[genres[(5 * i) % len(genres)]], pick, 7 + pick.below(4))
        jsonl.append(sample.document(text, pick, 2015, 9, metadata={"synthetic": False} if i % 2 else None))
    jsonl.sort(key=lambda d: hashlib.sha256(d["id"].encode()).digest())

    # Copies, each behind its original.
    long = [d for d in wet if len(WORD.findall(d["text"])) > 75]
    originals = pick.some(long[:130], 24)
    for i, original in enumerate(originals):
        if i < 8:
            kind, text = "exact", original["text"] if i % 2 else shouted(original["text"])
        elif i < 20:
            kind, text = "near", near_copy(original["text"], pick, max(1, len(original["text"].split()) // 45))
        else:
            kind, text = "below", near_copy(original["text"], pick, len(original["text"].split()) // 19)
        copy = sample.document(text, pick)
        sample.plant(kind, copy, original)
        target = wet if i % 3 else jsonl
        target.insert(wet.index(original) + 5 + pick.below(20) if target is wet else pick.below(len(jsonl)), copy)
    for original in pick.some([d for d in jsonl[:60] if len(WORD.findall(d["text"])) > 75
                               and d["id"] not in {p["copy"] for p in sample.pairs}], 4):
        copy = sample.document(near_copy(original["text"], pick, 2), pick, metadata=dict(original["metadata"]))
        sample.plant("near", copy, original)
        jsonl.append(copy)
    return sample


def check_pairs(sample):
    """No two documents that were not planted as a pair, or as copies of one original, are near each other."""
    documents = sample.wet + sample.jsonl
    root = {d["id"]: d["id"] for d in documents}
    for pair in sample.pairs:
        root[pair["copy"]] = root[pair["original"]]
    sets = [shingles(d["text"]) for d in documents]
    highest = 0
    for i, a in enumerate(sets):
        for j in range(i):
            if root[documents[i]["id"]] != root[documents[j]["id"]] and not a.isdisjoint(sets[j]):
                highest = max(highest, jaccard(a, sets[j]))
                assert highest < UNPLANNED_UNDER, f"{documents[i]['text'][:80]!r} / {documents[j]['text'][:80]!r}"
    return highest


def member(data):
    """One gzip member without a time or a name."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = deflate.compress(data) + deflate.flush()
    return (b"\x1f\x8b\x08\0\0\0\0\0\x02\xff" + body
            + struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF))


def warc_record(kind, fields, payload):
    lines = ["WARC/1.0", f"WARC-Type: {kind}"] + [f"{k}: {v}" for k, v in fields.items()]
    lines += [f"Content-Length: {len(payload)}", "", ""]
    return "\r\n".join(lines).encode() + payload + b"\r\n\r\n"


def wet_records(sample):
    """The WET file's records, warcinfo first; the ones that carry no text to keep stand among the others."""
    made = "2025-01-15T12:00:00Z"
    info = b"Software: Tests/Sample/make_sample.py\r\nDescription: texts written for Sluice\r\n"
    records = [("info", warc_record("warcinfo", {
        "WARC-Date": made, "WARC-Record-ID": "<urn:uuid:5a0f2f3e-0000-4000-8000-000000000000>",
        "Content-Type": "application/warc-fields"}, info))]
    for d in sample.wet:
        records.append(("document", warc_record("conversion", {
            "WARC-Target-URI": d["url"], "WARC-Date": d["date"], "WARC-Record-ID": f"<urn:uuid:{d['id']}>",
            "Content-Type": "text/plain"}, d["text"].encode())))

    def odd(reason, kind, content_type, payload, number):
        fields = {"WARC-Target-URI": f"https://odd.example/{number}", "WARC-Date": made,
                  "WARC-Record-ID": f"<urn:uuid:5a0f2f3e-0000-4000-8000-{number:012}>", "Content-Type": content_type}
        return reason, warc_record(kind, fields, payload)

    damaged = sample.document(compose(HUMAN["ship's log"], Picker("damaged"), 8), Picker("damaged"))
    odds = [
        (20, odd("no-words", "conversion", "text/plain", " *** --- ... !!!\n".encode(), 1)),
        (60, odd("unsupported-record-type", "metadata", "application/warc-fields", b"fetchTimeMs: 140\r\n", 2)),
        (100, ("damaged-member", warc_record("conversion", {
            "WARC-Target-URI": damaged["url"], "WARC-Date": damaged["date"],
            "WARC-Record-ID": f"<urn:uuid:{damaged['id']}>", "Content-Type": "text/plain"}, damaged["text"].encode()))),
        (140, odd("not-text", "resource", "image/png", b"\x89PNG\r\n\x1a\n" + bytes(range(64)), 3)),
    ]
    for place, record in odds:
        records.insert(place, record)
    return records


def json_lines(sample):
    """The JSONL file's lines; the ones that carry no text to keep stand among the others."""
    lines = []
    for d in sample.jsonl:
        line = {"id": d["id"], "text": d["text"], "source": "sample", "created": d["date"],
                "metadata": {"url": d["url"], **d["metadata"]}}
        lines.append(("document", json.dumps(line, ensure_ascii=False).encode()))
    for place, line in [
        (15, ("invalid-json", b'{"id": "broken", "text": "a line that was cut off in the')),
        (40, ("missing-text", b'{"id": "no-text", "metadata": {"url": "https://odd.example/none"}}')),
        (70, ("not-an-object", b'["a", "list"]')),
        (90, ("blank", b"")),
    ]:
        lines.insert(place, line)
    return lines


def write_files(wet, lines):
    with open(os.path.join(HERE, "sample.warc.wet.gz"), "wb") as f:
        for kind, record in wet:
            data = bytearray(member(record))
            if kind == "damaged-member":
                middle = len(data) // 2
                data[middle:middle + 24] = bytes(b ^ 0x5A for b in data[middle:middle + 24])
            f.write(data)
    with open(os.path.join(HERE, "sample.jsonl.gz"), "wb") as f:
        f.write(member(b"\n".join(line for _, line in lines) + b"\n"))


def counts(name, entries, documents, pairs):
    reasons = sorted({kind for kind, _ in entries} - {"document", "info", "blank"})
    rejected = {reason: sum(kind == reason for kind, _ in entries) for reason in reasons}
    ids = {d["id"] for d in documents}
    duplicates = {k: sum(p["kind"] == k and p["copy"] in ids for p in pairs) for k in ("exact", "near")}
    return {"name": name, "records": len(documents) + sum(rejected.values()),
            "kept": len(documents) - sum(duplicates.values()), "duplicates": duplicates, "rejected": rejected,
            "content_sha256": hashlib.sha256(b"".join(data for _, data in entries)).hexdigest()}


def main():
    sample = build()
    highest = check_pairs(sample)
    wet, lines = wet_records(sample), json_lines(sample)
    sources = [counts("sample.warc.wet.gz", wet, sample.wet, sample.pairs),
               counts("sample.jsonl.gz", lines, sample.jsonl, sample.pairs)]
    declared = sum(bool(d["metadata"].get("synthetic", "generator" in d["metadata"])) for d in sample.jsonl)
    expected = {
        "about": "what make_sample.py planted; the sources are ingested in this order",
        "records": sum(s["records"] for s in sources), "kept": sum(s["kept"] for s in sources),
        "duplicates": {k: sum(s["duplicates"][k] for s in sources) for k in ("exact", "near")},
        "rejected": {k: v for s in sources for k, v in s["rejected"].items()},
        "declared_synthetic": declared, "highest_unplanned_jaccard": round(highest, 4),
        "sources": sources, "pairs": sample.pairs,
    }
    text = json.dumps(expected, indent=1) + "\n"
    path = os.path.join(HERE, "expected.json")
    if "--check" in sys.argv:
        with open(path, encoding="utf-8") as f:
            assert f.read() == text, "expected.json is not what make_sample.py makes: run it and look at the difference"
        with gzip.open(os.path.join(HERE, "sample.jsonl.gz")) as f:
            digest = hashlib.sha256(b"".join(f.read().splitlines())).hexdigest()
            assert digest == sources[1]["content_sha256"], "sample.jsonl.gz is not what make_sample.py makes"
        print(f"sample: {expected['records']} records, as expected")
        return
    write_files(wet, lines)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    size = sum(os.path.getsize(os.path.join(HERE, n)) for n in ("sample.warc.wet.gz", "sample.jsonl.gz"))
    print(json.dumps({k: expected[k] for k in ("records", "kept", "duplicates", "rejected", "declared_synthetic",
                                               "highest_unplanned_jaccard")}), f"{size} bytes")


if __name__ == "__main__":
    main()
