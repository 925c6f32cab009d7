// swift-tools-version:6.2

import PackageDescription

let house: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// A room of the house: a library target with the house's compiler settings.
func room(_ name: String, _ dependencies: [Target.Dependency], embeds files: [String] = []) -> Target {
    .target(name: name, dependencies: dependencies, resources: files.map { .embedInCode($0) }, swiftSettings: house)
}

/// The tests that stand beside a room.
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: house)
}

let package = Package(
    name: "sluice",
    products: [
        .executable(name: "sluice", targets: ["sluice"]),
        // For the nested package Benchmarks: the rooms by themselves. No promise to anybody else.
        .library(
            name: "SluiceRooms",
            targets: [
                "SluicePipeline", "SluiceStore", "SluiceLedger", "SluiceDetect", "SluiceDedup", "SluiceCrawl",
                "SluiceText",
                "SluiceCore",
            ]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: ["YAML"]),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // The floors of the house, the highest first. A room imports only rooms below it; Tests/HouseTests holds this.
        .executableTarget(
            name: "sluice",
            dependencies: [
                "SluiceService", "SluiceExport", "SluicePipeline", "SluiceStore", "SluiceLedger", "SluiceDetect",
                "SluiceDedup", "SluiceCrawl", "SluiceText", "SluiceCore",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
            ],
            swiftSettings: house),
        room(
            "SluiceService",
            [
                "SluiceExport", "SluicePipeline", "SluiceStore", "SluiceLedger", "SluiceDetect", "SluiceCrawl",
                "SluiceText", "SluiceCore", "CSluiceSystem", .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ], embeds: ["API/openapi.json", "Page/Assets/style.css", "Page/Assets/page.js"]),
        room("SluiceExport", ["SluiceStore", "SluiceLedger", "SluiceDetect", "SluiceCrawl", "SluiceCore"]),
        room(
            "SluicePipeline",
            ["SluiceStore", "SluiceLedger", "SluiceDetect", "SluiceDedup", "SluiceCrawl", "SluiceText", "SluiceCore"]),
        room(
            "SluiceStore",
            [
                "SluiceLedger", "SluiceMigrations", "SluiceCore", "CSluiceSystem",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]),
        .target(
            name: "SluiceMigrations",
            path: "migrations",
            resources: [
                .embedInCode("0001_initial.sql"), .embedInCode("0002_review.sql"), .embedInCode("0003_request_key.sql"),
                .embedInCode("0004_compact.sql"), .embedInCode("0005_lean.sql"), .embedInCode("0006_mass.sql"),
                .embedInCode("0007_groups.sql"),
            ],
            swiftSettings: house),
        room("SluiceLedger", ["SluiceCore"]),
        room("SluiceDetect", ["SluiceText", "SluiceCore"], embeds: ["Languages/trigrams.txt"]),
        room("SluiceDedup", ["SluiceText", "SluiceCore", "CSluiceKernels"]),
        room("SluiceCrawl", ["SluiceCore", "CZlib", "CDeflate", "CZstd"]),
        room("SluiceText", ["SluiceCore", "CSluiceKernels"]),
        room("SluiceCore", [.product(name: "Crypto", package: "swift-crypto")]),
        .target(name: "CSluiceKernels"),
        .target(name: "CSluiceSystem", linkerSettings: [.linkedLibrary("sqlite3")]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CDeflate", providers: [.apt(["libdeflate-dev"])]),
        .systemLibrary(name: "CZstd", providers: [.apt(["libzstd-dev"])]),

        tests("SluiceCoreTests", ["SluiceCore"]),
        tests(
            "SluicePipelineTests",
            [
                "SluicePipeline", "SluiceStore", "SluiceLedger", "SluiceDetect", "SluiceDedup", "SluiceCrawl",
                "SluiceCore",
            ]),
        tests("SluiceDetectTests", ["SluiceDetect", "SluiceText", "SluiceCore"]),
        tests("SluiceTextTests", ["SluiceText", "SluiceCore"]),
        tests("HouseTests", []),
        tests(
            "SluiceServiceTests",
            [
                "SluiceService", "SluiceExport", "SluicePipeline", "SluiceStore", "SluiceLedger", "SluiceDetect",
                "SluiceCrawl", "SluiceCore",
                .product(name: "Logging", package: "swift-log"), .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        tests("SluiceTests", ["sluice"]),
        tests(
            "SluiceExportTests",
            ["SluiceExport", "SluiceStore", "SluiceLedger", "SluiceDetect", "SluiceCrawl", "SluiceCore"]),
        tests("SluiceStoreTests", ["SluiceStore", "SluiceMigrations", "SluiceLedger", "SluiceCore"]),
        tests("SluiceLedgerTests", ["SluiceLedger", "SluiceCore"]),
        tests("SluiceDedupTests", ["SluiceDedup", "SluiceText", "SluiceCore", "CSluiceKernels"]),
        tests("SluiceCrawlTests", ["SluiceCrawl", "SluiceCore"]),
    ],
    swiftLanguageModes: [.v6]
)
