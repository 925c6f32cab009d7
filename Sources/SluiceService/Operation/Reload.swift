import SluicePipeline

/// What becomes of the settings of a running daemon when its configuration is read again.
///
/// The contents of the tokens file are no setting: they are read again with every reload, wherever it is.
package struct Reload: Sendable, Equatable {
    /// The keys whose new value holds from now on.
    package var applied: [String] = []
    /// The keys whose new value would need a new start, and which keep the old one.
    package var refused: [String] = []
    /// The settings in force.
    package var settings: Settings

    /// The outcome of putting `new` in the place of `old`.
    package init(from old: Settings, to new: Settings) {
        settings = new
        for key in SettingKey.all where key.differs(between: old, and: new) {
            if Reload.isChangeable(key.name) {
                applied.append(key.name)
            } else {
                refused.append(key.name)
                key.copy(from: old, to: &settings)
            }
        }
    }

    /// True where a key may change while the daemon runs.
    package static func isChangeable(_ name: String) -> Bool {
        name.hasPrefix("export.") || changeable.contains(name)
    }

    private static let changeable: Set<String> = [
        "ingest.batch_records", "ingest.batch_bytes", "ingest.text_compression", "detection.prior",
        "detection.anchor_weight", "detection.anchor_before", "service.body_bytes", "service.queue",
        "service.disk_floor_bytes", "service.allowed_hosts", "service.log_level",
    ]
}

// By value: as text a number loses what it has beyond six decimals.
extension SettingKey {
    fileprivate func differs(between old: Settings, and new: Settings) -> Bool {
        switch value {
        case .integer(let path, _): old[keyPath: path] != new[keyPath: path]
        case .number(let path, _): old[keyPath: path] != new[keyPath: path]
        case .text(let path), .date(let path), .hosts(let path), .word(let path, _):
            old[keyPath: path] != new[keyPath: path]
        }
    }

    fileprivate func copy(from old: Settings, to new: inout Settings) {
        switch value {
        case .integer(let path, _): new[keyPath: path] = old[keyPath: path]
        case .number(let path, _): new[keyPath: path] = old[keyPath: path]
        case .text(let path), .date(let path), .hosts(let path), .word(let path, _):
            new[keyPath: path] = old[keyPath: path]
        }
    }
}
