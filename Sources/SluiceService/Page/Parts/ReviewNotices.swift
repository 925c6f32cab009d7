import Synchronization

/// The notices that may still be looked at.
final class ReviewNotices: Sendable {
    private let notices = Mutex<[(key: String, notice: ReviewNotice)]>([])

    /// How many are kept.
    static let limit = 64

    /// Keeps a notice; the answer is what it is found by.
    func add(_ notice: ReviewNotice) -> String {
        let key = TokenMint.secret()
        notices.withLock { notices in
            notices.append((key, notice))
            if notices.count > ReviewNotices.limit { notices.removeFirst() }
        }
        return key
    }

    /// The notice of this key, where it is still there.
    func notice(_ key: String) -> ReviewNotice? {
        notices.withLock { notices in notices.first { $0.key == key }?.notice }
    }
}
