#!/usr/bin/env python3
"""Makes a dump of any size out of a smaller one by page recombination.

    recombine.py SAMPLE.jsonl[.gz]... --documents 1000000 --output DIR [--format wet|jsonl] [--files 4] [--seed 1]

A document is put together from pieces of about eight pages of the sample, so its words, its lengths and its languages
are theirs, while no two documents share more than a piece. As in the sample, some repeat an earlier one: 6.5 % word for
word, 23.5 % with a small change. The same seed and sample give the same bytes. Needs no memory but the sample's.
"""
import argparse, gzip, hashlib, json, os, random, sys, zlib


def pages(paths):
    """The pages of the sample, each as a list of pieces of about forty words."""
    for path in paths:
        opened = gzip.open(path, "rt", encoding="utf-8") if path.endswith(".gz") else open(path, encoding="utf-8")
        with opened as lines:
            for line in lines:
                words = json.loads(line)["text"].split()
                if len(words) >= 40:
                    yield [" ".join(words[i:i + 40]) for i in range(0, len(words) - 39, 40)]


def text_of(number, seed, sample):
    """The text of document `number`, a function of the seed and the number alone; and whether it repeats another."""
    r = random.Random(seed * 1_000_003 + number)
    kind = r.random()
    if number > 100 and kind < 0.30:
        original = number - r.randrange(1, min(number, 20_000))
        text, repeats = text_of(original, seed, sample)
        if not repeats and kind < 0.065:
            return text, True
        if not repeats:
            words = text.split(" ")
            for _ in range(max(1, len(words) // 150)):
                words[r.randrange(len(words))] = f"v{r.randrange(10 ** 6)}"
            return " ".join(words), True
    pieces = []
    for _ in range(8):
        page = sample[r.randrange(len(sample))]
        length = max(1, (len(page) + 7) // 8)
        start = r.randrange(max(1, len(page) - length + 1))
        pieces += page[start:start + length]
    r.shuffle(pieces)
    return " ".join(pieces), False


def wet(number, seed, text):
    body = text.encode()
    name = hashlib.md5(f"{seed}/{number}".encode()).hexdigest()
    head = (f"WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Target-URI: https://h{number % 9973}.example/{seed}/{number}\r\n"
            f"WARC-Date: 2024-05-18T01:58:10Z\r\nWARC-Record-ID: <urn:uuid:{name[:8]}-{name[8:12]}-4{name[13:16]}"
            f"-8{name[17:20]}-{name[20:]}>\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n\r\n")
    deflate = zlib.compressobj(6, zlib.DEFLATED, 31)
    return deflate.compress(head.encode() + body + b"\r\n\r\n") + deflate.flush()


def jsonl(number, seed, text):
    return json.dumps({"id": f"{seed}-{number}", "text": text,
                       "metadata": {"url": f"https://h{number % 9973}.example/{seed}/{number}"}}).encode() + b"\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sample", nargs="+")
    parser.add_argument("--documents", type=int, required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--format", choices=["wet", "jsonl"], default="wet")
    parser.add_argument("--files", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    sample = list(pages(arguments.sample))
    if not sample:
        sys.exit("recombine: the sample has no page of forty words")
    os.makedirs(arguments.output, exist_ok=True)
    ending, form = ("warc.wet.gz", wet) if arguments.format == "wet" else ("jsonl", jsonl)
    for file in range(arguments.files):
        first = arguments.documents * file // arguments.files
        last = arguments.documents * (file + 1) // arguments.files
        path = os.path.join(arguments.output, f"part-{file:04d}.{ending}")
        with open(path + ".partial", "wb", buffering=1 << 20) as output:
            for number in range(first, last):
                output.write(form(number, arguments.seed, text_of(number, arguments.seed, sample)[0]))
        os.rename(path + ".partial", path)
        print(f"{path}: {last - first} documents, {os.path.getsize(path)} bytes", flush=True)


if __name__ == "__main__":
    main()
