/// Moments, written as RFC 3339 has them.
public enum Timestamp {
    /// The day of the Gregorian calendar that `text` is, as `YYYY-MM-DD`; nil of anything else.
    public static func day(
        _ text: Slice<UnsafeBufferPointer<UInt8>>
    ) -> (year: Int64, month: Int64, day: Int64)? {
        guard text.count == 10, hasSigns("-", in: text, at: 4, 7), let year = number(text.prefix(4)),
            let month = number(text.dropFirst(5).prefix(2)), let day = number(text.suffix(2))
        else { return nil }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let length: Int64 =
            switch month {
            case 2: isLeap ? 29 : 28
            case 4, 6, 9, 11: 30
            default: 31
            }
        return (1...12).contains(month) && (1...length).contains(day) ? (year, month, day) : nil
    }

    /// The second of the day that `text` is, as `HH:MM:SS`; nil of anything else. A leap second is none that readers know.
    public static func second(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Int64? {
        guard text.count == 8, hasSigns(":", in: text, at: 2, 5), let hour = number(text.prefix(2)),
            let minute = number(text.dropFirst(3).prefix(2)), let second = number(text.suffix(2)), hour < 24,
            minute < 60, second < 60
        else { return nil }
        return hour * 3600 + minute * 60 + second
    }

    /// Whether `text` is a day, as `YYYY-MM-DD`.
    public static func isDay(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { day($0[...]) != nil }
    }

    /// Whether `text` is a second of a day, as `HH:MM:SS`.
    public static func isSecond(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { second($0[...]) != nil }
    }

    /// The number that `digits`, 18 at most, are; nil of anything else.
    public static func number(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> Int64? {
        guard digits.count <= 18 else { return nil }
        var number: Int64 = 0
        for byte in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            number = number * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        return number
    }

    private static func hasSigns(
        _ sign: Unicode.Scalar, in text: Slice<UnsafeBufferPointer<UInt8>>, at first: Int, _ second: Int
    ) -> Bool {
        text[text.startIndex + first] == UInt8(ascii: sign) && text[text.startIndex + second] == UInt8(ascii: sign)
    }

    /// `microseconds` since 1970 as `YYYY-MM-DDTHH:MM:SS.ffffffZ`. The civil date is computed after the proleptic
    /// Gregorian calendar; years outside 0 to 9999 are clamped.
    ///
    /// - Parameter places: How many decimals the seconds have, 0 to 6; what is behind them is cut off.
    public static func text(microseconds: Int64, places: Int = 6) -> String {
        let clamped = min(max(microseconds, -62_167_219_200_000_000), 253_402_300_799_999_999)
        var (seconds, fraction) = clamped.quotientAndRemainder(dividingBy: 1_000_000)
        if fraction < 0 { (seconds, fraction) = (seconds - 1, fraction + 1_000_000) }
        var (days, second) = seconds.quotientAndRemainder(dividingBy: 86_400)
        if second < 0 { (days, second) = (days - 1, second + 86_400) }
        // Eras of 400 years begin on 1 March of year 0, so that the leap day is the last of its year.
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let fields: [(value: Int64, width: Int, sign: StaticString)] = [
            (year, 4, "-"), (month, 2, "-"), (day, 2, "T"), (second / 3600, 2, ":"), (second / 60 % 60, 2, ":"),
            (second % 60, 2, "."), (fraction, 6, "Z"),
        ]
        let kept = min(max(places, 0), 6)
        // 27 bytes: 20 digits in seven fields, and the sign behind each; a field writes just its width.
        return String(unsafeUninitializedCapacity: 27) { text in
            var at = 0
            for (value, width, sign) in fields {
                var rest = value
                for place in (at..<at + width).reversed() {
                    text[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                    rest /= 10
                }
                text[at + width] = sign.utf8Start.pointee
                at += width + 1
            }
            // Behind the 19 characters of the seconds come the point and the decimals.
            let length = kept == 0 ? 19 : 20 + kept
            text[length] = UInt8(ascii: "Z")
            return length + 1
        }
    }
}
