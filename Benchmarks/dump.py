"""A dump to measure on where there is no crawl: documents composed from the sentences of the bundled sample."""
import gzip
import hashlib
import json
import os
import random
import re
import zlib

SAMPLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../Tests/Sample/sample.jsonl.gz")


def sentences():
    found = []
    with gzip.open(SAMPLE, "rt", encoding="utf-8") as f:
        for line in f:
            try:
                text = json.loads(line)["text"]
            except (ValueError, KeyError, TypeError):
                continue
            found += [s for s in re.split(r"(?<=[.!?])\s+", text) if 20 < len(s) < 400]
    return sorted(set(found))


def perturbed(sentence, random_):
    """The sentence with some words made unique, so that two documents that share it are not near copies."""
    words = sentence.split(" ")
    for index in range(random_.randrange(4), len(words), 4):
        words[index] += random.Random(random_.random()).choice("aeiou") + str(random_.randrange(1000))
    return " ".join(words)


def make(path, documents, seed=1):
    """Writes a WET file of `documents` records of about 2.7 KB, one gzip member each; one in ten repeats another."""
    random_ = random.Random(seed)
    pool, earlier = sentences(), []
    with open(path, "wb") as f:
        for number in range(documents):
            if earlier and number % 10 == 0:
                text = random_.choice(earlier)
            else:
                text = " ".join(perturbed(random_.choice(pool), random_) for _ in range(random_.randrange(20, 55)))
                earlier = (earlier + [text])[-100:]
            body = text.encode()
            name = hashlib.md5(f"{seed}/{number}".encode()).hexdigest()
            head = (f"WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Target-URI: https://h{number % 97}.example/{number}\r\n"
                    f"WARC-Date: 2021-01-01T00:00:00Z\r\nWARC-Record-ID: <urn:uuid:{name[:8]}-{name[8:12]}-4{name[13:16]}"
                    f"-8{name[17:20]}-{name[20:]}>\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n\r\n")
            deflate = zlib.compressobj(6, zlib.DEFLATED, 31)
            f.write(deflate.compress(head.encode() + body + b"\r\n\r\n") + deflate.flush())
