/// A script, as far as it says something of the language written in it.
enum Script: Int, CaseIterable {
    case latin, cyrillic, arabic, devanagari
    case han, kana, hangul, greek, hebrew, armenian, georgian, ethiopic, cherokee, thaana
    case bengali, gurmukhi, gujarati, odia, tamil, telugu, kannada, malayalam, sinhala
    case thai, lao, tibetan, burmese, khmer

    /// The one language that is usually written in it, or nil where there are many.
    var language: Language? {
        let code: String? =
            switch self {
            case .latin, .cyrillic, .arabic, .devanagari: nil
            case .han: "zh"
            case .kana: "ja"
            case .hangul: "ko"
            case .greek: "el"
            case .hebrew: "he"
            case .armenian: "hy"
            case .georgian: "ka"
            case .ethiopic: "am"
            case .cherokee: "chr"
            case .thaana: "dv"
            case .bengali: "bn"
            case .gurmukhi: "pa"
            case .gujarati: "gu"
            case .odia: "or"
            case .tamil: "ta"
            case .telugu: "te"
            case .kannada: "kn"
            case .malayalam: "ml"
            case .sinhala: "si"
            case .thai: "th"
            case .lao: "lo"
            case .tibetan: "bo"
            case .burmese: "my"
            case .khmer: "km"
            }
        return code.map(Language.init(code:))
    }

    /// The script of a letter or mark after its Unicode block, or nil where the block is no script of the list.
    static func of(_ scalar: UInt32) -> Script? {
        switch scalar {
        case 0x41...0x5A, 0x61...0x7A, 0xC0...0x24F, 0x1E00...0x1EFF: .latin
        case 0x370...0x3FF, 0x1F00...0x1FFF: .greek
        case 0x400...0x52F: .cyrillic
        case 0x530...0x58F: .armenian
        case 0x590...0x5FF: .hebrew
        case 0x600...0x6FF, 0x750...0x77F, 0xFB50...0xFDFF, 0xFE70...0xFEFE: .arabic
        case 0x780...0x7BF: .thaana
        case 0x900...0x97F: .devanagari
        case 0x980...0x9FF: .bengali
        case 0xA00...0xA7F: .gurmukhi
        case 0xA80...0xAFF: .gujarati
        case 0xB00...0xB7F: .odia
        case 0xB80...0xBFF: .tamil
        case 0xC00...0xC7F: .telugu
        case 0xC80...0xCFF: .kannada
        case 0xD00...0xD7F: .malayalam
        case 0xD80...0xDFF: .sinhala
        case 0xE00...0xE7F: .thai
        case 0xE80...0xEFF: .lao
        case 0xF00...0xFFF: .tibetan
        case 0x1000...0x109F: .burmese
        case 0x10A0...0x10FF, 0x1C90...0x1CBF, 0x2D00...0x2D2F: .georgian
        case 0x1100...0x11FF, 0x3130...0x318F, 0xAC00...0xD7AF: .hangul
        case 0x1200...0x139F: .ethiopic
        case 0x13A0...0x13FF, 0xAB70...0xABBF: .cherokee
        case 0x1780...0x17FF: .khmer
        case 0x3041...0x30FF, 0x31F0...0x31FF, 0xFF66...0xFF9F: .kana
        case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF: .han
        default: nil
        }
    }
}
