import ArgumentParser
import SluiceCore
import SluiceCrawl
import SluicePipeline
import SluiceStore

extension ReviewCommand {
    /// One document after another, with a question behind each.
    struct Walk: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the documents that wait, one after another, and ask.",
            discussion: "Without a terminal it lists them.")
        @OptionGroup var shared: SharedOptions
        @OptionGroup var reviewer: ReviewerOption

        private static let atOnce = 100
        /// What is shown of a text, in bytes and then in characters, of which one may have many bytes.
        private static let (shownBytes, shownCharacters) = (16_384, 1_200)

        private enum Answer {
            case verdict(Verdict)
            case next
            case quit
        }

        func run() async throws {
            guard Console.isConversation, !shared.json else {
                let shared = shared
                return try await reportingErrors { try ReviewCommand.list(shared, limit: ReviewCommand.listedAtMost) }
            }
            try await reportingErrors {
                var (shown, count) = (0, 0)
                var passed: Set<Int64> = []
                // A hundred at a time, as they stand then: others give verdicts too.
                while let items = try next(after: passed) {
                    for item in items {
                        shown += 1
                        Console.out(item.paragraph)
                        Console.out(try reading { try excerpt(of: item, $0) } + "\n")
                        switch ask("\(shown)  [r]eal [s]ynthetic [u]ncertain [n]ext [q]uit: ") {
                        case .verdict(let verdict) where try await record(verdict, on: item): count += 1
                        case .verdict, .next: passed.insert(item.seq)
                        case .quit: return Console.note("sluice: verdicts given: \(count)")
                        }
                    }
                }
                let left = passed.isEmpty ? "none left" : "left out: \(passed.count)"
                Console.note(
                    shown == 0
                        ? "sluice: no document waits for a verdict" : "sluice: verdicts given: \(count); \(left)")
            }
        }

        /// The next documents that wait, without those that were passed over; nil where there are none.
        private func next(after passed: Set<Int64>) throws -> [ReviewItem]? {
            let items = try reading { try $0.reviewQueue(limit: Walk.atOnce + passed.count) }
                .filter { !passed.contains($0.seq) }
            return items.isEmpty ? nil : items
        }

        /// Nothing is open while a person reads, so that others can write meanwhile.
        private func reading<T>(_ body: (StoreReader) throws -> T) throws -> T {
            let store = try shared.openStore()
            defer { store.close() }
            return try store.read(body)
        }

        /// The beginning of the text, each line behind a bar, so that no text looks like a question of ours.
        private func excerpt(of item: ReviewItem, _ reader: StoreReader) throws -> String {
            guard let stored = try reader.text(of: item.seq) else { return "  (its text is missing)" }
            let text = try ZstdDecompressor().decompress(
                stored.body, limit: stored.rawBytes, dictionary: stored.dictionary)
            let shown = String(decoding: text.prefix(Walk.shownBytes), as: UTF8.self).prefix(Walk.shownCharacters)
            let lines = shown.split(omittingEmptySubsequences: false) { $0.isNewline }
            return lines.map { "  | \($0)" }.joined(separator: "\n") + (shown.utf8.count < text.count ? " …" : "")
        }

        private func ask(_ question: String) -> Answer {
            while let line = Console.ask(question) {
                switch line.lowercased() {
                case "r", "real": return .verdict(.real)
                case "s", "synthetic": return .verdict(.synthetic)
                case "u", "uncertain": return .verdict(.uncertain)
                case "n", "next": return .next
                case "q", "quit": return .quit
                default: continue
                }
            }
            return .quit
        }

        /// Writes the verdict down; where somebody else is writing, asks whether to try again.
        private func record(_ verdict: Verdict, on item: ReviewItem) async throws -> Bool {
            while true {
                do throws(SluiceError) {
                    let outcome = try await Verdict.record(
                        verdict, on: item.digest, by: reviewer.name, note: nil, try await shared.writing(), shared)
                    Console.out(outcome + "\n")
                    return true
                } catch {
                    guard error.code == .busy else { throw error }
                    Console.note("sluice: \(error)")
                    guard let line = Console.ask("[t]ry again, or go on without: "), line.hasPrefix("t") else {
                        return false
                    }
                }
            }
        }
    }
}
