import SluiceCore
import Testing

@Suite("A digest")
struct DigestTests {
    @Test("is SHA-256, as the standard's own examples say")
    func vectors() {
        #expect(Digest.of([]).hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(
            Digest.of(Array("abc".utf8)).hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test("survives the way to hexadecimal and back")
    func hexRoundTrip() {
        let digest = Digest.of(Array("sluice".utf8))
        #expect(Digest(hex: digest.hex) == digest)
        #expect(Digest(hex: digest.hex.uppercased()) == digest)
        #expect(Digest(bytes: digest.bytes) == digest)
    }

    @Test("is refused where the digits are not 64 hexadecimal ones", arguments: ["", "ab", "zz", "é"])
    func badHex(hex: String) {
        #expect(Digest(hex: hex) == nil)
        #expect(Digest(hex: String(repeating: "0", count: 63) + hex) == nil)
    }

    @Test("fed in pieces equals the digest of the whole")
    func pieces() {
        var digester = Digester()
        digester.update(Array("ab".utf8))
        digester.update(Array("c".utf8))
        #expect(digester.finish() == Digest.of(Array("abc".utf8)))
    }
}
