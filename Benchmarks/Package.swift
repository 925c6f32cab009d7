// swift-tools-version:6.2

import PackageDescription

let rooms = Target.Dependency.product(name: "SluiceRooms", package: "sluice")

let package = Package(
    name: "sluice-benchmarks",
    dependencies: [
        .package(name: "sluice", path: ".."),
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
    ],
    targets: [
        .executableTarget(
            name: "Parts", dependencies: [rooms, .product(name: "Benchmark", package: "benchmark")], path: "Parts",
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
        .executableTarget(name: "near-duplicates", dependencies: [rooms], path: "NearDuplicates"),
    ]
)
