import SluiceCore
import SluicePipeline
import SluiceStore

extension SourceReport {
    /// The report with the run and the verdicts of all that the source has, where those that it came with are of the last
    /// stretch alone, for the source was read on after a restart, or of none, for it was read before. A repeat stays as
    /// it is. Reads the source's records then.
    func whole(_ questions: QuestionPool) async throws -> SourceReport {
        guard !isRepeat, run == nil || counts.verdicts.values.reduce(0, +) < counts.kept else { return self }
        let found = try await questions.ask(on: .long, within: .seconds(50)) { reader -> (String?, [Verdict: Int])? in
            guard let id = try reader.source(source)?.id else { return nil }
            return (try reader.run(ofSource: id), try reader.firstVerdicts(ofSource: id))
        }
        var report = self
        if let found { (report.run, report.counts.verdicts) = found }
        return report
    }
}
