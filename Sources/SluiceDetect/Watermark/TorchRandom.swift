/// PyTorch's random numbers on a CPU: the Mersenne twister MT19937 (Matsumoto and Nishimura, 1998), seeded with the lower
/// 32 bits of the seed.
public struct TorchRandom: Sendable {
    private var state: [UInt32]
    private var at = TorchRandom.size

    private static let size = 624
    private static let middle = 397

    /// The sequence after `torch.manual_seed(seed)`. O(1), 624 steps.
    public init(seed: UInt64) {
        var last = UInt32(truncatingIfNeeded: seed)
        state = [last]
        state.reserveCapacity(TorchRandom.size)
        for index in 1..<UInt32(TorchRandom.size) {
            last = (last ^ (last >> 30)) &* 1_812_433_253 &+ index
            state.append(last)
        }
    }

    /// The next 32 random bits.
    public mutating func next() -> UInt32 {
        if at == TorchRandom.size { twist() }
        var y = state[at]
        at += 1
        y ^= y >> 11
        y ^= (y << 7) & 0x9D2C_5680
        y ^= (y << 15) & 0xEFC6_0000
        return y ^ (y >> 18)
    }

    private mutating func twist() {
        state.withUnsafeMutableBufferPointer { state in
            for index in 0..<TorchRandom.size {
                let y = (state[index] & 0x8000_0000) | (state[(index + 1) % TorchRandom.size] & 0x7FFF_FFFF)
                let next = state[(index + TorchRandom.middle) % TorchRandom.size] ^ (y >> 1)
                state[index] = y & 1 == 0 ? next : next ^ 0x9908_B0DF
            }
        }
        at = 0
    }

    /// The first `prefix` numbers of `torch.randperm(count)`: each place in turn is exchanged with a random one from it
    /// to the end. O(*count*).
    public mutating func permutation(of count: Int, prefix: Int) -> ArraySlice<UInt32> {
        var numbers = Array(0..<UInt32(clamping: max(count, 0)))
        let prefix = min(max(prefix, 0), numbers.count)
        for place in 0..<min(prefix, max(numbers.count - 1, 0)) {
            numbers.swapAt(place, place + Int(next()) % (numbers.count - place))
        }
        return numbers[..<prefix]
    }
}
