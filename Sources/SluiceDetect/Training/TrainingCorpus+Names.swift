import SluiceText

extension TrainingCorpus {
    /// The `limit` features of `model` that speak most for a machine and the `limit` that speak most for a person, in
    /// the words in which this corpus has them most often, masked words by their last three letters; the strongest for a machine first.
    func strongest(of model: DetectorModel, limit: Int) -> [DetectorModel.NamedFeature] {
        let sorted = model.table.entries.map { (tag: $0.tag, weight: Int($0.weight) * Int($0.rarity)) }
            .sorted { $0.weight != $1.weight ? $0.weight > $1.weight : $0.tag < $1.tag }
        var chosen: [UInt32: Int] = [:]
        for entry in sorted.prefix(limit) where entry.weight > 0 { chosen[entry.tag] = entry.weight }
        for entry in sorted.suffix(limit) where entry.weight < 0 { chosen[entry.tag] = entry.weight }
        let names = names(of: Set(chosen.keys), model.vocabulary)
        return chosen.sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }.map { tag, weight in
            DetectorModel.NamedFeature(text: names[tag] ?? "", weight: model.scale * Double(weight) / 20)
        }
    }

    /// The words in which the corpus has the features with these tags most often, masked words by their last three
    /// letters; of equal ones the first by spelling.
    private func names(of tags: Set<UInt32>, _ vocabulary: Vocabulary) -> [UInt32: String] {
        var sink = NamingSink(tags: tags)
        var counts: [UInt32: [String: Int]] = [:]
        vocabulary.withReader { reader in
            let walker = GramWalker(reader)
            for words in words {
                sink.found.removeAll(keepingCapacity: true)
                _ = walker.walk(words, 0..<words.count, into: &sink)
                guard let last = sink.found.map({ GramPlace.first($0.place) }).max() else { continue }
                let starts = WordStarts(words, upTo: last + 3)
                for one in sink.found {
                    let first = GramPlace.first(one.place)
                    let text = (first..<(first + GramPlace.words(one.place))).map { index in
                        let word = starts.text(index, count: 1)
                        let isKept = reader.flags(words.hashes[index]) & Vocabulary.kept != 0
                        return isKept ? word : "…" + String(word.suffix(3))
                    }
                    counts[one.tag, default: [:]][text.joined(separator: " "), default: 0] += 1
                }
            }
        }
        return counts.compactMapValues { texts in
            texts.min { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }?.key
        }
    }
}

/// Takes down where the n-grams with certain tags stand.
private struct NamingSink: GramSink {
    let tags: Set<UInt32>
    var found: [(tag: UInt32, place: UInt32)] = []

    init(tags: Set<UInt32>) { self.tags = tags }

    mutating func add(_ tag: UInt32, _ place: UInt32) {
        if tags.contains(tag) { found.append((tag, place)) }
    }
}
