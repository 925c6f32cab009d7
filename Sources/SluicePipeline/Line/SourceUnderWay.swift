import SluiceCore
import SluiceCrawl
import SluiceStore

/// A source between the moment it is opened and that of its last record's decision.
struct SourceUnderWay: Sendable {
    /// Its number in the line.
    var number: Int
    /// What was asked for.
    var request: SourceRequest
    /// What never changes of it.
    var description: SourceDescription
    /// The file as it was when its digest was taken.
    var stamp: SourceStamp
    /// The source as the store knows it; in a batch, as it was when the source was opened. Nil before its first commit.
    var stored: StoredSource?
    /// What its records came to in this stretch.
    var report: SourceReport
    /// Bytes of the file that are dealt with.
    var position: UInt64
    /// True where an earlier stretch of it is in the store.
    var isResumed: Bool

    /// True once something of it is in the store.
    var hasBegun: Bool { stored != nil }

    /// What speaks against the file, where it is not what it was when its digest was taken; asks the file system.
    var change: SluiceError? {
        do throws(SluiceError) {
            try stamp.requireUnchanged(request.path)
            return nil
        } catch {
            return error
        }
    }

    /// How it ends with this result.
    func outcome(_ result: Result<SourceReport, SluiceError>) -> SourceOutcome {
        SourceOutcome(
            request: request, result: result, hasBegun: hasBegun, bytes: UInt64(clamping: description.bytes))
    }
}

/// What goes through a line, in order.
enum LineItem<Content: Sendable>: Sendable {
    case batch(Content)
    /// A source was read to its end before, or cannot be read on.
    case outcome(SourceOutcome, source: SourceUnderWay?)
    /// A batch of a source that has failed.
    case dropped

    /// The same item with its content one stage further on.
    func map<Next>(_ change: (Content) throws -> Next) rethrows -> LineItem<Next> {
        switch self {
        case .batch(let batch): .batch(try change(batch))
        case .outcome(let outcome, let source): .outcome(outcome, source: source)
        case .dropped: .dropped
        }
    }
}

/// How far a batch reaches in its source.
struct BatchExtent: Sendable {
    /// Where reading goes on once the batch is committed.
    var resume: ResumePoint
    /// Bytes of the source, as stored, up to its end.
    var position: UInt64
    /// Bytes in it that belong to no record.
    var skipped: UInt64
    /// True where the source ends with it.
    var isLast: Bool

    init(_ batch: RawBatch) {
        resume = batch.resume
        position = batch.position
        skipped = batch.skipped
        isLast = batch.isLast
    }
}

extension DeclaredLabel {
    /// The label as the store keeps it of a source.
    var json: String {
        var json = JSONText()
        json.object { json in
            json.member("synthetic", isSynthetic)
            json.member("generator", generator)
        }
        return json.string
    }
}
