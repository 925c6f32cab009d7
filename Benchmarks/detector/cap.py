"""Prints how well a cap holds against the truth, with and without the bound on a ratio, as a Markdown table.

    python3 Benchmarks/detector/cap.py --program SLUICE --dev DEV
    python3 Benchmarks/detector/cap.py --program SLUICE --train TRAIN --dev DEV --domains news review essay story
    python3 Benchmarks/detector/cap.py --program SLUICE --train TRAIN --dev DEV --crawl ../shared/crawl-sample

Texts whose authors are known are ingested without their labels, a share of them synthetic, under a cap of .10, and exported
with the bound stated and with it enforced. Of `--domains`, each is judged by a model that was trained on all others; of
`--crawl`, the DetectRL texts that are in neither file are taken. Everything runs one after the other.
"""

import argparse
import collections
import glob
import gzip
import json
import os
import random
import subprocess
import tempfile

SHARES = (0.5, 0.2, 0.1)
CAP = 0.1

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--program", required=True, help="sluice, built for release")
parser.add_argument("--train", help="labelled texts, JSON lines, gzip")
parser.add_argument("--dev", required=True, help="labelled texts, JSON lines, gzip")
parser.add_argument("--domains", nargs="*", default=[], help="domains to leave out of the training, each in turn")
parser.add_argument("--crawl", help="the folder of the crawl sample")
arguments = parser.parse_args()


def lines(path):
    with gzip.open(path, "rt") as file:
        return [json.loads(line) for line in file]


def sluice(*options):
    run = subprocess.run([os.path.abspath(arguments.program), *options], capture_output=True, text=True)
    if run.returncode not in (0, 1):
        raise SystemExit(f"cap: {' '.join(options[:2])} ended with {run.returncode}: {run.stderr}")
    return run.stdout


def mixture(texts, share):
    """Documents in random order, a share of them synthetic as far as there are as many; always the same ones."""
    real = [text for text in texts if text["label"] == "human"]
    synthetic = [text for text in texts if text["label"] == "synthetic"]
    count = min(len(synthetic), int(len(real) * share / (1 - share)))
    documents = real + random.Random(2).sample(synthetic, count)
    random.Random(1).shuffle(documents)
    return documents


def truth(directory, labels):
    """Synthetic to real tokens in an export, by the labels."""
    tokens = collections.Counter()
    for path in glob.glob(directory + "/shard-*"):
        with open(path) as file:
            for line in file:
                document = json.loads(line)
                tokens[labels[document["text"]]] += document["metadata"]["sluice"]["tokens"]
    return tokens["synthetic"] / tokens["human"]


def measure(name, documents, model=None):
    labels = {document["text"]: document["label"] for document in documents}
    share = sum(document["label"] == "synthetic" for document in documents) / len(documents)
    with tempfile.TemporaryDirectory() as folder:
        with open(folder + "/texts.jsonl", "w") as file:
            for number, document in enumerate(documents):
                file.write(json.dumps({"id": str(number), "text": document["text"]}) + "\n")
        found = {}
        for bound in ("report", "enforce"):
            with open(f"{folder}/{bound}.yaml", "w") as file:
                file.write(f"shards:\n  cap: {CAP}\nexport:\n  bound: {bound}\n")
                file.write(f"detection:\n  model: {model}\n" if model else "")
            config = ("--config", f"{folder}/{bound}.yaml", "--store", folder + "/store")
            if bound == "report":
                sluice("ingest", *config, folder + "/texts.jsonl")
            output = f"{folder}/{bound}"
            summary = json.loads(sluice("export", *config, "--output", output, "--compression", "none", "--json"))
            found[bound] = (summary, truth(output, labels))
    (stated, before), (kept, after) = found["report"], found["enforce"]
    bound = "none" if stated["bound"] is None else f"{stated['bound']:.3f}"
    left = kept["leftOut"] - stated["leftOut"]
    print(f"| {name} | {share:.2f} | {stated['ratio']:.4f} | {bound} | {before:.3f} | {after:.3f} "
          f"| {left} of {stated['documents']} |", flush=True)


print("| documents | synthetic | store | bound | truth | truth, under the bound | left out |\n|---|--:|--:|--:|--:|--:|--:|")
dev = lines(arguments.dev)
everything = dev + (lines(arguments.train) if arguments.train else [])
if not arguments.domains and not arguments.crawl:
    for share in SHARES:
        measure("dev", mixture(dev, share))
for domain in arguments.domains:
    with tempfile.TemporaryDirectory() as folder:
        model = folder + "/without.model"
        sluice("detector", "train", "--data", arguments.train, "--exclude-domain", domain, "--output", model)
        for share in SHARES:
            measure(domain, mixture([text for text in everything if text["domain"] == domain], share), model)
if arguments.crawl:
    with gzip.open(arguments.crawl + "/docs.tsv.gz", "rt") as file:
        known = {fields[0]: fields[2] for fields in (line.split("\t") for line in file) if fields[1] == "detectrl"}
    trained = {text["text"][:80] for text in everything}
    texts = [document for path in sorted(glob.glob(arguments.crawl + "/jsonl/*.gz")) for document in lines(path)]
    texts = [{"text": text["text"], "label": "synthetic" if known[text["id"]] == "llm" else "human"}
             for text in texts if text["id"] in known and text["text"][:80] not in trained]
    random.Random(1).shuffle(texts)
    measure("DetectRL", texts)
