import NIOPosix

/// Threads of their own for the line: records are prepared in stretches of tens of milliseconds, for which no request
/// may have to wait.
final class WorkerThreads: TaskExecutor {
    private let pool: NIOThreadPool

    /// `count` threads, which run until ``stop()``.
    init(count: Int) {
        pool = NIOThreadPool(numberOfThreads: count)
        pool.start()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedTaskExecutor()
        pool.submit { _ in job.runSynchronously(on: executor) }
    }

    /// Ends the threads once what they do is done.
    func stop() async { try? await pool.shutdownGracefully() }
}
