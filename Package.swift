// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

/// Every target is held to the same rules: Swift 6 mode, no warnings, explicit existentials and imports.
let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// Keeps what is mapped and never read out of the operator's resident memory: relative relocations are packed to a few
/// bytes each (RELR, which glibc reads from 2.36 on), and no symbol is exported to libraries that load none. Together 3 MiB.
/// The linker is named because the toolchain's default, where it is not this one, packs nothing and makes no static PIE; so
/// what is built together with the operator names it too.
let small: [LinkerSetting] = [
  .unsafeFlags(
    ["-use-ld=lld", "-Xlinker", "-z", "-Xlinker", "pack-relative-relocs", "-Xlinker", "--no-export-dynamic"],
    .when(platforms: [.linux], configuration: .release))
]

/// A library of the project. Dependencies are written out, lowest first: arrows point down only, and
/// `Tests/StructureTests` fails if one does not.
func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// A library that only tools and tests build on. Nothing that ships may.
func development(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, path: "Sources/Development/\(name)", swiftSettings: strict)
}

/// A program that only developers run.
func tool(_ name: String, _ dependencies: [Target.Dependency], linkerSettings: [LinkerSetting] = []) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies, path: "Sources/Development/\(name)", swiftSettings: strict,
    linkerSettings: linkerSettings)
}

/// The tests of one module, in the folder of the same name.
func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
  .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")

