import Foundation
import SluiceCore
import SluiceDetect
import SluicePipeline

/// The files that come with the program.
enum ShippedFiles {
    /// The detector model: the configured one, else the one that ships.
    static func model(_ settings: Settings) throws(SluiceError) -> DetectorModel {
        if !settings.detection.model.isEmpty {
            do throws(SluiceError) { return try DetectorModel.load(path: settings.detection.model) } catch {
                throw SluiceError(.configuration, "detection.model: \(error.message)", advice: error.advice)
            }
        }
        guard let path = find("detector/sluice-detector.model") else {
            throw SluiceError(
                .configuration, "the detector model that ships with Sluice is not beside the program",
                advice: "set detection.model, or make one with 'sluice detector train'")
        }
        return try DetectorModel.load(path: path)
    }

    /// The path of a shipped file: in a checkout's `config`, or installed under `share/sluice` of the program's prefix.
    private static func find(_ name: String) -> String? {
        var folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        while folder.path != "/" {
            folder.deleteLastPathComponent()
            for place in ["config", "share/sluice"] {
                let path = folder.appendingPathComponent(place).appendingPathComponent(name).path
                if FileManager.default.fileExists(atPath: path) { return path }
            }
        }
        return nil
    }
}
