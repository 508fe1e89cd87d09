// SPDX-License-Identifier: Apache-2.0

import Testing

/// Shows that each rule fires on a bad example and is silent on a good one.
@Suite struct RuleTests {
  private static let manifest = Manifest(
    """
    let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

    let package = Package(
      targets: [
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        library("JSON", resources: [.copy("Data")]),
        library("YAML", ["CYAML", "JSON"]),
        library(
          "Telemetry",
          [
            "JSON", logging,
          ]),
        development("DevCluster", ["JSON", "YAML"]),
        // A comment.
        .executableTarget(
          name: "observability-operator",
          dependencies: [
            "JSON", logging,
          ],
          swiftSettings: strict),
        tool("devcluster", ["DevCluster"]),
        tests("JSONTests", ["JSON"]),
        .target(name: "Harness", dependencies: ["JSON"], path: "Tests/Support/Harness"),
      ],
      swiftLanguageModes: [.v6]
    )
    """)

  private func file(_ path: String, _ text: String) -> SourceFile { SourceFile(path: path, text: text) }

  @Test func manifestIsRead() {
    let names = [
      "CYAML", "JSON", "YAML", "Telemetry", "DevCluster", "observability-operator", "devcluster", "JSONTests",
      "Harness",
    ]
    #expect(Self.manifest.targets.map(\.name) == names)
    #expect(Self.manifest["CYAML"]?.dependencies == [])
    #expect(Self.manifest["JSON"]?.dependencies == [])
    #expect(Self.manifest["Telemetry"]?.dependencies == ["JSON", "Logging"])
    #expect(Self.manifest["DevCluster"]?.dependencies == ["JSON", "YAML"])
    #expect(Self.manifest["observability-operator"]?.dependencies == ["JSON", "Logging"])
    #expect(Self.manifest["observability-operator"]?.kind == .executable)
    #expect(Self.manifest["JSONTests"]?.kind == .test)
    #expect(Self.manifest["JSONTests"]?.path == "Tests/JSONTests")
    #expect(Self.manifest["Harness"]?.kind == .test)
    #expect(Self.manifest["Harness"]?.dependencies == ["JSON"])
    #expect(Self.manifest["Harness"]?.path == "Tests/Support/Harness")
    #expect(Self.manifest["YAML"]?.path == "Sources/YAML")
    #expect(Self.manifest["devcluster"]?.path == "Sources/Development/devcluster")
    #expect(Self.manifest["devcluster"]?.kind == .executable)
    #expect(Self.manifest["DevCluster"]?.kind == .library)
  }

  @Test func importsAreFound() {
    let text = """
      import A
      @testable import B
        public import C
      @_spi(X) import struct D.E
      // import F
      let text = "import G"
      """
    #expect(DependencyRules.imports(text) == ["A", "B", "C", "D"])
  }

