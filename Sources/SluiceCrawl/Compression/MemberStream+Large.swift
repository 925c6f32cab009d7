import SluiceCore

extension MemberStream {
    /// The most bytes of the file, and of output, of a member that is still decompressed in one go.
    ///
    /// zlib needs no more memory for a larger one, but more than twice the time. The file's bytes are given back at once,
    /// the output as it is read.
    private static let large = (input: UInt64(16 << 20), output: 64 << 20)

    /// How many tries may fail in one stream: 64 MiB that are read in vain.
    static let mostLargeTries = 4

    /// Bytes of a member's trailer: its CRC and the size of its output.
    private static let trailer = 8

    /// Decompresses the member at `nextInput`, of which the whole rest of the file is taken to be, in one go; false where
    /// it is too large even for that, or damaged.
    func produceLarge() throws(SluiceError) -> Bool {
        let start = nextInput
        guard largeTries > 0, start < window.size, window.size - start <= MemberStream.large.input else { return false }
        let length = Int(window.size - start)
        guard length >= MemberStream.trailer else { return false }
        // A member ends with the size of its output, modulo 2^32, little-endian.
        let stated = try window.peek(at: window.size - 4, 4).reversed().reduce(0) { $0 << 8 | Int($1) }
        guard stated > 0, stated <= MemberStream.large.output else { return false }
        let input = try window.peek(at: start, length)
        let output = UnsafeMutableRawBufferPointer(rebasing: queue.free(atLeast: stated).prefix(stated))
        let outcome = input.withUnsafeBytes { member.decompress($0, into: output) }
        guard case .whole(let consumed, let produced) = outcome else {
            largeTries -= 1
            return false
        }
        queue.commit(produced)
        endMember(at: start + UInt64(consumed))
        return true
    }
}
