/// A reversible mixing of 32-bit keys that decides where in a table they lie.
///
/// Its multiplier is drawn at random and kept to, so that no input can heap its keys up in one place. What is found
/// never depends on it.
struct Scatter: Sendable, Equatable {
    /// Odd.
    let multiplier: UInt32

    /// A mixing of its own.
    init() {
        var random = SystemRandomNumberGenerator()
        self.init(multiplier: random.next())
    }

    /// The mixing with this multiplier, which is made odd.
    init(multiplier: UInt32) { self.multiplier = multiplier | 1 }

    /// What `key` is filed under: another key for every key.
    @inline(__always)
    func callAsFunction(_ key: UInt32) -> UInt32 {
        let mixed = (key ^ (key >> 16)) &* multiplier
        return mixed ^ (mixed >> 15)
    }
}
