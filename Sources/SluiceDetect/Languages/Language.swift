/// A human language, as the evidence names it.
public struct Language: Sendable, Hashable {
    /// Its code: two letters after ISO 639-1, three after ISO 639-3 where there are no two.
    public let code: String

    /// The language with this code.
    public init(code: String) { self.code = code }

    /// English, the language that models are made for.
    public static let english = Language(code: "en")

    /// Its English name; the code where none is known.
    public var name: String { Language.names[code] ?? code }

    private static let names: [String: String] = {
        let list = """
            af:Afrikaans am:Amharic ar:Arabic as:Assamese az:Azerbaijani be:Belarusian bg:Bulgarian bn:Bengali bo:Tibetan
            ca:Catalan chr:Cherokee cs:Czech cy:Welsh da:Danish de:German dv:Divehi el:Greek en:English eo:Esperanto
            es:Spanish et:Estonian eu:Basque fa:Persian fi:Finnish fr:French ga:Irish gd:Scottish_Gaelic gl:Galician
            gu:Gujarati he:Hebrew hi:Hindi hr:Croatian hu:Hungarian hy:Armenian id:Indonesian is:Icelandic it:Italian
            ja:Japanese ka:Georgian kk:Kazakh km:Khmer kn:Kannada ko:Korean lo:Lao lt:Lithuanian lv:Latvian
            mk:Macedonian ml:Malayalam mn:Mongolian mr:Marathi ms:Malay my:Burmese nb:Norwegian ne:Nepali nl:Dutch
            nn:Norwegian_Nynorsk or:Odia pa:Punjabi pl:Polish pt:Portuguese ro:Romanian ru:Russian si:Sinhala
            sk:Slovak sl:Slovenian so:Somali sq:Albanian sr:Serbian sv:Swedish sw:Swahili ta:Tamil te:Telugu tg:Tajik
            th:Thai tl:Tagalog tr:Turkish ug:Uyghur uk:Ukrainian ur:Urdu vi:Vietnamese yi:Yiddish zh:Chinese
            """
        var names: [String: String] = [:]
        for entry in list.split(whereSeparator: \.isWhitespace) {
            let parts = entry.split(separator: ":")
            guard let code = parts.first, let name = parts.last else { continue }
            names[String(code)] = String(name.map { $0 == "_" ? " " : $0 })
        }
        return names
    }()

    /// The codes of all languages that have a name here.
    public static var knownCodes: [String] { names.keys.sorted() }
}
