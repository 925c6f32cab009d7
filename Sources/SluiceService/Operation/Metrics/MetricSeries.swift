/// A family of series that the daemon shows: its name, what it is, and by what it is told apart.
///
/// `docs/metrics.md` has the same table; a test holds the two together.
package struct MetricSeries: Sendable, Equatable {
    /// What the numbers of a family do.
    package enum Kind: String, Sendable {
        /// They only grow.
        case counter
        /// They go up and down.
        case gauge
        /// They are counted by size.
        case histogram
    }

    /// The name, without the prefix that all share.
    package let name: String
    /// What the numbers do.
    package let kind: Kind
    /// The names of the labels.
    package let labels: [String]
    /// What is counted or measured.
    package let help: String

    /// What every name begins with.
    package static let prefix = "sluice_"

    private init(_ name: String, _ kind: Kind, _ labels: [String] = [], help: String) {
        self.name = name
        self.kind = kind
        self.labels = labels
        self.help = help
    }

    /// Every family, in the order in which they are shown.
    package static let all: [MetricSeries] = [
        buildInfo, startTime, records, rejected, documents, textBytes, sourceBytes, skippedBytes, sources, held, ledger,
        shards, shardRatio, shardCap, shardTokens, reviews, commitDuration, queueSources, queueLimit, spoolFiles,
        spoolWaiting, requests, requestDuration, connections, diskFree, diskFloor, residentMemory, processorTime,
        openFiles,
    ]

    // MARK: The program

    static let buildInfo = MetricSeries(
        "build_info", .gauge, ["version", "model"], help: "Always 1; the program's version and its detector's model.")
    static let startTime = MetricSeries(
        "start_time_seconds", .gauge, help: "When the daemon started, in seconds since 1970.")

    // MARK: The store

    static let records = MetricSeries(
        "records_total", .counter, ["decision"], help: "Records in the store, by what became of them.")
    static let rejected = MetricSeries(
        "rejected_total", .counter, ["reason"], help: "Rejected records in the store, by reason.")
    static let documents = MetricSeries(
        "documents", .gauge, ["verdict"], help: "Kept documents in the store, by the verdict in force.")
    static let textBytes = MetricSeries("text_bytes_total", .counter, help: "Bytes of the texts that were read.")
    static let sourceBytes = MetricSeries(
        "source_bytes_total", .counter, help: "Bytes of sources that were read and committed, compressed as they came.")
    static let skippedBytes = MetricSeries("skipped_bytes_total", .counter, help: "Bytes that belong to no record.")
    static let sources = MetricSeries(
        "sources_total", .counter, ["state"], help: "Sources that were begun, and those read to their end.")
    static let held = MetricSeries("held_documents", .gauge, help: "Kept documents in no shard.")
    static let ledger = MetricSeries("ledger_size", .gauge, help: "Rows of the ledger.")
    static let shards = MetricSeries(
        "shards_total", .counter, ["state"], help: "Shards that were opened, and those that were sealed.")
    static let shardRatio = MetricSeries(
        "shard_synthetic_ratio", .gauge, help: "Synthetic tokens per real token in the open shard.")
    static let shardCap = MetricSeries("shard_cap_ratio", .gauge, help: "The highest ratio that the open shard allows.")
    static let shardTokens = MetricSeries("shard_tokens", .gauge, ["kind"], help: "Tokens in the open shard.")
    static let reviews = MetricSeries("reviews_total", .counter, ["verdict"], help: "Verdicts of reviewers.")

    // MARK: The work

    static let commitDuration = MetricSeries(
        "commit_duration_seconds", .histogram, help: "Time from a prepared batch to its commit on disk.")
    static let queueSources = MetricSeries(
        "intake_queue_sources", .gauge, help: "Sources that wait for their turn.")
    static let queueLimit = MetricSeries("intake_queue_limit", .gauge, help: "The most sources that may wait.")
    static let spoolFiles = MetricSeries("spool_files_total", .counter, ["result"], help: "Files that left the spool.")
    static let spoolWaiting = MetricSeries("spool_waiting_files", .gauge, help: "Files that wait in the spool.")
    static let requests = MetricSeries(
        "http_requests_total", .counter, ["route", "method", "status"],
        help: "Answered requests, by route, method and class of the status.")
    static let requestDuration = MetricSeries(
        "http_request_duration_seconds", .histogram, ["route"],
        help: "Time from a request's header to the end of its answer.")
    static let connections = MetricSeries("http_connections", .gauge, help: "Open connections.")

    // MARK: The machine

    static let diskFree = MetricSeries("disk_free_bytes", .gauge, help: "Bytes free on the store's disk.")
    static let diskFloor = MetricSeries("disk_floor_bytes", .gauge, help: "Free bytes below which no work is taken.")
    static let residentMemory = MetricSeries("process_resident_memory_bytes", .gauge, help: "Memory in use.")
    static let processorTime = MetricSeries("process_cpu_seconds_total", .counter, help: "Processor time taken.")
    static let openFiles = MetricSeries("process_open_fds", .gauge, help: "Open file descriptors.")
}
