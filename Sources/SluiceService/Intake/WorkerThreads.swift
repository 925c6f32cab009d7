import Glibc
import NIOPosix

/// Threads of their own for the line: records are prepared in stretches of tens of milliseconds, for which no request
/// may have to wait.
final class WorkerThreads: TaskExecutor {
    private let pool: NIOThreadPool

    /// Who asks goes before who brings: an answer takes a fraction of a millisecond, a batch a hundred times that.
    private static let niceness: Int32 = 5

    /// `count` threads, which run until ``stop()``.
    init(count: Int) {
        pool = NIOThreadPool(numberOfThreads: count)
        pool.start()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedTaskExecutor()
        pool.submit { _ in
            // Of this thread alone: on Linux each has a niceness of its own.
            _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, WorkerThreads.niceness)
            job.runSynchronously(on: executor)
        }
    }

    /// Ends the threads once what they do is done.
    func stop() async { try? await pool.shutdownGracefully() }
}
