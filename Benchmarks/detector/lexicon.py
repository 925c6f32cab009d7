"""Makes the lexicon that the shipped detector was trained with, from the lists of `detector-data/lexicons`.

    python3 Benchmarks/detector/lexicon.py LISTS > lexicon.tsv

Each line: one to three words, a tab, and the nats that `sluice detector train --lexicon` adds to what the training texts'
own frequencies say of them. Style words whose frequency in PubMed's abstracts jumped with chat models get 2, unless they are
function words, words that models overuse .5, and the runs of three words, and of two that are no function words, in the
phrases that they overuse, .7. The three figures are round ones between several that were tried, see the model's card.
"""

import argparse
import csv
import json
import os
import re

STYLE, WORD, PHRASE = 2, 0.5, 0.7


def function_words():
    path = os.path.join(os.path.dirname(__file__), "../../Sources/SluiceDetect/Gates/FunctionWords.swift")
    with open(path) as file:
        return set(re.findall(r"[a-z]+", " ".join(re.findall(r'"""(.*?)"""', file.read(), re.S))))


def runs(words, function):
    yield from (" ".join(words[at : at + 3]) for at in range(len(words) - 2))
    for pair in zip(words, words[1:]):
        if not function.intersection(pair):
            yield " ".join(pair)


def main():
    parser = argparse.ArgumentParser(description="Prints the lexicon of the shipped detector.")
    parser.add_argument("lists", help="the folder of the lists")
    lists = parser.parse_args().lists
    function = function_words()
    weights = {}

    def add(text, weight):
        # As the tokeniser cuts them; what it cuts into more than three words is no entry.
        words = " ".join(re.findall(r"\w+", text.lower()))
        if 1 <= len(words.split()) <= 3:
            weights[words] = max(weights.get(words, 0), weight)

    with open(os.path.join(lists, "excess_words.csv"), newline="") as file:
        for row in csv.DictReader(file):
            if "style" in row["type"] and row["word"] not in function:
                add(row["word"], STYLE)
    with open(os.path.join(lists, "antislop_words_2025-04-07.json")) as file:
        for word, _ in json.load(file):
            add(word, WORD)
    with open(os.path.join(lists, "antislop_phrases_2025-04-07.json")) as file:
        for phrase, _ in json.load(file):
            for run in runs(re.findall(r"\w+", phrase.lower()), function):
                add(run, PHRASE)
    print("# words\tnats")
    for words, weight in sorted(weights.items()):
        print(f"{words}\t{weight}")


if __name__ == "__main__":
    main()
