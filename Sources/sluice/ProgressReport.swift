import Foundation
import SluiceCore
import SluicePipeline
import Synchronization

/// How far a run has come, for people: one line that is rewritten, on a terminal and nowhere else.
final class ProgressReport: Sendable {
    private let isInteractive = Console.isInteractive
    private let started = ContinuousClock.now
    private let last = Mutex<(shown: ContinuousClock.Instant?, resumedAt: UInt64?)>((nil, nil))

    /// Shows `progress`, at most five times a second.
    func show(_ progress: IngestProgress) {
        guard isInteractive else { return }
        let now = ContinuousClock.now
        let resumedAt: UInt64? = last.withLock { last in
            // What was done before this run says nothing about its speed.
            let base = last.resumedAt ?? (progress.bytesDone - min(progress.bytesDone, progress.summary.bytesRead))
            last.resumedAt = base
            if let shown = last.shown, now - shown < .milliseconds(200) { return nil }
            last.shown = now
            return base
        }
        guard let resumedAt else { return }
        Console.status(text(progress, seconds: seconds(now - started), resumedAt: resumedAt))
    }

    /// Clears the line.
    func end() {
        if isInteractive { Console.status("") }
    }

    private func text(_ progress: IngestProgress, seconds: Double, resumedAt: UInt64) -> String {
        let summary = progress.summary
        let done = Double(progress.bytesDone - min(progress.bytesDone, resumedAt))
        let rate = done / max(seconds, 0.001)
        let left = Double(progress.bytesTotal - min(progress.bytesTotal, progress.bytesDone)) / max(rate, 1)
        let percent = progress.bytesTotal == 0 ? 100 : Double(progress.bytesDone) * 100 / Double(progress.bytesTotal)
        return [
            "\(decimal(percent, 1)) %",
            "\(Quantity.bytes(progress.bytesDone)) of \(Quantity.bytes(progress.bytesTotal))",
            "\(summary.records) documents",
            "\(Int(Double(summary.records) / max(seconds, 0.001)))/s",
            "\(decimal(rate / 1e6, 1)) MB/s",
            "kept \(summary.kept)",
            "duplicate \(summary.exactDuplicates + summary.nearDuplicates)",
            "synthetic \(summary.verdicts[.synthetic, default: 0])",
            "\(Quantity.duration(left)) left",
        ].joined(separator: " · ")
    }

    private func seconds(_ duration: Duration) -> Double {
        duration / .seconds(1)
    }

    private func decimal(_ value: Double, _ places: Int) -> String { JSONText.decimal(value, places: places) }
}

/// Quantities as people read them.
enum Quantity {
    /// `bytes` with a unit of a power of 1000.
    static func bytes(_ bytes: UInt64) -> String {
        var value = Double(bytes)
        for unit in ["B", "kB", "MB", "GB"] {
            if value < 1000 { return "\(JSONText.decimal(value, places: unit == "B" ? 0 : 1)) \(unit)" }
            value /= 1000
        }
        return "\(JSONText.decimal(value, places: 1)) TB"
    }

    /// `seconds` in hours, minutes and seconds.
    static func duration(_ seconds: Double) -> String {
        let total = Int(min(max(seconds, 0), 1e8).rounded())
        if total < 60 { return "\(total) s" }
        if total < 3600 { return "\(total / 60) min \(total % 60) s" }
        return "\(total / 3600) h \(total / 60 % 60) min"
    }
}
