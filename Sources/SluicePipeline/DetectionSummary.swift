import SluiceCore

/// What a run of the detector came to, and what it did not judge.
public struct DetectionSummary: Sendable {
    /// Why inputs could not be used at all, of those that could not.
    public var failures: [SluiceError]
    /// Files in the directories given that were passed over, because their names are not those of dumps.
    public var passedOver: [String]
    /// Bytes that belong to no record.
    public var skippedBytes: UInt64 = 0
    /// Records, those without a text included.
    public private(set) var records = 0
    /// Records with a text.
    public private(set) var judged = 0
    /// Records that are damaged or beyond a limit.
    public private(set) var damaged = 0
    /// The first of these.
    public private(set) var firstDamage: DetectedDocument?

    private var notObjects = 0

    init(failures: [SluiceError], passedOver: [String]) {
        (self.failures, self.passedOver) = (failures, passedOver)
    }

    mutating func count(_ document: DetectedDocument) {
        records += 1
        guard let error = document.rejection else {
            judged += 1
            return
        }
        if error.reason == .notAnObject { notObjects += 1 }
        guard error.reason.isDamage else { return }
        damaged += 1
        firstDamage = firstDamage ?? document
    }

    /// What a run that judged less than its user may think has to say.
    public var remarks: [String] {
        var remarks: [String] = []
        if let document = firstDamage, let error = document.rejection {
            remarks.append(
                "records that are damaged: \(damaged), the first \(document.shownID) at byte \(error.offset): \(error.reason.rawValue), "
                    + error.detail)
        }
        let isSpread = firstDamage?.rejection?.showsSpreadJSON ?? false
        if isSpread || notObjects > 0 { remarks.append(Tally.jsonAdvice(isSpread: isSpread)) }
        if skippedBytes > 0 { remarks.append("bytes that belong to no record: \(skippedBytes)") }
        remarks += failures.map { "\($0)" }
        if records == 0, failures.isEmpty { remarks.append("the input holds no records") }
        if records > 0, judged == 0 { remarks.append("none of the \(records) records holds text that can be used") }
        return remarks
    }

    /// How the run ended, as an exit code: 0; 1 where something was damaged; 65 where there was nothing to use.
    public var exitCode: Int32 {
        if let failure = failures.first, records == 0 { return failure.code.rawValue }
        if damaged > 0 || !failures.isEmpty { return SluiceError.Code.checkFailed.rawValue }
        return judged > 0 ? 0 : SluiceError.Code.noUsableData.rawValue
    }
}