let package = Package(
  name: "cozystack-observability-operator",
  products: [
    .executable(name: "observability-operator", targets: ["observability-operator"]),
    .executable(name: "devcluster", targets: ["devcluster"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CLinux"),

    library("Digests"),
    library("Gzip", ["CZlib"]),
    library("CleanText"),
    library("JSON"),
    library("YAML", ["CYAML", "JSON"]),
    library("KubernetesCore", ["CleanText", "JSON"]),
    library("HTTPTransport", ["CCurl"]),
    library(
      "KubernetesClient", ["CLinux", "CleanText", "JSON", "YAML", "KubernetesCore", "HTTPTransport"]),
    library("Telemetry", ["CleanText", "KubernetesCore", logging, nioCore, nioPosix, nioHTTP1]),
    library(
      "ControllerRuntime",
      [
        "Digests", "CleanText", "JSON", "HTTPTransport", "KubernetesCore", "KubernetesClient", logging, lifecycle,
      ]),
    library("ObservabilityAPI", ["CleanText", "JSON", "KubernetesCore"]),
    library("Dashboards", ["JSON", "ObservabilityAPI"]),
    library(
      "Rendering", ["Digests", "Gzip", "JSON", "YAML", "KubernetesCore", "ObservabilityAPI", "Dashboards"]),
    library("Backends", ["CleanText", "JSON", "KubernetesCore", "HTTPTransport", "ObservabilityAPI"]),
    library(
      "NodeEligibility",
      [
        "Digests", "CleanText", "JSON", "KubernetesCore", "KubernetesClient", "Telemetry", "ControllerRuntime",
        "ObservabilityAPI", "Rendering", logging,
      ]),
    library(
      "ObservabilityController",
      [
        "Digests", "Gzip", "CleanText", "JSON", "HTTPTransport", "KubernetesCore", "KubernetesClient", "Telemetry",
        "ControllerRuntime",
        "ObservabilityAPI", "Dashboards", "Rendering", "Backends", "NodeEligibility", logging,
      ]),
    library(
      "Checking",
      [
        "CleanText", "JSON", "HTTPTransport", "KubernetesCore", "KubernetesClient", "ObservabilityAPI", "Rendering",
        "NodeEligibility", "ObservabilityController",
      ]),
    library("NodePreflight", ["CLinux", "JSON", "ObservabilityAPI"]),
    .executableTarget(
      name: "observability-operator",
      dependencies: [
        "CleanText", "JSON", "YAML", "HTTPTransport", "KubernetesCore", "KubernetesClient", "Telemetry",
        "ControllerRuntime",
        "ObservabilityAPI", "Rendering", "Backends", "ObservabilityController", "Checking", "NodePreflight", "CLinux",
        arguments,
        logging, lifecycle, signals,
      ],
      swiftSettings: strict, linkerSettings: small),

    // What only develops it.
    development(
      "DevCluster", ["Digests", "Gzip", "JSON", "YAML", "HTTPTransport", logging, nioCore, nioPosix, nioHTTP1]),
    development("Waiting"),
    development("CorootStub", ["Digests", "JSON", "KubernetesCore", "HTTPTransport", "DevCluster"]),
    development("LocalServers", ["HTTPTransport", "Waiting"]),
    development(
      "Harness",
      [
        "ObservabilityController", "ObservabilityAPI", "ControllerRuntime", "KubernetesCore", "KubernetesClient",
        "HTTPTransport",
        "DevCluster", "CorootStub", "JSON", "Waiting", logging,
      ]),
    development(
      "ProcessSupport", ["HTTPTransport", "KubernetesClient", "DevCluster", "CorootStub", "Harness", "Waiting"]),
    development("Replay", ["DevCluster", "JSON", "YAML", logging]),
    development(
      "Simulation",
      [
        "ControllerRuntime", "KubernetesCore", "KubernetesClient", "HTTPTransport", "DevCluster", "JSON", logging,
      ]),
    tool(
      "devcluster",
      [
        "JSON", "YAML", "HTTPTransport", "KubernetesCore", "KubernetesClient", "Backends", "DevCluster", "CorootStub",
        "LocalServers", arguments,
        logging, lifecycle, signals,
      ]),
    tool(
      "generate",
      [
        "JSON", "YAML", "KubernetesCore", "Telemetry", "ObservabilityAPI", "Rendering", "NodeEligibility",
        "ObservabilityController", arguments,
      ]),
    tool(
      "bench",
      [
        "CLinux", "JSON", "KubernetesCore", "KubernetesClient", "ControllerRuntime", "ObservabilityController",
        "DevCluster", "Harness",
        "ProcessSupport", arguments,
      ], linkerSettings: small),
    tool("bench-decoders", ["CLinux", "JSON", "YAML"], linkerSettings: small),
    tool("decode", ["JSON", "YAML", arguments]),
    tool("conformance", ["Replay"]),
    tool("simulate", ["Simulation", arguments]),
    tool(
      "record-release",
      [
        "JSON", "KubernetesCore", "KubernetesClient", "ObservabilityAPI", "DevCluster", "Harness", "ProcessSupport",
        arguments,
      ]),
    tool(
      "acceptance",
      [
        "JSON", "YAML", "HTTPTransport", "KubernetesCore", "KubernetesClient", "DevCluster", "Harness", "Replay",
        "ProcessSupport",
        arguments, signals,
      ]),

    // Tests.
    tests("DigestsTests", ["Digests"]),
    tests("GzipTests", ["Gzip"]),
    tests("CleanTextTests", ["CleanText"]),
    tests("JSONTests", ["JSON"]),
    tests("YAMLTests", ["YAML", "JSON"]),
    tests("KubernetesCoreTests", ["KubernetesCore", "JSON"]),
    tests("HTTPTransportTests", ["HTTPTransport", "CCurl", "Waiting"]),
    tests(
      "KubernetesClientTests",
      ["KubernetesCore", "KubernetesClient", "HTTPTransport", "JSON", "Waiting"]),
    tests(
      "TelemetryTests", ["Telemetry", "Waiting", logging, nioCore, nioEmbedded, nioHTTP1]),
    tests(
      "ControllerRuntimeTests",
      [
        "ControllerRuntime", "KubernetesCore", "KubernetesClient", "HTTPTransport", "JSON", "Waiting", logging,
        lifecycle,
      ],
      exclude: ["Fixtures"]),
    tests("ObservabilityAPITests", ["ObservabilityAPI", "DevCluster", "JSON", "YAML", "KubernetesCore", logging]),
    tests(
      "RenderingTests",
      ["Rendering", "Dashboards", "Digests", "Gzip", "ObservabilityAPI", "JSON", "YAML", "KubernetesCore"],
      exclude: ["Golden"]),
    tests(
      "DashboardsTests",
      [
        "Dashboards", "HTTPTransport", "JSON", "KubernetesCore", "LocalServers", "ObservabilityAPI",
        "ObservabilityController", "Rendering", "Telemetry",
      ],
      exclude: ["Fixtures"]),
    tests(
      "BackendsTests",
      ["Backends", "ObservabilityAPI", "HTTPTransport", "JSON", "LocalServers", "Waiting", "DevCluster", "CorootStub"],
      exclude: ["Coroot/Recordings"]),
    tests(
      "NodeEligibilityTests",
      [
        "NodeEligibility", "ObservabilityAPI", "Rendering", "ControllerRuntime", "KubernetesCore", "KubernetesClient",
        "DevCluster",
        "JSON", logging,
      ]),
    tests(
      "ObservabilityControllerTests",
      [
        "ObservabilityController", "NodeEligibility", "ObservabilityAPI", "Dashboards", "Rendering", "Backends",
        "ControllerRuntime", "Gzip",
        "KubernetesCore", "KubernetesClient", "HTTPTransport", "DevCluster", "CorootStub", "CleanText", "JSON",
        "Telemetry", "Harness", "Replay",
        "Waiting", logging,
      ], exclude: ["Signals/Fixtures", "Upgrade/Fixtures"]),
    tests(
      "CheckingTests",
      [
        "Checking", "ObservabilityController", "ObservabilityAPI", "KubernetesCore", "KubernetesClient", "DevCluster",
        "Harness", "JSON",
      ]),
    tests(
      "NodePreflightTests",
      ["NodePreflight", "CLinux", "JSON", "ObservabilityAPI", "Rendering"]),
    tests(
      "DevClusterTests", ["DevCluster", "JSON", "YAML", "devcluster", logging, nioCore, nioHTTP1, nioPosix],
      exclude: ["FieldManagement/Recordings"]),
    tests(
      "SimulationTests", ["Simulation", "DevCluster", "HTTPTransport", "JSON", "ProcessSupport", "simulate", logging]),
    tests("ConformanceTests", ["Replay", "DevCluster", "JSON", "YAML"]),
    tests(
      "AcceptanceTests",
      [
        "acceptance", "observability-operator", "HTTPTransport", "KubernetesCore", "KubernetesClient", "DevCluster",
        "JSON", "YAML",
        "Replay", "ProcessSupport", "Waiting", logging,
      ]),
    .executableTarget(
      name: "contact-controller",
      dependencies: [
        "JSON", "HTTPTransport", "KubernetesCore", "KubernetesClient", "ControllerRuntime", logging, lifecycle, signals,
      ],
      path: "Tests/Support/ContactController", swiftSettings: strict),
    tests(
      "ExampleTests",
      [
        "contact-controller", "ControllerRuntime", "KubernetesCore", "KubernetesClient", "DevCluster", "Harness",
        "JSON", "Waiting",
        logging,
      ]),
    tests(
      "EndToEndTests",
      [
        "ProcessSupport", "Harness", "DevCluster", "KubernetesCore", "KubernetesClient", "JSON", "YAML",
        "NodePreflight", "CLinux",
        "ObservabilityAPI", "observability-operator",
      ]),
    tests(
      "KubectlTests", ["ProcessSupport", "DevCluster", "JSON", "YAML", "observability-operator", logging]),
    tests(
      "FaultsTests",
      [
        "ProcessSupport", "Harness", "KubernetesCore", "KubernetesClient", "HTTPTransport", "DevCluster", "CorootStub",
        "JSON", "Waiting", logging,
        "observability-operator",
      ]),
    tests("StructureTests", []),
  ],
  swiftLanguageModes: [.v6]
)
