import SluiceCore
import SluiceLedger
import SluiceStore

extension ExportManifest.LeftSince {
    /// What is in the release before `name` and not among `exported`, nor will be; nil where `name` is the first.
    ///
    /// - Parameter leftOut: the admitted documents that are in no file.
    init?(before name: String, exported: SeqSet, leftOut: [Int64], _ reader: StoreReader) throws {
        guard let before = try reader.release(before: name) else { return nil }
        self.init(release: before)
        var withoutRoom = SeqSet()
        for seq in leftOut { _ = withoutRoom.insert(seq) }
        try reader.forEachDocument(inRelease: before) { seq in
            guard !exported.contains(seq) else { return }
            guard let state = try reader.document(seq) else {
                throw SluiceError(
                    .io, "the store is damaged: \(before) holds row \(seq), which kept no document",
                    advice: "run `sluice verify`")
            }
            documents += 1
            if state.judgement.verdict == .real { real += 1 }
            if withoutRoom.contains(seq) {
                noRoom.add(seq)
            } else if try reader.wasTakenOutByItsReview(seq) {
                reviewed.add(seq)
            } else {
                held.add(seq)
            }
        }
    }
}
