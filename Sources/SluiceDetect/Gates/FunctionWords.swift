import SluiceText

/// The English function words: what the language gate counts.
///
/// Together they make up two fifths of ordinary English prose, and only a few per cent of any other language's.
/// Words that are frequent in French, German, Spanish, Dutch or Italian too (`a`, `an`, `on`, `me`, `die`, `man`, …)
/// are left out.
enum FunctionWords {
    static let english = """
        the of and to in is that it was for with as he his be by at this had not are but from or have which you they
        were her all she there would their we him been has when who will more no if out so what up said its about than
        them can only other some could time these two may then do my now such like our over even most after also did
        many before must through back years where much your way well down should because each just those people how
        too little very make world still own see work here get both between being under never know same another while
        us might great since against take himself few use during without again place around however home found
        thought went say part once upon every don does got always away something though put yet why nothing whether
        didn themselves enough almost anything cannot whose whom until into any using used i
        """.split(whereSeparator: \.isWhitespace).map { Array($0.utf8) }

    /// The hashes of the function words.
    static let hashes: [UInt64] = {
        var tokenizer = Tokenizer()
        return english.flatMap { tokenizer.tokenize($0).hashes }
    }()
}
