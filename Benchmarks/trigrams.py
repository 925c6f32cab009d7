#!/usr/bin/env python3
"""Makes the language identifier's table: Sources/SluiceDetect/Languages/trigrams.txt.

    pip download --no-deps --no-binary :all: langdetect && tar xf langdetect-*.tar.gz
    Benchmarks/trigrams.py langdetect-*/langdetect/profiles > Sources/SluiceDetect/Languages/trigrams.txt

The counts come from the profiles of langdetect (Wikipedia abstracts; Apache-2.0) and from the translated messages of the
programs that are installed here (files *.mo). Three fifths of a language's messages are counted, by program; the rest is
what --messages prints, as test documents, "language TAB text", of the number of words given.
"""
import collections, gettext, glob, json, math, os, random, re, sys, unicodedata

PER_LANGUAGE = 450
FLOOR = 1 / 14000
UNIT = 0.4
# Languages whose script says nothing yet; the second list has no profile, and counts messages alone.
PROFILED = ("af ar bg ca cs cy da de en es et fa fi fr hi hr hu id it lt lv mk mr ne nl no pl pt ro ru sk sl so sq sv sw "
            "tl tr uk ur vi").split()
MESSAGES_ONLY = "az be eo eu ga gd gl is kk mn ms nn sr tg ug".split()
LOCALES = {"nb": ["nb", "no"], "pt": ["pt", "pt_BR"], "ca": ["ca", "ca@valencia"]}
# What langdetect folds in its profiles, and the identifier too: Vietnamese vowels with two marks, Persian yeh, and the
# Romanian letters with a comma.
FOLDED = {0x6CC: 0x64A, 0x219: 0x15F, 0x21B: 0x163, 0x3C2: 0x3C3}


def fold(char):
    code = ord(char)
    return "\u1ec3" if 0x1EA0 <= code <= 0x1EFF else chr(FOLDED.get(code, code))


def words(text):
    text = unicodedata.normalize("NFC", text).lower()
    kept = (c if unicodedata.category(c)[0] in "LNM" else " " for c in text)
    return "".join(fold(c) for c in kept).split()


def trigrams(text):
    for word in words(text):
        padded = f"_{word}_"
        for at in range(len(padded) - 2):
            if not any(c.isdigit() for c in padded[at:at + 3]):
                yield padded[at:at + 3]


def messages():
    """Messages of at least 25 characters by locale and program, each once, without what programs fill in."""
    noise = re.compile(r"<[^>]*>|%[-+ 0-9.*#$lhqzjt]*[a-zA-Z]|%\([^)]*\)\w?|\{[^}]*\}|--?[a-zA-Z][\w-]*"
                       r"|https?://\S+|\S+@\S+|/\S+")
    clean = lambda text: " ".join(noise.sub(" ", text).replace("_", "").replace("&", "").split())
    found, seen = collections.defaultdict(lambda: collections.defaultdict(list)), set()
    for path in sorted(glob.glob("/usr/share/**/LC_MESSAGES/*.mo", recursive=True)):
        locale, program = path.split("/")[-3], os.path.basename(path)[:-3]
        if program.startswith("iso_") or "xkeyboard" in program:
            continue  # names of countries, languages and keyboards
        try:
            with open(path, "rb") as file:
                catalogue = gettext.GNUTranslations(file)._catalog
        except Exception:
            continue
        for key, value in catalogue.items():
            source = key if isinstance(key, str) else key[0]
            text = clean(value)
            if key and len(text) >= 25 and text != clean(source) and (locale, text) not in seen:
                seen.add((locale, text))
                found[locale][program].append(text)
    return found


def spread(name):
    value = 7
    for char in name:
        value = (value * 31 + ord(char)) % 1_000_003
    return value


def split(programs):
    """The messages to count, and those to test on."""
    total = sum(len(text) for texts in programs.values() for text in texts)
    counted, others, length = [], [], 0
    for program in sorted(programs, key=spread):
        if length < total * 0.6:
            counted += programs[program]
            length += sum(map(len, programs[program]))
        else:
            others += programs[program]
    return counted, others


def profile(path):
    with open(path, encoding="utf-8") as file:
        counts = collections.Counter()
        for gram, count in json.load(file)["freq"].items():
            gram = "".join(map(fold, gram.lower())).replace(" ", "_")
            if len(gram) == 3 and gram[1] != "_":
                counts[gram] += count
        return counts


def share(counts):
    total = sum(counts.values())
    return {gram: count / total for gram, count in counts.items()}


def is_sound(gram):
    return all(c == "_" or unicodedata.category(c)[0] in "LM" for c in gram)


def make(profiles):
    found = messages()
    print("# trigrams of words, _ for a border: language, level, then the trigrams without a space between them")
    print(f"# share of the language's trigrams: exp({UNIT} * level) / {round(1 / FLOOR)}; made by Benchmarks/trigrams.py")
    for language in sorted({"nb" if code == "no" else code for code in PROFILED} | set(MESSAGES_ONLY)):
        counted = [text for code in LOCALES.get(language, [language]) for text in split(found[code])[0]]
        shares = collections.Counter(share(collections.Counter(g for text in counted for g in trigrams(text))))
        if language not in MESSAGES_ONLY:
            # Few messages weigh little; an encyclopedia is nearer to the web than the messages of programs are.
            weight = min(0.4, sum(map(len, counted)) / 125_000)
            general = share(profile(os.path.join(profiles, "no" if language == "nb" else language)))
            mixed = collections.Counter()
            for source, part in ((general, 1 - weight), (shares, weight)):
                for gram, value in source.items():
                    mixed[gram] += part * value
            shares = mixed
        levels = collections.defaultdict(list)
        for gram, value in sorted(shares.items(), key=lambda item: (-item[1], item[0]))[:PER_LANGUAGE]:
            level = min(15, round(math.log(value / FLOOR) / UNIT))
            if level > 0 and is_sound(gram):
                levels[level].append(gram)
        for level in sorted(levels, reverse=True):
            print(f"{language} {level} {''.join(levels[level])}")


def print_documents(length, most=150):
    generator = random.Random(3)
    found = messages()
    aliases = {locale: language for language, locales in LOCALES.items() for locale in locales}
    for locale in sorted(found):
        texts = split(found[locale])[1]
        generator.shuffle(texts)
        document, count, written = [], 0, 0
        for text in texts:
            document.append(text)
            count += len(words(text))
            if count >= length and written < most:
                print(f"{aliases.get(locale, locale)}\t{'. '.join(document)}")
                document, count, written = [], 0, written + 1


if __name__ == "__main__":
    if sys.argv[1] == "--messages":
        print_documents(int(sys.argv[2]))
    else:
        make(sys.argv[1])
