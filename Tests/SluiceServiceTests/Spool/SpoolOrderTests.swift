import Glibc
import Logging
import ServiceLifecycle
import SluiceCore
import SluicePipeline
import SluiceService
import Synchronization
import Testing

@Suite struct `The spool takes files in order` {
    @Test func `what lay there before the start comes by its age, then by its name's bytes`() async throws {
        let fixture = try SpoolFixture()
        try fixture.lay("b", "1", age: 100)
        try fixture.lay("a", "2", age: 100)
        try fixture.lay("Z", "3", age: 100)
        try fixture.lay("newest", "4", age: 50)
        try fixture.lay("oldest", "5", age: 200)
        try await fixture.running {
            try await eventually("all are taken") { fixture.sink.names.count == 5 }
        }
        #expect(fixture.sink.names == ["oldest", "Z", "a", "b", "newest"])
        #expect(try fixture.names(in: "incoming") == [])
    }

    @Test func `a file that is renamed in is taken at once, in the order of the renames`() async throws {
        let fixture = try SpoolFixture(timing: .impatient)
        try await fixture.running {
            try await eventually("the kernel is asked") { fixture.spool.status.isWatched }
            for name in ["z", "m", "a"] { try fixture.drop(name, name) }
            try await eventually("all are taken, though standing still would take an hour") {
                fixture.sink.names.count == 3
            }
        }
        #expect(fixture.sink.names == ["z", "m", "a"])
    }

    @Test func `a file that somebody still writes to is left until it has stood still`() async throws {
        var timing = SpoolTiming.quick
        timing.settle = .seconds(1)
        let fixture = try SpoolFixture(timing: timing) { source, _ in
            var (status, now) = (stat(), timespec())
            #expect(stat(source.path, &status) == 0 && clock_gettime(CLOCK_REALTIME, &now) == 0)
            let age = Double(now.tv_sec - status.st_mtim.tv_sec) + Double(now.tv_nsec - status.st_mtim.tv_nsec) / 1e9
            #expect(age > 0.95)
        }
        let path = "\(fixture.root)/incoming/slow"
        try await fixture.running {
            for part in 0..<10 {
                let file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
                try #require(write(file, "\(part)", 1) == 1)
                close(file)
                try await Task.sleep(for: .milliseconds(60))
            }
            // On a machine that stands still for a second itself, it comes in pieces.
            try await eventually("all is taken") { fixture.sink.taken.map(\.text).joined() == "0123456789" }
        }
        #expect(Set(fixture.sink.names) == ["slow"])
    }

    @Test func `a file is whole although its writer pauses for longer than a file must stand still`() async throws {
        let fixture = try SpoolFixture()
        try await fixture.running {
            try await eventually("the kernel is asked") { fixture.spool.status.isWatched }
            let file = open("\(fixture.root)/incoming/slow", O_WRONLY | O_CREAT, 0o600)
            for part in ["", "one", "two"] {
                try #require(write(file, part, part.utf8.count) == part.utf8.count)
                try await Task.sleep(for: .milliseconds(700))
                #expect(fixture.sink.names.isEmpty)
            }
            close(file)
            try await eventually("it is taken") { fixture.sink.taken.map(\.text) == ["onetwo"] }
        }
    }

    @Test func `a complete file that is given a second name, and then only that, is taken`() async throws {
        let fixture = try SpoolFixture()
        try await fixture.running {
            try await eventually("the kernel is asked") { fixture.spool.status.isWatched }
            let beside = try fixture.folder.file("beside", "whole")
            try #require(link(beside, "\(fixture.root)/incoming/a") == 0 && unlink(beside) == 0)
            try await eventually("it is taken") { fixture.sink.taken.map(\.text) == ["whole"] }
        }
    }

    @Test func `a file waits while no work is taken`() async throws {
        let gate = Flag()
        let fixture = try SpoolFixture(opening: gate)
        try await fixture.running {
            try fixture.drop("a", "a")
            try await eventually("it waits") { fixture.spool.status.waiting == 1 }
            try await Task.sleep(for: .milliseconds(100))
            #expect(fixture.sink.names.isEmpty)
            gate.isUp.store(true, ordering: .relaxed)
            try await eventually("it is taken") { fixture.sink.names == ["a"] }
        }
    }

