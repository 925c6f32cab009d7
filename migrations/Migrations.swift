/// The schema's migrations, oldest first; a name is never changed, a released file never edited.
public enum Migrations {
    /// One step of the schema: its name and its SQL.
    public static let all: [(name: String, sql: String)] = [
        ("0001_initial", text(PackageResources._001_initial_sql)),
        ("0002_review", text(PackageResources._002_review_sql)),
        ("0003_request_key", text(PackageResources._003_request_key_sql)),
        ("0004_compact", text(PackageResources._004_compact_sql)),
        ("0005_lean", text(PackageResources._005_lean_sql)),
        ("0006_mass", text(PackageResources._006_mass_sql)),
        ("0007_groups", text(PackageResources._007_groups_sql)),
    ]

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
