import Glibc
import SluicePipeline

/// A file of `incoming/` that is held on to: no name leads to it any more, and none is needed.
package final class HeldEntry: Sendable {
    package let name: EntryName
    package let stamp: SourceStamp
    private let descriptor: Int32

    init(name: EntryName, stamp: SourceStamp, descriptor: Int32) {
        self.name = name
        self.stamp = stamp
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// The path by which the engine reads it: whatever becomes of its name, it leads to the file that was judged.
    package var path: String { "/proc/self/fd/\(descriptor)" }
}
