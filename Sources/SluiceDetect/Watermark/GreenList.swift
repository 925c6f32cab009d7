/// The green-list watermark (Kirchenbauer et al. 2023): the token before chooses a share of the vocabulary, whose tokens
/// the generator favours.
struct GreenList: Sendable {
    let key: UInt64
    /// The share of tokens that are green, above 0 and below 1.
    let share: Double
    /// How many tokens there are to choose from.
    let vocabularySize: Int
    /// Whether the lists are PyTorch's.
    let isTorch: Bool

    /// How many distinct pairs of neighbouring tokens there are, and by how many standard deviations their green ones
    /// exceed what chance gives: *z* = (*g* − γT) / √(Tγ(1 − γ)). A pair counts once: what is said again proves nothing new.
    ///
    /// O(*T*); with PyTorch's lists, which take time in proportion to the vocabulary, only the pairs up to a number of
    /// distinct first tokens count, so that no text takes more than some tenths of a second.
    func score(_ tokens: [Int32]) -> (tokens: Int, z: Double) {
        let tokens =
            isTorch ? tokens.prefix(ofDistinct: max(16, GreenList.listWork / max(vocabularySize, 1))) : tokens[...]
        // Sorted, the pairs of one first token stand together, and its list is made once.
        let pairs = Set(
            zip(tokens, tokens.dropFirst()).map {
                UInt64(UInt32(bitPattern: $0)) << 32 | UInt64(UInt32(bitPattern: $1))
            }
        )
        .sorted()
        var green = 0
        var list = TorchList(previous: nil, isGreen: [])
        for pair in pairs {
            let (previous, token) = (pair >> 32, pair & 0xFFFF_FFFF)
            if isTorch {
                if list.previous != previous { list = torchList(after: previous) }
                green += token < UInt64(list.isGreen.count) && list.isGreen[Int(token)] ? 1 : 0
            } else {
                green += GreenList.hash(key, previous, token) < share ? 1 : 0
            }
        }
        let count = Double(pairs.count)
        // The list holds a whole number of tokens, which is a little less than the share.
        let chance = isTorch ? Double(greenCount) / Double(max(vocabularySize, 1)) : share
        return (pairs.count, (Double(green) - chance * count) / max(count * chance * (1 - chance), 1e-9).squareRoot())
    }

    /// Tokens in all lists that are drawn for a text.
    private static let listWork = 1 << 24

    private var greenCount: Int { Int(Double(vocabularySize) * share) }

    private struct TorchList {
        var previous: UInt64?
        var isGreen: [Bool]
    }

    private func torchList(after previous: UInt64) -> TorchList {
        var random = TorchRandom(seed: key &* previous)
        var isGreen = [Bool](repeating: false, count: vocabularySize)
        for token in random.permutation(of: vocabularySize, prefix: greenCount) { isGreen[Int(token)] = true }
        return TorchList(previous: previous, isGreen: isGreen)
    }

    /// 53 random bits as a number from 0 to 1: the SplitMix64 sequence of seed `key ^ previous · φ`, whose state moves by
    /// `token · π`; φ and π are the odd constants below.
    private static func hash(_ key: UInt64, _ previous: UInt64, _ token: UInt64) -> Double {
        var z = (key ^ (previous &* 0x9E37_79B9_7F4A_7C15)) &+ (token &* 0x2436_8C2B_4DE2_F4A1)
        for _ in 0..<2 {
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            z ^= z >> 31
        }
        return Double(z >> 11) * 0x1p-53
    }
}

extension Array where Element == Int32 {
    /// The elements from the front on among which there are `limit` distinct ones, or all.
    fileprivate func prefix(ofDistinct limit: Int) -> ArraySlice<Int32> {
        var seen: Set<Int32> = []
        return prefix { token in
            seen.insert(token)
            return seen.count <= limit
        }
    }
}