    @Test func `a busy sink is asked again, and no other file comes first`() async throws {
        let fixture = try SpoolFixture { source, attempt in
            if source.name == "first", attempt < 4 { throw SluiceError(.busy, "full") }
        }
        try fixture.lay("first", "1", age: 90)
        try fixture.lay("second", "2", age: 80)
        try await fixture.running {
            try await eventually("both are taken") { fixture.sink.names.count == 2 }
        }
        #expect(fixture.sink.names == ["first", "second"])
        #expect(fixture.sink.attempts(at: "first") == 4)
    }

    @Test func `a file that cannot be read for now lets others come first, and is tried again`() async throws {
        let fixture = try SpoolFixture { source, attempt in
            if source.name == "first", attempt < 3 { throw SluiceError(.io, "the disk") }
        }
        try fixture.lay("first", "1", age: 90)
        try fixture.lay("second", "2", age: 80)
        try await fixture.running {
            try await eventually("both are taken") { fixture.sink.names.count == 2 }
            try await eventually("both are moved") { try fixture.names(in: "incoming").isEmpty }
        }
        #expect(fixture.sink.names == ["second", "first"])
        #expect(try fixture.names(in: "failed") == [])
    }

    @Test func `told to end, it deals with the file at hand and takes no other`() async throws {
        let gate = Gate()
        let fixture = try SpoolFixture { _, _ in await gate.wait() }
        try fixture.lay("first", "1", age: 90)
        try fixture.lay("second", "2", age: 80)
        let group = ServiceGroup(
            services: [fixture.spool], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await eventually("the first is at hand") { fixture.sink.attempts(at: "first") == 1 }
            await group.triggerGracefulShutdown()
            try await Task.sleep(for: .milliseconds(100))
            await gate.open()
            let start = ContinuousClock.now
            try await tasks.waitForAll()
            #expect(ContinuousClock.now - start < .seconds(5))
        }
        #expect(fixture.sink.names == ["first"])
        #expect(try fixture.names(in: "incoming") == ["second"])
        #expect(try fixture.names(in: "done") == ["first", "first.report.json"])
    }

    @Test func `cancelled, it leaves the file at hand where it lies`() async throws {
        let fixture = try SpoolFixture { _, _ in try await Task.sleep(for: .seconds(60)) }
        try fixture.lay("first", "1")
        let start = ContinuousClock.now
        try await fixture.running {
            try await eventually("it is at hand") { fixture.sink.attempts(at: "first") == 1 }
        }
        #expect(ContinuousClock.now - start < .seconds(30))
        #expect(try fixture.names(in: "incoming") == ["first"])
        #expect(try fixture.names(in: "done") == [])
    }

    @Test func `a directory that is moved away is made again, and the spool goes on`() async throws {
        let fixture = try SpoolFixture()
        try await fixture.running {
            try fixture.drop("a", "a")
            try await eventually("it is moved") { try fixture.names(in: "done").count == 2 }
            try #require(rename("\(fixture.root)/done", "\(fixture.root)/archive") == 0)
            try fixture.drop("b", "b")
            try await eventually("the next is moved") { (try? fixture.names(in: "done").count) == 2 }
            try #require(rename("\(fixture.root)/incoming", "\(fixture.root)/away") == 0)
            try await eventually("it is made again") { access("\(fixture.root)/incoming", F_OK) == 0 }
            try fixture.drop("c", "c")
            try await eventually("the last is moved") { try fixture.names(in: "done").count == 4 }
        }
        #expect(try fixture.names(in: "archive") == ["a", "a.report.json"])
        #expect(try fixture.names(in: "done") == ["b", "b.report.json", "c", "c.report.json"])
    }
}

/// A flag that a closure and a test share.
final class Flag: Sendable {
    let isUp = Atomic(false)
}

/// Holds whoever waits until it is opened.
actor Gate {
    private var isOpen = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func open() {
        isOpen = true
        for one in waiting { one.resume() }
        waiting = []
    }

    func wait() async {
        if isOpen { return }
        await withCheckedContinuation { waiting.append($0) }
    }
}
