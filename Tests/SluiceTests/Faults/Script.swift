import Foundation

/// Shell scripts around the built program, which they call `$SLUICE`.
enum Script {
    /// Runs `script`, in a mount namespace of its own where it is `isolated`.
    static func run(_ script: String, isolated: Bool = false) throws -> Program.Outcome {
        let sluice = Program.products.appendingPathComponent("sluice").path
        let name = isolated ? ["unshare", "-m"] : []
        let process = ["SLUICE=\(sluice)"] + name + ["timeout", "120", "/bin/bash", "-c", "set -u\n" + script]
        return try Program.tool("/usr/bin/env", process)
    }

    /// True where calls to the system can be made to fail.
    static let canInject =
        (try? Program.tool("/usr/bin/env", ["strace", "-f", "-qq", "-o", "/dev/null", "true"]).exitCode) == 0
}
