import Logging
import SluiceStore
import Synchronization

/// Keeps the daemon from filling the disk: below a floor of free bytes it takes no work, and goes on when there is room.
///
/// The disk is asked at most once a second, however often the floor is; so bytes that come in are to be asked for piece
/// by piece. Closed, it opens again at the floor and a twentieth, lest it open and close with every file.
package final class DiskFloor: Sendable {
    /// What is known of the disk.
    package struct Reading: Sendable, Equatable {
        /// Bytes that can still be written; nil where nobody could say.
        package var free: UInt64?
        /// Bytes that must stay free.
        package var floor: UInt64
        /// False while no work is taken.
        package var isOpen: Bool

        /// A reading of its parts.
        package init(free: UInt64?, floor: UInt64, isOpen: Bool) {
            self.free = free
            self.floor = floor
            self.isOpen = isOpen
        }
    }

    private struct State {
        var reading: Reading
        /// When the disk is asked again.
        var nextProbe: ContinuousClock.Instant?
    }

    private let state: Mutex<State>
    private let directory: String
    private let logger: Logger
    private let probe: @Sendable () -> UInt64?
    private let now: @Sendable () -> ContinuousClock.Instant

    /// A floor under the disk of `directory`; tests bring a disk and a clock of their own.
    package init(
        _ floor: UInt64, directory: String, logger: Logger, probe: (@Sendable () -> UInt64?)? = nil,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }
    ) {
        self.directory = directory
        self.logger = logger
        let probe = probe ?? { FreeSpace.bytes(at: directory) }
        self.probe = probe
        self.now = now
        // Known from the start: whoever asks while another measures gets what was known before.
        state = Mutex(State(reading: Reading(free: probe(), floor: floor, isOpen: true)))
    }

    /// What is known of the disk, not older than a second.
    package var reading: Reading {
        measure()
        return state.withLock(\.reading)
    }

    /// True where `bytes` more may be written.
    package func hasRoom(for bytes: UInt64 = 0) -> Bool {
        let reading = reading
        guard reading.isOpen, let free = reading.free else { return false }
        return free >= bytes && free - bytes >= reading.floor
    }

    /// Fails where nothing more may be written.
    func require() throws(Problem) {
        guard hasRoom() else {
            throw Problem(.storage, "the disk is nearly full; work is taken again when there is room").retry(after: 60)
        }
    }

    /// Moves the floor.
    package func setFloor(_ floor: UInt64) {
        state.withLock { state in
            state.reading.floor = floor
            state.nextProbe = nil
        }
    }

    private func measure() {
        let moment = now()
        let isDue = state.withLock { state in
            if let next = state.nextProbe, moment < next { return false }
            state.nextProbe = moment + .seconds(1)
            return true
        }
        guard isDue else { return }
        // Outside the lock: a disk that hangs keeps one waiting, not everybody.
        let free = probe()
        let (before, after) = state.withLock { state in
            let before = state.reading
            state.reading.free = free
            let floor = before.floor
            state.reading.isOpen =
                free.map { $0 >= (before.isOpen ? floor : floor.addingClamped(floor / 20)) } ?? false
            return (before, state.reading)
        }
        guard before.isOpen != after.isOpen else { return }
        let metadata: Logger.Metadata = [
            "directory": "\(directory)", "free": free.map { .stringConvertible($0) } ?? "unknown",
            "floor": .stringConvertible(after.floor),
        ]
        if after.isOpen {
            logger.notice("the disk has room again: work is taken", metadata: metadata)
        } else {
            logger.error("the disk is below its floor: no work is taken", metadata: metadata)
        }
    }
}

extension UInt64 {
    fileprivate func addingClamped(_ other: UInt64) -> UInt64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
