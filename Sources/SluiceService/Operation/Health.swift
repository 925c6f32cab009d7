/// Whether the daemon is well, as a list of things that were looked at.
package struct Health: Sendable, Equatable {
    /// One thing that was looked at.
    package struct Check: Sendable, Equatable {
        /// What was looked at, in one word.
        package var name: String
        /// Why it is not well; nil where it is.
        package var fault: String?
    }

    /// `livez` or `readyz`.
    package var name: String
    /// What was looked at.
    package var checks: [Check]

    /// True where every check is well.
    package var isFine: Bool { checks.allSatisfy { $0.fault == nil } }

    /// The status of the answer.
    package var status: Int { isFine ? 200 : 503 }

    /// The answer for people: what is wrong, and with `verbose` what is well too.
    package func text(verbose: Bool) -> String {
        var lines: [String] = []
        for check in checks {
            if let fault = check.fault {
                lines.append("[-] \(check.name): \(fault)")
            } else if verbose {
                lines.append("[+] \(check.name): ok")
            }
        }
        lines.append(isFine ? (verbose ? "\(name): ok" : "ok") : "\(name): failed")
        return lines.joined(separator: "\n") + "\n"
    }

    /// The process answers, which is all there is to it.
    package static let alive = Health(name: "livez", checks: [Check(name: "process", fault: nil)])

    /// Whether work would be taken now.
    package static func readiness(_ state: Readiness) -> Health {
        Health(
            name: "readyz",
            checks: [
                Check(name: "store", fault: state.storeFault), Check(name: "disk", fault: state.diskFault),
                Check(name: "queue", fault: state.queueFault), Check(name: "spool", fault: state.spoolFault),
                Check(name: "drain", fault: state.isDraining ? "the daemon is ending" : nil),
            ])
    }
}

/// What readiness rests on, as the parts of the daemon say it.
package struct Readiness: Sendable, Equatable {
    /// Why the store takes no writes; nil where it does.
    package var storeFault: String?
    /// The disk of the store.
    package var disk: DiskFloor.Reading
    /// Sources that wait, those in the line not included.
    package var waiting: Int
    /// The most that may wait.
    package var limit: Int
    /// How long ago the engine took, read or committed something; zero while there is nothing to do.
    package var sinceProgress: Duration
    /// Why the spool is not watched; nil where it is.
    package var spoolFault: String?
    /// True once the daemon is ending.
    package var isDraining: Bool

    /// A source is read and committed in steps of milliseconds; what takes a minute is stuck.
    package static let stallLimit = Duration.seconds(60)

    /// A state of its parts.
    package init(
        storeFault: String? = nil, disk: DiskFloor.Reading, waiting: Int, limit: Int, sinceProgress: Duration,
        spoolFault: String? = nil, isDraining: Bool = false
    ) {
        self.storeFault = storeFault
        self.disk = disk
        self.waiting = waiting
        self.limit = limit
        self.sinceProgress = sinceProgress
        self.spoolFault = spoolFault
        self.isDraining = isDraining
    }

    /// True where there is work and none of it gets done; what a watchdog should not be fed in.
    package var isStalled: Bool { sinceProgress > Readiness.stallLimit }

    var diskFault: String? {
        guard !disk.isOpen else { return nil }
        guard let free = disk.free else { return "the disk does not say what is free" }
        return "\(free) bytes are free, and \(disk.floor) must stay so"
    }

    var queueFault: String? {
        if isStalled { return "nothing was read or committed for \(sinceProgress.components.seconds) seconds" }
        return waiting >= limit ? "\(waiting) sources wait, and there is room for \(limit)" : nil
    }
}
