/// Moments, written as RFC 3339 has them.
public enum Timestamp {
    /// The day of the Gregorian calendar that `text` is, as `YYYY-MM-DD`; nil of anything else.
    public static func day(
        _ text: Slice<UnsafeBufferPointer<UInt8>>
    ) -> (year: Int64, month: Int64, day: Int64)? {
        guard let fields = fields(text, lengths: (4, 2, 2), sign: UInt8(ascii: "-")) else { return nil }
        let (year, month, day) = fields
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let length: Int64 =
            switch month {
            case 2: isLeap ? 29 : 28
            case 4, 6, 9, 11: 30
            default: 31
            }
        return (1...12).contains(month) && (1...length).contains(day) ? fields : nil
    }

    /// Whether `text` is a day, as `YYYY-MM-DD`.
    public static func isDay(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { day($0[...]) != nil }
    }

    /// The second of the day that `text` is, as `HH:MM:SS`; nil of anything else. A leap second is none that readers know.
    public static func second(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Int64? {
        guard let (hour, minute, second) = fields(text, lengths: (2, 2, 2), sign: UInt8(ascii: ":")), hour < 24,
            minute < 60, second < 60
        else { return nil }
        return hour * 3600 + minute * 60 + second
    }

    /// Three numbers of so many digits, with a sign between them.
    private static func fields(
        _ text: Slice<UnsafeBufferPointer<UInt8>>, lengths: (Int, Int, Int), sign: UInt8
    ) -> (Int64, Int64, Int64)? {
        let (first, second) = (lengths.0, lengths.0 + 1 + lengths.1)
        guard text.count == second + 1 + lengths.2 else { return nil }
        var numbers: (Int64, Int64, Int64) = (0, 0, 0)
        for place in 0..<text.count {
            let byte = text[text.startIndex + place]
            if place == first || place == second {
                guard byte == sign else { return nil }
                continue
            }
            let digit = Int64(byte) - Int64(UInt8(ascii: "0"))
            guard (0...9).contains(digit) else { return nil }
            if place < first {
                numbers.0 = numbers.0 * 10 + digit
            } else if place < second {
                numbers.1 = numbers.1 * 10 + digit
            } else {
                numbers.2 = numbers.2 * 10 + digit
            }
        }
        return numbers
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
