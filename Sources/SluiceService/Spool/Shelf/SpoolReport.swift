import SluiceCore
import SluicePipeline

/// The reports that lie beside the files.
enum SpoolReport {
    /// What is said of a source that was read to its end.
    static func done(_ report: SourceReport) -> [UInt8] {
        var json = JSONText()
        report.write(to: &json)
        json.newline()
        return json.bytes
    }

    /// What is said of a source that could not be read at all.
    static func failure(_ entry: HeldEntry, _ error: SluiceError) -> [UInt8] {
        var json = JSONText()
        json.object { json in
            json.member("name", entry.name.text)
            json.key("error")
            json.object { json in
                json.member("kind", "\(error.code)")
                json.member("message", error.message.replacing(entry.path, with: entry.name.text))
                json.member("advice", error.advice)
            }
        }
        json.newline()
        return json.bytes
    }
}
