import Foundation
import SluiceCore
import SluiceStore

/// What a person has typed into the one box, and what it may mean.
package struct SearchTerm: Sendable, Equatable {
    /// One meaning.
    package struct Meaning: Sendable, Equatable {
        /// What it would be, for people.
        package var name: String
        /// The rows that would be meant.
        package var filter: ProvenanceQuery.Filter
    }

    /// What was typed.
    package let text: String
    /// The meanings, in the order in which they are tried.
    package let meanings: [Meaning]

    /// The meanings of `text`. A prefix such as `host:` leaves no choice.
    package init(_ text: String) {
        self.text = text
        meanings = SearchTerm.prefixed(text).map { [$0] } ?? SearchTerm.recognised(text)
    }

    private static func prefixed(_ text: String) -> Meaning? {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[1].isEmpty else { return nil }
        let value = String(parts[1])
        switch parts[0] {
        case "sha256": return Digest(hex: value).map { Meaning(name: "document", filter: .document($0)) }
        case "url": return Meaning(name: "address", filter: .url(value))
        case "host": return Meaning(name: "host", filter: .host(value))
        case "id": return Meaning(name: "id", filter: .id(value))
        case "record": return Meaning(name: "WARC record", filter: .record(value))
        case "source": return Meaning(name: "source", filter: .source(value))
        case "release": return Meaning(name: "release", filter: .release(value))
        default: return nil
        }
    }

    private static func recognised(_ text: String) -> [Meaning] {
        if text.isEmpty { return [] }
        if let digest = Digest(hex: text) {
            return [Meaning(name: "document", filter: .document(digest)), Meaning(name: "id", filter: .id(text))]
        }
        if isRecordID(text) {
            return [Meaning(name: "WARC record", filter: .record(text)), Meaning(name: "id", filter: .id(text))]
        }
        let plain = [Meaning(name: "id", filter: .id(text)), Meaning(name: "source", filter: .source(text))]
        if text.contains("://") {
            let host = host(ofAddress: text).map { [Meaning(name: "host", filter: .host($0))] } ?? []
            return [Meaning(name: "address", filter: .url(text))] + plain + host
        }
        if isHost(text) { return [Meaning(name: "host", filter: .host(text))] + plain }
        if let slash = text.firstIndex(of: "/"), isHost(String(text[..<slash])) {
            let addresses = ["https://", "http://"].map { Meaning(name: "address", filter: .url($0 + text)) }
            return addresses + plain + [Meaning(name: "host", filter: .host(String(text[..<slash])))]
        }
        return plain
    }

    /// True for a UUID, in the dress of a WARC record id or without.
    private static func isRecordID(_ text: String) -> Bool {
        var bare = text[...]
        if bare.hasPrefix("<"), bare.hasSuffix(">") { bare = bare.dropFirst().dropLast() }
        if bare.hasPrefix("urn:uuid:") { bare = bare.dropFirst(9) }
        let groups = bare.split(separator: "-", omittingEmptySubsequences: false)
        return groups.map(\.utf8.count) == [8, 4, 4, 4, 12] && groups.joined().utf8.allSatisfy(isHexDigit)
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "0") < 10 || (byte | 0x20) &- UInt8(ascii: "a") < 6
    }

    /// True for what could be the name of a host: with a dot, and of nothing but letters, digits, hyphens and dots.
    private static func isHost(_ text: String) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        return labels.count >= 2
            && labels.allSatisfy { label in
                !label.isEmpty
                    && label.unicodeScalars.allSatisfy {
                        $0 == "-" || $0.properties.isAlphabetic || ("0"..."9").contains($0)
                    }
            }
    }

    private static func host(ofAddress text: String) -> String? {
        guard let start = text.range(of: "://")?.upperBound else { return nil }
        let authority = text[start...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let host = (authority.split(separator: "@").last ?? "").prefix { $0 != ":" }
        return isHost(String(host)) ? String(host) : nil
    }
}
