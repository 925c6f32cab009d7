import NIOCore

/// Runs the tasks of a connection on its event loop.
///
/// The pool that Swift's tasks share by default is as wide as the machine and full of documents being prepared; a request
/// that waited its turn there would wait for a batch. Nothing that runs here may block.
final class LoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
