/// Why a text is outside of what the detector can judge.
public enum Abstention: String, CaseIterable, Sendable {
    /// Fewer words than the detector needs.
    case tooShort = "too-short"
    /// Program code, tables or mark-up rather than prose.
    case code = "code"
    /// A language that the model was not trained on.
    case language = "unknown-language"
    /// English, but with too few function words for running prose: names, lists, headings.
    case list = "no-prose"

    /// The reason in words, for a reader; with the language where it is known and matters.
    public func explanation(_ language: Language? = nil) -> String {
        switch self {
        case .tooShort: "the detector abstains: too few words to judge"
        case .code: "the detector abstains: code, tables or mark-up rather than prose"
        case .list: "the detector abstains: English, but names, lists or headings rather than prose"
        case .language:
            if let language {
                "the detector abstains: \(language.name) (\(language.code)), and the model knows English only"
            } else {
                "the detector abstains: not in English, or only in part, and the model knows English only"
            }
        }
    }
}
