import SluicePipeline
import Testing

@Suite("The surroundings")
struct SurroundingsTests {
    @Test("give runs names in order of the time, and one to a clock that stands before 1970")
    func runNames() {
        #expect(RunName.new(at: -5_000_000).hasPrefix("00000000-0000-7"))
        #expect(RunName.new(at: 1_700_000_000_000_000) < RunName.new(at: 1_700_000_001_000_000))
    }
}
