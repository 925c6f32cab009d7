import SluiceCore
import Testing

@Suite("Passing over a JSON string")
struct JSONScanTests {
    private static func plainly(_ bytes: [UInt8], from start: Int) -> Int {
        bytes[start...].firstIndex { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") } ?? bytes.count
    }

    @Test("finds each byte that means something, wherever it stands and whatever stands around it")
    func everyByteEverywhere() {
        var random = SplitMix64(seed: 41)
        // Bytes next to those that mean something, and their likes with the high bit.
        let around: [UInt8] = [0x20, 0x21, 0x23, 0x5B, 0x5D, 0x7F, 0x80, 0x9F, 0xA0, 0xA2, 0xDC, 0xFF, 0x61]
        for length in 0..<70 {
            var bytes = (0..<length).map { _ in around[Int(random.next() % UInt64(around.count))] }
            for start in 0...length {
                #expect(JSONScan.plainEnd(bytes.span.bytes, from: start) == length)
            }
            guard length > 0 else { continue }
            for byte in UInt8.min...UInt8.max {
                let place = Int(random.next() % UInt64(length))
                let before = bytes[place]
                bytes[place] = byte
                let start = Int(random.next() % UInt64(length))
                #expect(
                    JSONScan.plainEnd(bytes.span.bytes, from: start) == Self.plainly(bytes, from: start),
                    "byte \(byte) at \(place) of \(length)")
                bytes[place] = before
            }
        }
    }
}
