import Foundation
import SluiceCore
import SluicePipeline

/// Where the daemon finds and puts things.
struct Places {
    /// The Unix socket.
    var socket: String
    /// The spool.
    var spool: String
    /// Exports that are asked for over HTTP.
    var exports: String
    /// The bodies of requests, until they are dealt with.
    var bodies: String
    /// The file of tokens; empty for none.
    var tokens: String

    /// What the directory of bodies is called, within the store's.
    static let bodiesName = "bodies"

    /// The places that `settings` name, those they leave out within the store's directory.
    ///
    /// systemd hands a unit its credentials in a directory of their own; a file of tokens there is as good as one named.
    init(_ settings: Settings.Service, store: String, environment: [String: String]) {
        func place(_ named: String, _ usual: String) -> String { named.isEmpty ? "\(store)/\(usual)" : named }
        socket = place(settings.socket, "sluice.sock")
        spool = place(settings.spool, "spool")
        exports = place(settings.exports, "exports")
        bodies = "\(store)/\(Places.bodiesName)"
        tokens = settings.tokens
        if tokens.isEmpty, let credentials = environment["CREDENTIALS_DIRECTORY"] {
            let credential = "\(credentials)/tokens"
            if Places.isFilled(credential) { tokens = credential }
        }
    }

    /// The settings with these places filled in.
    func applied(to settings: Settings.Service) -> Settings.Service {
        var settings = settings
        settings.tokens = tokens
        return settings
    }
}

extension Places {
    /// Makes a directory for this user alone, with those above it, where it is missing. Blocks.
    static func make(_ directory: String) throws(SluiceError) {
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw SluiceError(.cannotCreate, "\(directory) cannot be made", advice: "check the permissions above it")
        }
    }

    private static func isFilled(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_size > 0
    }
}
