import Hummingbird
import Logging
import ServiceLifecycle
import SluiceCore
import SluiceDetect
import SluicePipeline
import SluiceStore

/// A daemon put together around an open store: its engine and its doors, which open when the group runs.
package struct Assembly: Sendable {
    /// The doors.
    package let front: HTTPFront
    /// The routes, as in `GET /v1/documents/{sha256}`; the HEAD that goes with each GET is not among them.
    package let routes: [String]
    /// What runs.
    package let group: ServiceGroup
    let engine: Engine

    /// A daemon around `store`, which is open for writing.
    ///
    /// - Parameter onAnswer: Called once for each answer, on an event loop.
    package init(
        store: Store, settings: Settings, model: DetectorModel, environment: [String: String], logger: Logger,
        onAnswer: @escaping @Sendable (AnswerRecord) -> Void = { _ in }
    ) throws(SluiceError) {
        let places = Places(settings.service, store: store.directory, environment: environment)
        let engine = try Engine(store: store, settings: settings, model: model, places: places, logger: logger)
        self.engine = engine
        try StoreSocket.lead(from: store.directory, to: places.socket)
        front = try HTTPFront(
            settings: places.applied(to: settings.service), socket: places.socket, logger: logger,
            onAnswer: { [metrics = engine.metrics] answer in
                metrics.countRequest(
                    route: answer.route.isEmpty ? nil : answer.route, method: answer.method, status: answer.status,
                    duration: .nanoseconds(answer.nanoseconds))
                onAnswer(answer)
            })
        let router = HTTPFront.router()
        engine.addRoutes(to: router, front: front)
        routes = router.routes.map { "\($0.method.rawValue) \($0.path)" }.sorted()
        group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(
                        service: engine.intake, successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .gracefullyShutdownGroup),
                    .init(service: engine.spool, failureTerminationBehavior: .gracefullyShutdownGroup),
                    .init(service: front.serving(router), failureTerminationBehavior: .gracefullyShutdownGroup),
                ], logger: logger))
    }

    /// Takes no more work from now on, and ends once what was taken is dealt with.
    package func drain() async {
        engine.drain()
        await group.triggerGracefulShutdown()
    }

    /// Ends the threads, after the group has ended.
    package func stop() async { await engine.stop() }
}
