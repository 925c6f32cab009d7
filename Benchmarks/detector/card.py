"""Prints the figures of the detector's card as Markdown tables.

    python3 Benchmarks/detector/card.py dev --program SLUICE --model MODEL --data DEV
    python3 Benchmarks/detector/card.py later --program SLUICE --model MODEL --data TEST --calibration DEV
    python3 Benchmarks/detector/card.py collections --program SLUICE --data TRAIN... --supplement MORE... --calibration DEV --lexicon FILE
    python3 Benchmarks/detector/card.py younger --program SLUICE --data TRAIN... --supplement MORE... --calibration DEV --lexicon FILE
    python3 Benchmarks/detector/card.py rivals --data TRAIN...

`later` measures synthetic texts against the human ones of DEV. `younger` leaves the supplement's models of each maker out in
turn, and its sources. `rivals` trains naive Bayes on the same texts without each domain in turn (scikit-learn), and fastText
beside it where the `fasttext` module is there; the others need nothing but the program. Everything runs one after the other.
"""

import argparse
import gzip
import json
import math
import os
import random
import subprocess
import tempfile

# The project's own collection, of one model that is younger than all others.
LATER = "sluice/chat-2026"
# Makers whose models have several names.
MAKERS = {"o3": "gpt", "o4": "gpt", "gemma": "gemini", "muse": "llama"}
FAMILIES = ("gpt-4", "gemini", "mistral", "mixtral", "qwen")
HEAD = ["group", "human", "synthetic", "abstained", "AUROC", "TPR at 1 % FPR", "TPR at 5 % FPR", "ECE"]
HEAD += ["called synthetic", "found"]


def texts(*paths):
    found = []
    for path in paths:
        with gzip.open(path, "rt") if path.endswith(".gz") else open(path) as lines:
            found += [json.loads(line) for line in lines]
    return found


def write(path, objects):
    with open(path, "w") as file:
        file.writelines(json.dumps(one) + "\n" for one in objects)
    return path


def fixed(value, places=3):
    return "–" if value is None else f"{value:.{places}f}"


def evaluate(program, model, data):
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as config:
        config.write(f"detection:\n  model: {json.dumps(os.path.abspath(model))}\n")
        config.flush()
        command = [program, "detector", "evaluate", "--json", "--config", config.name, "--data", data]
        return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["rows"]


def train(program, data, calibration, output, *options):
    command = [program, "detector", "train", "--workers", "2", "--unseen-share", "0", "--data", *data]
    command += ["--calibration", calibration, "--output", output, *options]
    subprocess.run(command, check=True, capture_output=True)
    return output


def table(rows):
    print("| " + " | ".join(HEAD) + " |\n|---|" + "---:|" * 9)
    for row in rows:
        whole = {"all": "**all judged**", "every": "**every text**"}
        name = whole.get(row["kind"], row["kind"] + " " + row["name"].strip())
        cells = [name + (" *" if row["borrowed"] else "")]
        cells += [str(row[key]) for key in ("human", "synthetic", "abstained")] + [fixed(row["auroc"], 4)]
        cells += [fixed(row[key]) for key in ("tprAt1", "tprAt5", "ece", "humanCalledSynthetic", "syntheticFound")]
        print("| " + " | ".join(cells) + " |")


def dev(options):
    if len(options.data) > 1:
        raise SystemExit("dev measures one file")
    rows = evaluate(options.program, options.model, options.data[0])
    table(one for one in rows if one["kind"] != "generator" or one["human"] + one["synthetic"] >= 48)


def known(options):
    lexicon = ["--lexicon", options.lexicon] if options.lexicon else []
    return lexicon + (["--penalty", options.penalty] if options.penalty else [])


def people(calibration):
    return [one for one in calibration if one["label"] == "human"]


def later(options):
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        path = write(file.name, texts(*options.data) + people(texts(options.calibration)))
        rows = evaluate(options.program, options.model, path)
    table(one for one in rows if one["kind"] in ("all", "every", "domain") and one["synthetic"])


