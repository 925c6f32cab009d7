import Glibc
import SluicePipeline
import SluiceService
import Testing

@Suite struct `What arrives` {
    private let start = ContinuousClock.now
    private var timing = SpoolTiming()

    init() { timing.limit = 3 }

    private func name(_ text: String) throws -> EntryName { try EntryName(Array(text.utf8)) }

    private func stamp(_ size: Int) -> SourceStamp {
        var status = stat()
        status.st_size = size
        return SourceStamp(status)
    }

    @Test func `keeps its turn when it is named again`() throws {
        var arrivals = Arrivals(timing)
        for text in ["a", "b", "a"] { arrivals.movedIn(try name(text)) }
        #expect(arrivals.take()?.text == "a")
        #expect(arrivals.take() == nil)
        arrivals.finished(try name("a"))
        #expect(arrivals.take()?.text == "b")
        arrivals.finished(try name("b"))
        #expect(arrivals.take() == nil)
        #expect(arrivals.waiting == 0)
    }

    @Test func `under the name of the file at hand comes after it`() throws {
        var arrivals = Arrivals(timing)
        arrivals.movedIn(try name("a"))
        arrivals.movedIn(try name("b"))
        #expect(arrivals.take()?.text == "a")
        arrivals.movedIn(try name("a"))
        arrivals.finished(try name("a"))
        #expect(arrivals.take()?.text == "b")
        arrivals.finished(try name("b"))
        #expect(arrivals.take()?.text == "a")
    }

    @Test func `waits anew whenever it has changed`() throws {
        var arrivals = Arrivals(timing)
        arrivals.found(try name("a"), stamp(1), at: start)
        #expect(arrivals.due(at: start + .seconds(1), limit: 9).isEmpty)
        #expect(arrivals.due(at: start + .seconds(2), limit: 9).map(\.text) == ["a"])
        arrivals.looked(at: try name("a"), stamp(2), at: start + .seconds(2))
        #expect(arrivals.take() == nil)
        #expect(arrivals.due(at: start + .seconds(4), limit: 9).map(\.text) == ["a"])
        arrivals.looked(at: try name("a"), stamp(2), at: start + .seconds(4))
        #expect(arrivals.take()?.text == "a")
    }

    @Test func `waits for a writer who pauses, and for one who never closes it up to a bound`() throws {
        var arrivals = Arrivals(timing)
        arrivals.found(try name("a"), stamp(0), at: start)
        #expect(arrivals.isWritten(try name("a"), at: start))
        var now = start
        while now < start + .seconds(598) {
            now += .seconds(2)
            #expect(arrivals.due(at: now, limit: 9).map(\.text) == ["a"])
            arrivals.looked(at: try name("a"), stamp(0), at: now)
            #expect(arrivals.take(at: now) == nil)
        }
        var closed = arrivals
        closed.closed(try name("a"))
        for (var arrivals, seconds) in [(closed, 600), (arrivals, 600)] {
            _ = arrivals.due(at: start + .seconds(seconds), limit: 9)
            arrivals.looked(at: try name("a"), stamp(0), at: start + .seconds(seconds))
            #expect(arrivals.take(at: start + .seconds(seconds))?.text == "a")
        }
    }

    @Test func `loses its turn to whoever begins to write to it`() throws {
        var arrivals = Arrivals(timing)
        arrivals.found(try name("a"), stamp(1), isStill: true, at: start)
        #expect(arrivals.isWritten(try name("a"), at: start))
        #expect(arrivals.take(at: start) == nil)
        #expect(arrivals.waiting == 1)
        arrivals.closed(try name("a"))
        for seconds in [2, 4] {
            #expect(arrivals.take(at: start) == nil)
            _ = arrivals.due(at: start + .seconds(seconds), limit: 9)
            arrivals.looked(at: try name("a"), stamp(2), at: start + .seconds(seconds))
        }
        #expect(arrivals.take(at: start + .seconds(4))?.text == "a")
    }

    @Test func `is not known to be written to before it is found`() throws {
        var arrivals = Arrivals(timing)
        #expect(!arrivals.isWritten(try name("a"), at: start))
        arrivals.movedIn(try name("a"))
        #expect(arrivals.take(at: start)?.text == "a")
    }

    @Test func `is forgotten when it goes before its turn`() throws {
        var arrivals = Arrivals(timing)
        arrivals.found(try name("a"), stamp(1), at: start)
        _ = arrivals.due(at: start + .seconds(2), limit: 9)
        arrivals.looked(at: try name("a"), nil, at: start + .seconds(2))
        #expect(arrivals.waiting == 0)
    }

    @Test func `beyond the limit is left to a later scan`() throws {
        var arrivals = Arrivals(timing)
        arrivals.beganScan()
        for text in ["a", "b", "c", "d"] { arrivals.movedIn(try name(text)) }
        #expect(arrivals.waiting == 3)
        #expect(arrivals.needsScan)
    }

    @Test func `waits longer after each failure, up to a bound`() throws {
        var arrivals = Arrivals(timing)
        arrivals.movedIn(try name("a"))
        var now = start
        for seconds in [0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300] {
            #expect(arrivals.take()?.text == "a")
            arrivals.postpone(try name("a"), at: now)
            #expect(arrivals.postponed == 1)
            arrivals.resumePostponed(at: now + .seconds(seconds) - .milliseconds(1))
            #expect(arrivals.take() == nil)
            now += .seconds(seconds)
            arrivals.resumePostponed(at: now)
        }
    }

    @Test func `two spellings of one accent are two files`() throws {
        var arrivals = Arrivals(timing)
        arrivals.movedIn(try name("e\u{301}"))
        arrivals.movedIn(try name("\u{E9}"))
        #expect(arrivals.waiting == 2)
    }
}
