import SluiceCore
import SluiceStore

/// What whoever reads a line's results should know beside them.
public enum LineRemark: Sendable, Equatable, CustomStringConvertible {
    /// What did not go as it should with the near-duplicate index's file, and cost no more than time.
    case index(String)
    /// What decides from here on that did not decide in the run before: never empty.
    case changed([RunDescription.Part])

    /// The open shard has another cap, in millionths, than the configuration asks for.
    case shardCap(Int64, configured: Int64)

    /// The remark in words.
    public var description: String {
        switch self {
        case .index(let remark): remark
        case .shardCap(let cap, let configured):
            "the open shard keeps its cap of \(LineRemark.share(cap)); shards.cap, \(LineRemark.share(configured)), holds from the "
                + "next one on ('sluice shards seal' ends it), and an export has the lowest cap of all shards"
        case .changed(let parts):
            "not decided as by the run before it: another \(parts.map(\.rawValue).joined(separator: ", another ")); "
                + "what was decided before stays as it is"
        }
    }

    private static func share(_ ppm: Int64) -> String { JSONText.decimal(Double(ppm) / 1_000_000) }
}