  @Test func arrows() {
    #expect(DependencyRules.arrows(Self.manifest) == [])
    let bad = Manifest(
      "  targets: [\n    library(\"JSON\", [\"YAML\"]),\n    library(\"YAML\"),\n    library(\"New\"),\n  ],")
    #expect(
      DependencyRules.arrows(bad) == [
        "JSON must not build on YAML, which stands above it",
        "New is new: add it to DependencyRules.order, above what it builds on",
      ])
    let astray = Manifest(
      """
        targets: [
          library("JSON", ["DevCluster"]),
          development("DevCluster", []),
          .executableTarget(name: "observability-operator", dependencies: ["DevCluster"]),
          tool("bench", ["DevCluster", "Shared", "observability-operator"]),
          .target(name: "Shared", dependencies: [], path: "Tests/Support/Shared"),
        ],
      """)
    #expect(
      DependencyRules.arrows(astray) == [
        "JSON ships, so it must not build on DevCluster, which does not",
        "JSON must not build on DevCluster, which stands above it",
        "observability-operator ships, so it must not build on DevCluster, which does not",
        "bench must not build on Shared, which is in Tests",
        "bench must not build on observability-operator, which is an executable",
      ])
  }

  @Test func imports() {
    let manifest = Self.manifest
    #expect(
      DependencyRules.imports(file("Sources/YAML/A.swift", "import CYAML\nimport Glibc\nimport JSON"), manifest) == [])
    #expect(DependencyRules.imports(file("Sources/Telemetry/A.swift", "import Logging"), manifest) == [])
    #expect(DependencyRules.imports(file("Sources/JSON/A.swift", "import Logging"), manifest).count == 1)
    #expect(DependencyRules.imports(file("Sources/JSON/A.swift", "import YAML"), manifest).count == 1)
    #expect(DependencyRules.imports(file("Sources/Other/A.swift", ""), manifest).count == 1)
    let upward = Manifest("  targets: [\n    library(\"JSON\", [\"YAML\"]),\n    library(\"YAML\"),\n  ],")
    #expect(
      DependencyRules.imports(file("Sources/JSON/A.swift", "import YAML"), upward)
        == ["JSON must not import YAML, which stands above it"])
  }

  @Test func development() {
    func findings(_ path: String) -> Int {
      DependencyRules.development(file(path, "import DevCluster"), Self.manifest).count
    }
    #expect(findings("Sources/Development/devcluster/main.swift") == 0)
    #expect(findings("Tests/DevClusterTests/A.swift") == 0)
    #expect(findings("Sources/observability-operator/main.swift") == 1)
    #expect(findings("Sources/JSON/A.swift") == 1)
  }

  @Test func generality() {
    #expect(DependencyRules.generality(file("Sources/ControllerRuntime/A.swift", "struct Observability {}")).count == 1)
    #expect(DependencyRules.generality(file("Sources/Telemetry/A.swift", "/// Corootless: Coroot's name.")).count == 1)
    #expect(DependencyRules.generality(file("Sources/Rendering/A.swift", "import ObservabilityAPI")) == [])
    #expect(DependencyRules.generality(file("Sources/JSON/A.swift", "struct Rendering {}")) == [])
  }

  /// A rule, where it looks, and texts that it must and must not mind. Bad texts are put together here so that the rule
  /// does not find them in this file.
  struct Example: CustomTestStringConvertible, Sendable {
    let rule: @Sendable (SourceFile) -> [String]
    let path: String
    let bad: [String]
    let good: [String]
    let testDescription: String
  }

  private static let groups = TestGroups(
    """
      readonly waiting='^(Kubectl)Tests\\.'
      readonly operators='^(Faults)Tests\\.'
      # A comment.
      readonly computing='^(JSON|YAML)Tests\\.'
    """)

  static let examples = [
    Example(
      rule: StyleRules.licence, path: "Tests/JSONTests/A.swift",
      bad: ["", "import A", "\n// SPDX-License-Identifier: Apache-2.0", "// SPDX-License-Identifier: MIT\n"],
      good: ["// SPDX-License-Identifier: Apache-2.0\n\nimport A\n"], testDescription: "licence"),
    Example(
      rule: StyleRules.length, path: "Sources/JSON/A.swift", bad: [String(repeating: "\n", count: 501)],
      good: [String(repeating: "\n", count: 500)], testDescription: "length"),
    Example(
      rule: StyleRules.foundation, path: "Sources/JSON/A.swift",
      bad: ["import Foundation", "import A\nimport FoundationNetworking\n", "import struct Foundation.Data"],
      good: ["import FoundationEssentials", "// import Foundation"], testDescription: "foundation"),
    Example(
      rule: StyleRules.uncheckedSendable, path: "Tests/JSONTests/A.swift",
      bad: ["class A: @unchecked" + " Sendable {}", "extension A: @unchecked" + "\n  Sendable {}"],
      good: ["struct A: Sendable {}"], testDescription: "unchecked sendable"),
    Example(
      rule: StyleRules.uncheckedSendable, path: "Sources/HTTPTransport/A.swift", bad: [],
      good: ["final class A: @unchecked" + " Sendable {}"], testDescription: "unchecked sendable in HTTPTransport"),
    Example(
      rule: StyleRules.traps, path: "Sources/JSON/A.swift", bad: ["try! a()", "a as! B", "fatalError(\"a\")"],
      good: ["try a()", "try? a()", "a as? B", "precondition(a)", "entry!"], testDescription: "traps"),
    Example(
      rule: StyleRules.traps, path: "Tests/JSONTests/A.swift", bad: [], good: ["try! a()"],
      testDescription: "traps in tests"),
    Example(
      rule: StyleRules.unfinishedWork, path: "Sources/JSON/A.swift", bad: ["// TODO: more", "/* FIXME */"],
      good: ["let TODOS = 1", "// todo list"], testDescription: "unfinished work"),
    Example(
      rule: StyleRules.sleepingTest, path: "Tests/JSONTests/A.swift",
      bad: ["try await Task." + "sleep(for: .seconds(1))", "Thread." + "sleep(1)", "usleep" + "(10)"],
      good: ["await clock.run()", "let asleep = 1", "func sleep(until deadline: Instant)"],
      testDescription: "sleeping test"),
    Example(
      rule: StyleRules.sleepingTest, path: "Sources/JSON/A.swift", bad: [], good: ["try await Task." + "sleep(for: a)"],
      testDescription: "sleep in sources"),
    Example(
      rule: StyleRules.sleepingTest, path: "Tests/JSONTests/Support/Eventually.swift", bad: [],
      good: ["try await Task." + "sleep(for: a)"], testDescription: "sleep in the helper that awaits a state"),
    Example(
      rule: StyleRules.blockingTest, path: "Tests/JSONTests/A.swift",
      bad: [
        "while wait" + "pid(id, &status, 0) < 0 {}", "Dispatch" + "Semaphore(value: 0)", "po" + "ll(&polled, 2, -1)",
      ],
      good: [
        "try await process.waitForEnd()", "func poll" + "s()", "let response = try await blocking { try work() }",
      ],
      testDescription: "blocking test"),
    Example(
      rule: StyleRules.blockingTest, path: "Sources/Development/ProcessSupport/ChildProcess.swift", bad: [],
      good: ["wait" + "pid(id, &status, 0)"], testDescription: "blocking call on a thread of its own"),
    Example(
      rule: groups.findings, path: "Tests/JSONTests/A.swift",
      bad: [
        "try await even" + "tually(\"it is there\") { true }", "let start = Continuous" + "Clock.now",
        "@Suite(.time" + "Limit(.minutes(2)))", "import Testing\nimport " + "Waiting",
        "try await cluster.with" + "Operator {",
      ],
      good: ["func eventuallyConsistent() {}", "import WaitingRoom", "let clock = SteppedClock()"],
      testDescription: "waiting in a target that computes"),
    Example(
      rule: groups.findings, path: "Tests/KubectlTests/A.swift",
      bad: ["try await cluster.with" + "Operator {", "import " + "Simulation"],
      good: ["try await even" + "tually(\"it is there\") { true }", "import SimulationOfAnother"],
      testDescription: "whole operators beside what waits"),
    Example(
      rule: groups.findings, path: "Tests/FaultsTests/A.swift", bad: [],
      good: ["try await cluster.with" + "Operator { even" + "tually(\"it is there\") { true } }"],
      testDescription: "whole operators in their group"),
    Example(
      rule: StyleRules.interpolatedLogMessage, path: "Sources/JSON/A.swift",
      bad: [
        #"logger.info("a \(b)")"#, "logger.error(\n  \"\\\"a\\\" \\(b)\")", #"self.logger.debug("\(b)")"#,
        #"log.warning("a \(b)")"#,
      ],
      good: [
        #"logger.info("a", metadata: ["b": "\(b)"])"#, #"logger.info("a \"b\"", metadata: ["b": "\(b)"])"#,
        #"print("a \(b)")"#, #"error("a \(b)")"#,
      ], testDescription: "interpolated log message"),
  ]

  @Test(arguments: examples) func styleRule(example: Example) {
    for text in example.bad { #expect(!example.rule(file(example.path, text)).isEmpty, "silent on: \(text)") }
    for text in example.good { #expect(example.rule(file(example.path, text)) == [], "fires on: \(text)") }
  }

  @Test("A test target in no group, in two, or in none of Package.swift is reported") func groupsAreComplete() {
    #expect(
      Self.groups.targets == [
        "waiting": ["KubectlTests"], "operators": ["FaultsTests"], "computing": ["JSONTests", "YAMLTests"],
      ])
    let manifest = Manifest(
      "  targets: [\n    tests(\"JSONTests\", []),\n    tests(\"KubectlTests\", []),\n    tests(\"NewTests\", []),\n  ],"
    )
    #expect(
      Self.groups.findings(manifest) == [
        "NewTests must be in one group of .ci/test.sh: computing, operators or waiting",
        ".ci/test.sh names FaultsTests, which Package.swift does not",
        ".ci/test.sh names YAMLTests, which Package.swift does not",
      ])
    let twice = TestGroups("readonly waiting='^(JSON)Tests\\.'\nreadonly computing='^(JSON|Kubectl|New)Tests\\.'")
    #expect(
      twice.findings(manifest) == ["JSONTests must be in one group of .ci/test.sh: computing, operators or waiting"])
  }

  @Test func findingsNameTheLine() {
    #expect(StyleRules.traps(file("Sources/JSON/A.swift", "a\n\n  try! b()")) == ["line 3: try!"])
  }

  @Test("A folder with 21 Swift files is reported, and its sub-folders are counted apart")
  func crowdedFolders() {
    func files(_ folder: String, _ count: Int) -> [SourceFile] {
      (0..<count).map { file("\(folder)/\($0).swift", "") }
    }
    #expect(TreeRules.crowded(files("Sources/JSON", 20) + files("Sources/JSON/Numbers", 20)) == [])
    #expect(
      TreeRules.crowded(files("Sources/JSON", 3) + files("Tests/JSONTests/Numbers", 21)) == [
        "Tests/JSONTests/Numbers holds 21 Swift files, more than 20: give it sub-folders"
      ])
  }

  @Test("Links and paths of a document that lead nowhere are reported") func brokenLinks() {
    func findings(_ text: String) -> [String] {
      TreeRules.broken(file("docs/guides/A.md", text)) {
        ["README.md", "docs/B.md", "docs/guides/C.md", "Sources/JSON", "Tests/A.yaml"].contains($0)
      }
    }
    for text in [
      "[a](../B.md)", "[a](C.md#part)", "![a](./C.md)", "[a](../../README.md)", "[a](#part)", "[a](https://a.example)",
      "`Sources/JSON`", "`Tests/A.yaml`", "`Tests`", "`Tests/A.yaml b`", "`Sources/<Module>`", "[a][b]",
    ] { #expect(findings(text) == [], "fires on: \(text)") }
    for text in ["[a](B.md)", "[a](/README.md)", "[a](../../../README.md)", "see `Sources/YAML`.", "`Tests/A.yml`"] {
      #expect(findings(text).count == 1, "silent on: \(text)")
    }
    #expect(findings("[a](../D.md#part)") == ["names ../D.md, which does not exist"])
  }

  @Test func median() {
    #expect(StyleRules.median([]) == 0)
    #expect(StyleRules.median([500, 1, 30]) == 30)
  }
}
