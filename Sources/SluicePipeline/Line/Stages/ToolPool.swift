import Synchronization

/// Tools that are dear to make, handed from one batch to the next: as many as were ever in use at once.
final class ToolPool<Tool: Sendable>: Sendable {
    private let idle = Mutex<[Tool]>([])
    private let make: @Sendable () -> Tool

    /// A pool that makes a tool where none is idle.
    init(_ make: @escaping @Sendable () -> Tool) { self.make = make }

    /// Runs `body` with a tool that nobody else has.
    func withTool<Result>(_ body: (inout Tool) -> Result) -> Result {
        var tool = idle.withLock { $0.popLast() } ?? make()
        defer { idle.withLock { [tool] in $0.append(tool) } }
        return body(&tool)
    }
}
