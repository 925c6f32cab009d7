import SluiceService
import Testing

@Suite struct `Being ready` {
    private static let fine = Readiness(
        disk: DiskFloor.Reading(free: 2000, floor: 1000, isOpen: true), waiting: 3, limit: 64,
        sinceProgress: .seconds(5))

    /// The state in which all is well, but for one thing.
    private static func but(_ change: (inout Readiness) -> Void) -> Readiness {
        var state = fine
        change(&state)
        return state
    }

    private static let faults: [(Readiness, String)] = [
        (but { $0.storeFault = "the disk is full" }, "store: the disk is full"),
        (but { $0.disk.isOpen = false }, "disk: 2000 bytes are free, and 1000 must stay so"),
        (
            but { $0.disk = DiskFloor.Reading(free: nil, floor: 1, isOpen: false) },
            "disk: the disk does not say what is free"
        ),
        (but { $0.waiting = 64 }, "queue: 64 sources wait, and there is room for 64"),
        (but { $0.sinceProgress = .seconds(61) }, "queue: nothing was read or committed for 61 seconds"),
        (but { $0.spoolFault = "it is gone" }, "spool: it is gone"),
        (but { $0.isDraining = true }, "drain: the daemon is ending"),
    ]

    @Test func `is one word, and a list to whoever asks for more`() {
        let health = Health.readiness(Self.fine)
        #expect(health.status == 200)
        #expect(health.text(verbose: false) == "ok\n")
        #expect(
            health.text(verbose: true)
                == "[+] store: ok\n[+] disk: ok\n[+] queue: ok\n[+] spool: ok\n[+] drain: ok\nreadyz: ok\n")
    }

    @Test func `says what is wrong, without being asked for more`() {
        for (state, line) in Self.faults {
            let health = Health.readiness(state)
            #expect(health.status == 503)
            #expect(health.text(verbose: false) == "[-] \(line)\nreadyz: failed\n")
        }
    }

    @Test func `needs no source that waits to see that the one at hand stands still`() {
        let alone = Self.but { ($0.waiting, $0.sinceProgress) = (0, .seconds(61)) }
        #expect(!Health.readiness(alone).isFine)
        #expect(alone.isStalled)
    }

    @Test func `is not asked of a process that only has to live`() {
        #expect(Health.alive.status == 200)
        #expect(Health.alive.text(verbose: true) == "[+] process: ok\nlivez: ok\n")
    }
}
