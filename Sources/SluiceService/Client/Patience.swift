import SluiceCore

/// How long a command tries again while the daemon is busy, and who is told.
package struct Patience: Sendable {
    /// For how long one request is sent again.
    package var limit: Duration
    /// How long is waited where the daemon does not say.
    package var pause: Duration
    /// How long is waited at most for what a finished work can do without.
    package static let afterwards = Duration.seconds(15)

    /// Told once for each request that has to wait.
    package var note: @Sendable (String) -> Void

    /// Patience of ten minutes a request, or as long as `limit`.
    package init(
        limit: Duration = .seconds(600), pause: Duration = .seconds(2), note: @escaping @Sendable (String) -> Void
    ) {
        self.limit = limit
        self.pause = pause
        self.note = note
    }
}

extension DaemonClient {
    /// The answer to a request that may be sent any number of times with the effect of one; while the daemon is busy or
    /// starts again, it is sent again, and also where the daemon went in the midst of it.
    ///
    /// - Throws: `SluiceError` when patience ends: that the daemon went, where it did, else that it is busy.
    package func patiently(
        _ patience: Patience, _ request: () async throws(SluiceError) -> DaemonRequest
    ) async throws(SluiceError) -> DaemonAnswer {
        try await answered(patience, request).required()
    }

    /// The same answer, also where it is a refusal that patience does not change.
    func answered(
        _ patience: Patience, _ request: () async throws(SluiceError) -> DaemonRequest
    ) async throws(SluiceError) -> DaemonAnswer {
        let end = ContinuousClock.now + patience.limit
        var isFirst = true
        var cut: SluiceError?
        while true {
            var pause = patience.pause
            let refusal: SluiceError
            do throws(SluiceError) {
                let answer = try await answer(request())
                guard answer.isBusy, let busy = answer.refusal else { return answer }
                if let seconds = answer.retryAfter { pause = .seconds(min(max(seconds, 0), 86_400)) }
                refusal = busy
            } catch {
                if error == DaemonClient.cut { cut = error }
                guard error.code == .busy || error == DaemonClient.cut else { throw error }
                refusal = error
            }
            guard ContinuousClock.now + pause <= end else { throw cut ?? refusal }
            if isFirst {
                patience.note(
                    "\(refusal.message); it is tried again for \(patience.limit.components.seconds) s at most")
            }
            isFirst = false
            do { try await Task.sleep(for: pause) } catch { throw cut ?? refusal }
        }
    }
}
