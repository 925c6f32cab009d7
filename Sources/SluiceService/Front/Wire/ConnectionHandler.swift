import NIOCore

/// The event loop's side of a connection: bytes in, requests out when they are asked for, and the clock.
///
/// Nothing is read from the socket unless somebody waits for a part of a request. So a slow route slows its sender, a
/// second request stays in the kernel until the first is answered, and a connection holds one read's worth of bytes.
final class ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What comes of waiting for a part of a request.
    enum Arrival: Sendable {
        /// The part.
        case part(RequestPart)
        /// What is wrong with the request.
        case problem(Problem)
        /// The other side is gone, or has nothing more to say.
        case ended
    }

    private enum Stage {
        case waiting(since: NIODeadline, isFirst: Bool)
        case head(since: NIODeadline, isFirst: Bool)
        case request
        case lingering(since: NIODeadline, left: Int)
    }

    private let limits: WireLimits
    private var parser: RequestParser
    private var stage: Stage
    private var context: ChannelHandlerContext?
    private var waiter: EventLoopPromise<Arrival>?
    private var inputEnded = false
    private var failed = false
    private var bodyBytes = 0
    private var bodyWaited = TimeAmount.zero
    private var waitingSince = NIODeadline.distantPast
    private var writingSince: NIODeadline?
    private var timer: Scheduled<Void>?
    /// Told what the connection is at whenever that changes.
    var onRank: (ConnectionTable.Rank) -> Void = { _ in }

    /// Since when no request may follow the one that is being answered.
    private var drainingSince: NIODeadline?
    /// True where the body of the request at hand has been read to its end.
    private(set) var bodyIsRead = true

    /// Lets go of what has come of a body that nobody wants, and says whether another request may follow.
    ///
    /// A small body that is here already is passed over. For the rest of a larger one the connection would have to take
    /// bytes for nothing, gigabytes perhaps; it is closed instead.
    func settle() -> Bool {
        while !bodyIsRead, !failed {
            if let part = try? parser.next() {
                arrived(part)
            } else {
                failed = true
            }
        }
        return !failed && !inputEnded && drainingSince == nil
    }

    /// True where bytes of the body are here already, so that nobody waits to be told to send them.
    var holdsBytes: Bool { parser.holdsBytes }

    init(limits: WireLimits) {
        self.limits = limits
        parser = RequestParser(limits: limits)
        stage = .waiting(since: .now(), isFirst: true)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        arm(context, at: .now() + tick)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        timer?.cancel()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed {
            if case .lingering = stage { return context.close(promise: nil) }
            end()
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if case .lingering(let since, let left) = stage {
            stage = .lingering(since: since, left: left - bytes.readableBytes)
            return
        }
        guard !failed else { return }
        if case .waiting(_, let isFirst) = stage { stage = .head(since: .now(), isFirst: isFirst) }
        parser.append(&bytes)
        deliver()
    }

    func channelReadComplete(context: ChannelHandlerContext) { readOn(context) }

    private func readOn(_ context: ChannelHandlerContext) {
        guard !inputEnded else { return }
        if case .lingering(_, let left) = stage {
            if left > 0 { context.read() }
        } else if waiter != nil {
            context.read()
        }
    }

    /// The other side has sent all it will.
    private func end() {
        inputEnded = true
        deliver()
    }

    // MARK: The side that tasks see

    /// The next part of a request.
    func next() -> EventLoopFuture<Arrival>? {
        guard let context, waiter == nil else { return nil }
        let promise = context.eventLoop.makePromise(of: Arrival.self)
        waiter = promise
        waitingSince = .now()
        deliver()
        readOn(context)
        return promise.futureResult
    }

    /// Sends bytes, and is done once the system has taken them all.
    func write(_ bytes: ByteBuffer) -> EventLoopFuture<Void>? {
        guard let context else { return nil }
        writingSince = .now()
        let promise = context.eventLoop.makePromise(of: Void.self)
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        promise.futureResult.whenComplete { _ in bound.value.writingSince = nil }
        context.writeAndFlush(wrapOutboundOut(bytes), promise: promise)
        return promise.futureResult
    }

    /// The request at hand has been answered; what the other side sends now is the next one.
    func nextRequest() {
        stage =
            parser.isBetweenRequests
            ? .waiting(since: .now(), isFirst: false) : .head(since: .now(), isFirst: false)
        onRank(.waiting)
    }

    /// Says that nothing more will be sent, gives the other side a while to read it, and closes.
    func linger() {
        guard let context else { return }
        if inputEnded || !context.channel.isActive { return context.close(promise: nil) }
        stage = .lingering(since: .now(), left: 256 << 10)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.close(mode: .output).whenComplete { _ in
            let (handler, context) = bound.value
            if handler.context != nil { handler.readOn(context) }
        }
        arm(context, at: .now() + min(limits.lingerTime, tick))
    }

    /// Ends the connection after the answer at hand, or at once where there is none. An answer is made as long as that
    /// takes; for the rest of a request, and for a reader, there is no more than a while left.
    func drain() {
        guard let context, drainingSince == nil else { return }
        drainingSince = .now()
        switch stage {
        case .waiting, .head: context.close(promise: nil)
        case .request, .lingering: arm(context, at: .now() + tick)
        }
    }

    private func deliver() {
        guard let waiter else { return }
        var arrival: Arrival?
        do {
            arrival = try take()
        } catch {
            failed = true
            arrival = .problem(error)
        }
        guard let arrival else { return }
        self.waiter = nil
        bodyWaited = bodyWaited + (.now() - waitingSince)
        waiter.succeed(arrival)
    }

    private func take() throws(Problem) -> Arrival? {
        if let part = try parser.next() {
            arrived(part)
            if case .head(let head) = part, head.framing == .none, let end = try parser.next() { arrived(end) }
            return .part(part)
        }
        guard inputEnded else { return nil }
        guard parser.isBetweenRequests else { throw Problem(.malformedRequest, "the request ends before it is whole") }
        failed = true
        return .ended
    }

    private func arrived(_ part: RequestPart) {
        switch part {
        case .head:
            stage = .request
            bodyIsRead = false
            bodyBytes = 0
            bodyWaited = .zero
            waitingSince = .now()
            onRank(.sending)
        case .body(let bytes): bodyBytes += bytes.readableBytes
        case .end:
            bodyIsRead = true
            onRank(.answered)
        }
    }

    // MARK: The clock

    /// No stage lasts shorter than this from its beginning, so that one timer at a time is enough.
    private var tick: TimeAmount {
        let tick = min(limits.headerTime, limits.idleTime, limits.bodyGrace, limits.writeTime)
        return drainingSince == nil ? tick : min(tick, limits.drainGrace)
    }

    private func arm(_ context: ChannelHandlerContext, at time: NIODeadline) {
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        timer?.cancel()
        timer = context.eventLoop.scheduleTask(deadline: time) { bound.value.look() }
    }

    /// When the present stage has lasted too long.
    private var due: NIODeadline? {
        if let writingSince { return sooner(writingSince + limits.writeTime, waitedFor: writingSince) }
        switch stage {
        case .waiting(let since, let isFirst): return since + (isFirst ? limits.headerTime : limits.idleTime)
        case .head(let since, _): return since + limits.headerTime
        case .lingering(let since, _): return sooner(since + limits.lingerTime, waitedFor: since)
        case .request:
            guard waiter != nil else { return nil }
            let earned = TimeAmount.milliseconds(Int64(min(bodyBytes, 1 << 40)) * 1000 / Int64(max(1, limits.bodyRate)))
            return sooner(waitingSince + limits.bodyGrace + earned - bodyWaited, waitedFor: waitingSince)
        }
    }

    /// `time`, or the time at which one who has been waited for since then is left behind by a daemon that ends.
    private func sooner(_ time: NIODeadline, waitedFor since: NIODeadline) -> NIODeadline {
        guard let drainingSince else { return time }
        return min(time, max(since, drainingSince) + limits.drainGrace, drainingSince + limits.drainTime)
    }

    private func look() {
        timer = nil
        guard let context else { return }
        let now = NIODeadline.now()
        guard let due, due <= now else { return arm(context, at: min(self.due ?? .distantFuture, now + tick)) }
        if writingSince == nil, let waiter, isOverdueRequest {
            self.waiter = nil
            failed = true
            waiter.succeed(
                .problem(
                    drainingSince == nil
                        ? Problem(.requestTimeout, "the rest of the request did not arrive in time") : .ending))
            return arm(context, at: now + tick)
        }
        context.close(promise: nil)
    }

    /// True where somebody has begun a request, and is owed an answer.
    private var isOverdueRequest: Bool {
        switch stage {
        case .head, .request: true
        case .waiting, .lingering: false
        }
    }
}
