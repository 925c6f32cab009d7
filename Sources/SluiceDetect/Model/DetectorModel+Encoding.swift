import SluiceCore

extension DetectorModel {
    /// `SLUICEDM`: the first eight bytes of every model file.
    static let magic = Array("SLUICEDM".utf8)

    /// The model's file: magic, version, length of the rest, the parts of the model in the order written here (all
    /// integers and IEEE doubles little-endian, strings with a 16-bit length), and the SHA-256 of everything before it.
    ///
    /// The same model has the same bytes.
    public func encoded() -> [UInt8] {
        var body = ByteWriter()
        body.integer(seed)
        body.double(scale)
        body.double(bias)
        for coefficient in calibration.coefficients { body.double(coefficient) }
        body.integer(UInt32(clamping: gates.minimumWords))
        for share in [gates.symbolShare, gates.signShare, gates.mixedShare, gates.functionShare, gates.unspacedShare] {
            body.double(share)
        }
        body.integer(UInt32(clamping: trainedOn.count))
        for count in trainedOn {
            body.string(count.domain)
            body.integer(UInt32(clamping: count.human))
            body.integer(UInt32(clamping: count.synthetic))
        }
        body.integer(UInt32(clamping: sources.count))
        for source in sources { body.string(source) }
        body.integer(UInt32(clamping: figures.count))
        for figure in figures {
            body.string(figure.name)
            body.double(figure.value)
        }
        body.integer(UInt32(clamping: phrases.count))
        for phrase in phrases {
            body.string(phrase.phrase)
            body.double(phrase.weight)
            body.integer(UInt32(clamping: phrase.human))
            body.integer(UInt32(clamping: phrase.synthetic))
        }
        body.integer(UInt32(clamping: strongest.count))
        for feature in strongest {
            body.string(feature.text)
            body.double(feature.weight)
        }
        body.ascending(vocabulary.keptTags)
        body.ascending(table.entries.map(\.tag))
        for entry in table.entries { body.integer(UInt8(bitPattern: entry.weight)) }
        for entry in table.entries { body.integer(entry.rarity) }
        var file = ByteWriter()
        file.bytes = DetectorModel.magic
        file.integer(DetectorModel.formatVersion)
        file.integer(UInt32(clamping: body.bytes.count))
        file.bytes += body.bytes
        return file.bytes + Digest.of(file.bytes).bytes
    }

    /// The model whose file is `bytes`.
    ///
    /// - Throws: `configuration` where `bytes` are not a model, a damaged one or one of another version.
    public init(bytes: [UInt8]) throws(SluiceError) {
        let header = DetectorModel.magic.count + 8
        guard bytes.count >= header + Digest.byteCount, bytes.starts(with: DetectorModel.magic) else {
            throw DetectorModel.unsound("this is no detector model")
        }
        var reader = ByteReader(bytes[DetectorModel.magic.count..<(bytes.count - Digest.byteCount)])
        let version = try reader.integer(UInt32.self)
        guard version == DetectorModel.formatVersion else {
            throw DetectorModel.unsound(
                "the detector model has format \(version), this program reads \(DetectorModel.formatVersion)")
        }
        let length = try reader.integer(UInt32.self)
        guard Int(length) == reader.count,
            Digest.of(bytes[..<(bytes.count - Digest.byteCount)]).bytes.elementsEqual(bytes.suffix(Digest.byteCount))
        else { throw DetectorModel.unsound("the detector model is damaged: its checksum does not match") }
        try self.init(body: &reader, id: Digest.of(bytes))
        guard reader.count == 0 else { throw DetectorModel.unsound("the detector model has bytes after its end") }
    }

    private init(body: inout ByteReader, id: Digest) throws(SluiceError) {
        self.id = id
        seed = try body.integer(UInt64.self)
        scale = try body.double()
        bias = try body.double()
        var coefficients: [Double] = []
        for _ in 0..<4 { coefficients.append(try body.double()) }
        calibration = Calibration(coefficients: coefficients)
        gates = Gates(
            minimumWords: Int(try body.integer(UInt32.self)), symbolShare: try body.double(),
            signShare: try body.double(), mixedShare: try body.double(), functionShare: try body.double(),
            unspacedShare: try body.double())
        trainedOn = try body.list { body throws(SluiceError) in
            DomainCount(
                domain: try body.string(), human: Int(try body.integer(UInt32.self)),
                synthetic: Int(try body.integer(UInt32.self)))
        }
        sources = try body.list { body throws(SluiceError) in try body.string() }
        figures = try body.list { body throws(SluiceError) in
            Figure(name: try body.string(), value: try body.double())
        }
        phrases = try body.list { body throws(SluiceError) in
            PhraseSignature(
                phrase: try body.string(), weight: try body.double(), human: Int(try body.integer(UInt32.self)),
                synthetic: Int(try body.integer(UInt32.self)))
        }
        guard phrases.allSatisfy({ abs($0.weight) <= 12 }) else {
            throw DetectorModel.unsound("the detector model has a phrase of impossible weight")
        }
        strongest = try body.list { body throws(SluiceError) in
            NamedFeature(text: try body.string(), weight: try body.double())
        }
        let words = try body.ascending(limit: Vocabulary.countLimit)
        vocabulary = Vocabulary(keptTags: words, functionWords: FunctionWords.hashes)
        let tags = try body.ascending(limit: FeatureTable.countLimit)
        guard tags.last ?? 0 < 1 << UInt32(FeatureTable.tagBits) else {
            throw DetectorModel.unsound("the detector model's features have no sound tags")
        }
        let (weights, rarities) = (try body.slice(tags.count), try body.slice(tags.count))
        guard !rarities.contains(0) else {
            throw DetectorModel.unsound("the detector model has a feature without a rarity")
        }
        table = FeatureTable(
            zip(tags, zip(weights, rarities)).map { tag, figures in
                FeatureTable.Entry(tag: tag, weight: Int8(bitPattern: figures.0), rarity: figures.1)
            })
    }

    private static func unsound(_ message: String) -> SluiceError {
        SluiceError(
            .configuration, message, advice: "use the model that came with this version, or train one anew")
    }
}
