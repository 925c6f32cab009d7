import SluiceCore
import Testing

@Suite("A timestamp")
struct TimestampTests {
    @Test(
        "names the moment in UTC",
        arguments: [
            (0, "1970-01-01T00:00:00.000000Z"), (-1, "1969-12-31T23:59:59.999999Z"),
            (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
            (1_669_766_400_000_001, "2022-11-30T00:00:00.000001Z"),
            (4_107_542_400_000_000, "2100-03-01T00:00:00.000000Z"), (.max, "9999-12-31T23:59:59.999999Z"),
        ] as [(Int64, String)])
    func moments(microseconds: Int64, text: String) {
        #expect(Timestamp.text(microseconds: microseconds) == text)
    }

    @Test(
        "begins with a day that the calendar has", arguments: ["2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31"])
    func days(text: String) { #expect(Timestamp.isDay(text)) }

    @Test(
        "does not begin with another, or with what is none",
        arguments: [
            "2023-02-29", "1900-02-29", "2024-00-10", "2024-13-01", "2024-04-31", "2024-01-00", "0000-00-00", "",
            "2024-1-01", "2024/01/01", "2024-01-01T", "２024-01-1", "-024-01-01", "2024-01-0:",
        ])
    func noDays(text: String) { #expect(!Timestamp.isDay(text)) }
}
