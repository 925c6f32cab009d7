/// What a scalar outside ASCII means to the tokeniser.
///
/// Packed as the table keeps it: bits 0 to 20 the lower-case scalar, 21 to 23 the role, and flags above.
struct ScalarEntry {
    /// The part of a scalar in a word.
    enum Role: UInt32 {
        /// Ends a word: signs, spaces, controls, what is not assigned.
        case none = 0
        /// A letter or number: starts or continues a word.
        case word = 1
        /// A combining mark: continues a word, never starts one.
        case mark = 2
        /// A letter of a script written without spaces: a word of its own.
        case unspaced = 3
        /// Invisible: neither in a word nor the end of one.
        case invisible = 4
    }

    var bits: UInt32

    @inline(__always) var role: Role { Role(rawValue: (bits >> 21) & 7) ?? .none }
    /// The lower-case scalar.
    @inline(__always) var lower: UInt32 { bits & 0x1F_FFFF }
    /// True where the lower case is more than one scalar.
    @inline(__always) var isExpanding: Bool { bits & ScalarEntry.expanding != 0 }

    static let suspect: UInt32 = 1 << 24
    static let expanding: UInt32 = 1 << 25
    /// The marks behind the scalar may stand in another order once it is in lower case or passed over.
    static let moving: UInt32 = 1 << 26

    /// The entry of `scalar` after the Unicode data of the standard library; O(1), some 100 ns.
    init(_ scalar: Unicode.Scalar) {
        let properties = scalar.properties
        let role = ScalarEntry.role(of: scalar, properties.generalCategory)
        var lower = scalar.value
        var flags: UInt32 = 0
        let mapping = properties.lowercaseMapping.unicodeScalars
        // The writer's room is reckoned with one byte of growth a scalar.
        if properties.lowercaseMapping.utf8.count <= String(scalar).utf8.count + 1 {
            if mapping.count == 1, let only = mapping.first {
                lower = only.value
            } else if mapping.count > 1 {
                flags |= ScalarEntry.expanding
            }
        }
        // The two small sigmas are one letter, as their capital is.
        if lower == 0x3C2 { lower = 0x3C3 }
        if properties.canonicalCombiningClass != .notReordered || !ScalarEntry.passesQuickCheck(scalar) {
            flags |= ScalarEntry.suspect
        }
        if role == .invisible || flags & ScalarEntry.expanding != 0 { flags |= ScalarEntry.moving }
        bits = lower | (role.rawValue << 21) | flags
    }

    init(bits: UInt32) { self.bits = bits }

    private static func role(of scalar: Unicode.Scalar, _ category: Unicode.GeneralCategory) -> Role {
        switch category {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter: .word
        case .modifierLetter, .otherLetter, .letterNumber: isUnspaced(scalar.value) ? .unspaced : .word
        case .decimalNumber, .otherNumber: .word
        case .nonspacingMark, .spacingMark, .enclosingMark: isSelector(scalar.value) ? .invisible : .mark
        case .format: separates(scalar.value) ? .none : .invisible
        default: .none
        }
    }

    private static func isSelector(_ value: UInt32) -> Bool {
        (0xFE00...0xFE0F).contains(value) || (0xE0100...0xE01EF).contains(value)
    }

    /// Format characters (Cf) that end a word, or are seen. All others are passed over, as in rule WB4 of UAX #29: with a soft
    /// hyphen, a joiner or a mark of direction in it a word is the same word. So it is with a space of no width, which
    /// pages put where a line may break.
    private static func separates(_ value: UInt32) -> Bool {
        switch value {
        case 0x0600...0x0605, 0x06DD, 0x070F, 0x0890...0x0891, 0x08E2, 0x110BD, 0x110CD: true  // Signs before a number.
        case 0xFFF9...0xFFFB: true  // Between a text and its gloss.
        default: false
        }
    }

    /// Scripts written without spaces between words, by block, as the standard library does not tell scripts.
    private static func isUnspaced(_ value: UInt32) -> Bool {
        switch value {
        case 0x0E00...0x0EFF: true  // Thai, Lao
        case 0x1000...0x109F, 0xA9E0...0xA9FF, 0xAA60...0xAA7F, 0x116D0...0x116FF: true  // Myanmar
        case 0x1780...0x17FF: true  // Khmer
        case 0x3005...0x3007, 0x3021...0x3029, 0x3038...0x303B: true  // Han among the CJK signs
        case 0x3041...0x30FF, 0x31F0...0x31FF, 0xFF66...0xFF9F, 0x1AFF0...0x1B16F: true  // Hiragana, Katakana
        case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF: true  // Han
        default: false
        }
    }

    private static func passesQuickCheck(_ scalar: Unicode.Scalar) -> Bool {
        UnicodeForm.passesQuickCheck(Array(String(scalar).utf8))
    }
}

/// The entries of the scalars met so far, in pages of 256 that are made when first needed: a page costs about 50 µs
/// and 1 KB, plain Latin text needs two or three, and all of Unicode would be 4,352.
struct ScalarTable: Sendable {
    /// For each page, where its entries start in `entries` divided by 256, plus one; 0 where it is not made yet.
    private var pages = [UInt16](repeating: 0, count: 0x1100)
    private var entries: [UInt32] = []

    /// The entry of the scalar with this value; values that are no scalar have no role.
    @inline(__always)
    mutating func entry(_ value: UInt32) -> ScalarEntry {
        guard value < 0x11_0000 else { return ScalarEntry(bits: 0) }
        var page = pages[Int(value >> 8)]
        if page == 0 { page = make(value >> 8) }
        return ScalarEntry(bits: entries[(Int(page) &- 1) << 8 | Int(value & 255)])
    }

    @inline(never)
    private mutating func make(_ page: UInt32) -> UInt16 {
        for value in (page << 8)...(page << 8 | 255) {
            entries.append(Unicode.Scalar(value).map { ScalarEntry($0).bits } ?? 0)
        }
        let made = UInt16(entries.count >> 8)
        pages[Int(page)] = made
        return made
    }
}