def collections(options):
    everything, calibration = texts(*options.data), texts(options.calibration)
    more = ["--supplement", *options.supplement] if options.supplement else []
    print("| left out | measured on | AUROC | TPR at 1 % FPR | ECE | human called synthetic | synthetic found |")
    print("|---|---|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:

        def line(name, measured, row):
            keys = ("auroc", "tprAt1", "ece", "humanCalledSynthetic", "syntheticFound")
            print("| " + " | ".join([name, measured] + [fixed(row[key]) for key in keys]) + " |", flush=True)

        for source in ("NLP2CT/DetectRL", "ryuryukke/OUTFOX", "MarkGHX/BiScope"):
            model = train(
                options.program, options.data, options.calibration, f"{folder}/model", *more,
                "--exclude-source", source, *known(options))
            test = write(f"{folder}/test.jsonl", [one for one in everything if one["source"] == source])
            for row in evaluate(options.program, model, test):
                if row["kind"] == "domain" and row["borrowed"] is None:
                    line(source.split("/")[1], row["name"], row)

        def is_family(one):
            name = one["generator"].lower()
            return one["domain"] == "instruct" and (name.startswith("yi") or any(part in name for part in FAMILIES))

        data = write(f"{folder}/train.jsonl", [one for one in everything if not is_family(one)])
        rest = write(f"{folder}/rest.jsonl", [one for one in calibration if not is_family(one)])
        model = train(options.program, [data], rest, f"{folder}/model", *more, *known(options))
        test = write(f"{folder}/test.jsonl", [one for one in everything if is_family(one)] + people(calibration))
        line("six families of chat models", "their answers", evaluate(options.program, model, test)[0])


def younger(options):
    supplement, calibration = texts(*options.supplement), texts(options.calibration)
    sources = {}
    for one in supplement:
        sources.setdefault(one["source"], set()).add(one["text"])

    def maker(one):
        name = one["generator"].lower().split("-")[0]
        return None if one["source"] == LATER else MAKERS.get(name, name)

    def source(one):
        return one["source"] if len(sources[one["source"]]) >= 20 else "others"

    with tempfile.TemporaryDirectory() as folder:
        for kind, key in (("models of", maker), ("source", source)):
            print(f"| {kind} | texts | AUROC | TPR at 1 % FPR | TPR at 5 % FPR | found |\n|---|---:|---:|---:|---:|---:|")
            rows = []
            for name in sorted({key(one) for one in supplement} - {None}):
                # What is given several times over, to weigh more, is measured once.
                test = list({one["text"]: one for one in supplement if key(one) == name}.values())
                if len(test) < 20:
                    continue
                path = write(f"{folder}/supplement.jsonl", [one for one in supplement if key(one) != name])
                model = train(
                    options.program, options.data, options.calibration, f"{folder}/model", "--supplement", path, *known(options))
                path = write(f"{folder}/test.jsonl", test + people(calibration))
                row = evaluate(options.program, model, path)[0]
                rows.append([row[one] for one in ("auroc", "tprAt1", "tprAt5", "syntheticFound")])
                print(f"| {name} | {len(test)} | " + " | ".join(fixed(one) for one in rows[-1]) + " |", flush=True)
            print("| **mean** | | " + " | ".join(fixed(sum(one) / len(rows)) for one in zip(*rows)) + " |\n")


def rivals(options):
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.metrics import roc_auc_score
    from sklearn.naive_bayes import MultinomialNB

    try:
        import fasttext
    except ImportError:
        fasttext = None
    everything = texts(*options.data)
    # fastText learns in the order of the texts, and would end with those of the last file.
    random.Random(1).shuffle(everything)
    print("| left out | rival | AUROC | TPR at 1 % FPR | human at P ≥ .95 | synthetic at P ≥ .95 |")
    print("|---|---|---:|---:|---:|---:|")
    sums = {}

    def line(domain, rival, labels, odds):
        """`odds`, log-odds of synthetic, rank where a probability would long be 1."""
        human = sorted((one for one, label in zip(odds, labels) if not label), reverse=True)
        synthetic = [one for one, label in zip(odds, labels) if label]
        both = human and synthetic
        area = roc_auc_score(labels, odds) if both else None
        found = sum(one > human[len(human) // 100] for one in synthetic) / len(synthetic) if both else None
        sure = math.log(0.95 / 0.05)
        figures = [area, found] + [sum(o >= sure for o in part) / len(part) if part else None for part in (human, synthetic)]
        print("| " + " | ".join([domain, rival] + [fixed(one) for one in figures]) + " |", flush=True)
        sums.setdefault(rival, []).append(figures)

    for domain in sorted({one["domain"] for one in everything}):
        rest = [one for one in everything if one["domain"] != domain]
        test = [one for one in everything if one["domain"] == domain and len(one["text"].split()) >= 50]
        labels = [one["label"] == "synthetic" for one in test]
        counter = CountVectorizer(token_pattern=r"(?u)\w+")
        bayes = MultinomialNB().fit(
            counter.fit_transform(one["text"] for one in rest), [one["label"] == "synthetic" for one in rest])
        both = bayes.predict_joint_log_proba(counter.transform(one["text"] for one in test))
        line(domain, "naive Bayes", labels, list(both[:, 1] - both[:, 0]))
        if fasttext is None:
            continue
        words = counter.build_analyzer()
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.writelines(f"__label__{one['label']} {' '.join(words(one['text']))}\n" for one in rest)
            file.flush()
            model = fasttext.train_supervised(
                file.name, wordNgrams=2, dim=32, epoch=5, lr=0.5, thread=1, verbose=0)
        found = [model.f.predict(" ".join(words(one["text"])) + "\n", 2, 0.0, "strict") for one in test]
        shares = [{label: max(share, 1e-12) for share, label in pairs} for pairs in found]
        line(domain, "fastText", labels, [
            math.log(one.get("__label__synthetic", 1e-12) / one.get("__label__human", 1e-12)) for one in shares])
    for rival, rows in sums.items():
        means = [[one for one in column if one is not None] for column in zip(*rows)]
        print("| " + " | ".join(["**mean**", rival] + [fixed(sum(m) / len(m)) for m in means]) + " |")


def main():
    parser = argparse.ArgumentParser(description="The figures of the detector's card.")
    parser.add_argument("table", choices=["dev", "later", "collections", "younger", "rivals"])
    parser.add_argument("--program", default=".build/release/sluice")
    parser.add_argument("--model", default="config/detector/sluice-detector.model")
    parser.add_argument("--data", required=True, nargs="+")
    parser.add_argument("--calibration")
    parser.add_argument("--lexicon")
    parser.add_argument("--supplement", nargs="+", default=[])
    parser.add_argument("--penalty")
    options = parser.parse_args()
    if options.table in ("collections", "later", "younger") and not options.calibration:
        parser.error(f"{options.table} needs --calibration")
    tables = {"dev": dev, "later": later, "collections": collections, "younger": younger, "rivals": rivals}
    tables[options.table](options)


if __name__ == "__main__":
    main()
