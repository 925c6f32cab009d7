/// What the spool is doing, for the readiness page and the metrics. Counts of what was dealt with are since the start.
package struct SpoolStatus: Sendable, Equatable {
    /// Files that wait for their turn, or until nobody writes to them any more.
    package var waiting = 0
    /// Files that could not be taken in for now, and are tried again.
    package var postponed = 0
    /// True while a file is being taken in.
    package var isBusy = false
    /// Files taken in, damaged ones and repeats included.
    package var done = 0
    /// Files among `done` of which some records are damaged.
    package var damaged = 0
    /// Files among `done` that had been taken in before.
    package var repeats = 0
    /// Files that could not be read at all.
    package var failed = 0
    /// Files that were taken in, but changed or went before they could be moved.
    package var changed = 0
    /// What lies in `incoming/` and is left there, as the last scan found it.
    package var left = Left()
    /// True while the kernel tells what arrives; else the scan alone finds it.
    package var isWatched = false
    /// What keeps the spool from working, if anything does.
    package var problem: String?

    /// What a scan leaves where it lies, in numbers.
    package struct Left: Sendable, Equatable {
        /// Names that say the file is not finished; see ``EntryName/Refusal/unfinished``.
        package var unfinished = 0
        /// Names that cannot be used; see ``EntryName/Refusal/unusable``.
        package var unusableNames = 0
        /// Symbolic links.
        package var links = 0
        /// Files with a second name.
        package var hardLinks = 0
        /// Directories.
        package var directories = 0
        /// Pipes, sockets and devices.
        package var special = 0
        /// Files of an owner who is not trusted.
        package var strangers = 0
        /// Files beyond the most that one scan takes on; a later scan finds them.
        package var beyondLimit = 0

        /// Entries an operator should look at: all but what arrives in its time.
        package var unusual: Int { unusableNames + links + hardLinks + directories + special + strangers }

        mutating func count(_ refusal: EntryName.Refusal) {
            switch refusal {
            case .unfinished: unfinished += 1
            case .unusable: unusableNames += 1
            }
        }

        mutating func count(_ refusal: EntryAdmission.Refusal) {
            switch refusal {
            case .link: links += 1
            case .directory: directories += 1
            case .special, .elsewhere: special += 1
            case .hardLink: hardLinks += 1
            case .stranger: strangers += 1
            }
        }
    }
}
