import SluiceStore

/// What whoever reads a line's results should know beside them.
public enum LineRemark: Sendable, Equatable, CustomStringConvertible {
    /// What did not go as it should with the near-duplicate index's file, and cost no more than time.
    case index(String)
    /// What decides from here on that did not decide in the run before: never empty.
    case changed([RunDescription.Part])

    /// The remark in words.
    public var description: String {
        switch self {
        case .index(let remark): remark
        case .changed(let parts):
            "not decided as by the run before it: another \(parts.map(\.rawValue).joined(separator: ", another ")); "
                + "what was decided before stays as it is"
        }
    }
}
