import SluiceCore

/// Names for a file that moves to `done/` or `failed/`: its own where that is free and leaves room for the report's
/// ending, else one that is close to it.
package struct ShelfName {
    private let name: String
    private let stem: String
    private let ending: String

    /// The longest name that leaves room for a report's ending, in bytes.
    private static let longest = 255 - EntryName.reportEnding.utf8.count
    /// Endings that say what a file is made of, so that a number goes before them.
    private static let formats: Set<Substring> = [
        "gz", "gzip", "zst", "zstd", "warc", "wet", "wat", "jsonl", "ndjson", "json", "txt",
    ]

    /// The names for a file of this name.
    package init(_ name: EntryName) {
        self.name = name.text
        var parts = name.text.split(separator: ".", omittingEmptySubsequences: false)
        var ending = ""
        while parts.count > 1, ending.utf8.count < 32, let last = parts.last, ShelfName.formats.contains(last) {
            ending = ".\(last)\(ending)"
            parts.removeLast()
        }
        stem = parts.joined(separator: ".")
        self.ending = ending
    }

    /// The name for the `number`th file of this name, from 1.
    package func name(_ number: Int) -> String {
        let suffix = number == 1 ? "" : "-\(number)"
        let full = "\(stem)\(suffix)\(ending)"
        if full.utf8.count <= ShelfName.longest { return full }
        // Two long names that begin alike must not become one: the digest of the whole tells them apart.
        let mark = "~" + Digest.of(Array(name.utf8)).hex.prefix(8)
        let room = ShelfName.longest - mark.utf8.count - suffix.utf8.count - ending.utf8.count
        var cut = String.UnicodeScalarView()
        var bytes = 0
        for scalar in stem.unicodeScalars {
            bytes += UTF8.encode(scalar)?.count ?? 4
            if bytes > room { break }
            cut.append(scalar)
        }
        return "\(String(cut))\(mark)\(suffix)\(ending)"
    }

    /// A number whose name is free, found in few steps however many are taken.
    package func freeNumber(_ isTaken: (String) throws(SluiceError) -> Bool) throws(SluiceError) -> Int {
        var (taken, free) = (0, 1)
        while try isTaken(name(free)) {
            guard free < 1 << 40 else {
                throw SluiceError(.cannotCreate, "no free name for \(name)", advice: "clear the spool's directories")
            }
            (taken, free) = (free, free * 2)
        }
        while free - taken > 1 {
            let middle = taken + (free - taken) / 2
            if try isTaken(name(middle)) { taken = middle } else { free = middle }
        }
        return free
    }
}
