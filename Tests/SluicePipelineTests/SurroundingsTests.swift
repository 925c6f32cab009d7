import SluicePipeline
import Testing

@Suite("The surroundings")
struct SurroundingsTests {
    @Test("give runs names in order of the time, and one to a clock that stands before 1970")
    func runNames() {
        #expect(RunName.new(at: -5_000_000).hasPrefix("00000000-0000-7"))
        #expect(RunName.new(at: 1_700_000_000_000_000) < RunName.new(at: 1_700_000_001_000_000))
    }

    @Test(
        "have owners of hosts by what they registered",
        arguments: [
            ("www.example.org", "example.org"), ("a.b.example.co.uk", "example.co.uk"), ("1.2.3.4", "1.2.3.4"),
            ("[::ffff:1.2.3.4]", "[::ffff:1.2.3.4]"), ("[::ffff:9.9.3.4]", "[::ffff:9.9.3.4]"),
        ])
    func owners(host: String, owner: String) { #expect(HostGroup.of(host) == owner) }
}
