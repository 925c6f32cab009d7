import Logging
import SluiceCore
import SluiceService
import Synchronization
import Testing

/// A disk and a clock that stand still until told otherwise.
private final class Disk: Sendable {
    private let state = Mutex((free: UInt64?.some(0), moment: ContinuousClock.now, probes: 0))

    var free: UInt64? {
        get { state.withLock(\.free) }
        set { state.withLock { $0.free = newValue } }
    }
    var probes: Int { state.withLock(\.probes) }
    var now: ContinuousClock.Instant { state.withLock(\.moment) }

    func wait(_ seconds: Int) { state.withLock { $0.moment += .seconds(seconds) } }

    func probe() -> UInt64? {
        state.withLock { state in
            state.probes += 1
            return state.free
        }
    }
}

@Suite struct `The disk floor` {
    private let disk = Disk()
    private let log: LogFile
    private let floor: DiskFloor

    init() throws {
        log = try LogFile()
        disk.free = 2000
        floor = DiskFloor(
            1000, directory: "/store", logger: log.logger, probe: disk.probe, now: { [disk] in disk.now })
    }

    @Test func `leaves the bytes free that it is given`() {
        #expect(floor.hasRoom())
        #expect(floor.hasRoom(for: 1000))
        #expect(!floor.hasRoom(for: 1001))
        #expect(!floor.hasRoom(for: .max))
        #expect(floor.reading.isOpen)
    }

    @Test func `closes below, opens a twentieth above, and says each once`() {
        for (free, isOpen) in [(1000, true), (999, false), (1000, false), (1049, false), (1050, true), (1000, true)] {
            disk.free = UInt64(free)
            disk.wait(1)
            for _ in 0..<3 { #expect(floor.hasRoom() == isOpen, "\(free)") }
        }
        #expect(log.objects.map { $0["level"] as? String } == ["error", "notice"])
        #expect(log.objects.map { $0["free"] as? Int } == [999, 1050])
    }

    @Test func `asks the disk once a second`() {
        for _ in 0..<100 { _ = floor.hasRoom() }
        #expect(disk.probes == 2)
        disk.wait(1)
        for _ in 0..<100 { _ = floor.hasRoom() }
        #expect(disk.probes == 3)
    }

    @Test func `takes nothing where the disk says nothing`() {
        disk.free = nil
        #expect(!floor.hasRoom())
        disk.free = 5000
        disk.wait(1)
        #expect(floor.hasRoom())
    }

    @Test func `can be moved`() {
        #expect(floor.hasRoom())
        floor.setFloor(3000)
        #expect(!floor.hasRoom())
        floor.setFloor(0)
        #expect(floor.hasRoom(for: 2000))
    }

    @Test func `looks at the disk there is`() throws {
        let real = DiskFloor(0, directory: "/", logger: log.logger)
        #expect(try #require(real.reading.free) > 0)
        #expect(!DiskFloor(0, directory: "/nowhere/at/all", logger: log.logger).hasRoom())
    }
}
