// SPDX-License-Identifier: Apache-2.0

/// The groups in which `.ci/test.sh` runs the test targets one after the other.
///
/// swift-testing starts all tests at once, on as many threads as there are processors. A test that waits for real time then
/// waits behind all computation of the same run, and misses its deadline on a busy machine. So a target that waits is not in
/// the group `computing`, and one that runs whole operators is in `operators`.
struct TestGroups {
  static let script = ".ci/test.sh"

  /// The names of the targets by the name of their group.
  let targets: [String: [String]]

  /// Reads the lines `readonly computing='^(JSON|YAML)Tests\.'`.
  init(_ script: String) {
    targets = Dictionary(
      script.matches(of: /(?m)^ *readonly (\w+)='\^\(([\w|]+)\)Tests\\\.'$/).map { match in
        (String(match.1), match.2.split(separator: "|").map { $0 + "Tests" })
      }, uniquingKeysWith: +)
  }

  func group(of target: String) -> String? { targets.first { $0.value.contains(target) }?.key }

  /// Targets that are in no group, in several, or gone.
  func findings(_ manifest: Manifest) -> [String] {
    let tests = manifest.targets.filter { $0.kind == .test && $0.name.hasSuffix("Tests") }.map(\.name)
    let grouped = targets.values.flatMap { $0 }
    return tests.sorted().filter { name in grouped.count { $0 == name } != 1 }
      .map { "\($0) must be in one group of \(Self.script): computing, operators or waiting" }
      + Set(grouped).subtracting(tests).sorted().map { "\(Self.script) names \($0), which Package.swift does not" }
  }

  /// What a file does that its target's group is not for.
  func findings(_ file: SourceFile) -> [String] {
    guard file.isTest, let group = group(of: file.target) else { return [] }
    var findings: [String] = []
    if group == "computing" {
      findings += StyleRules.places(of: Self.waits, in: file).map {
        "\($0) waits for real time: \(file.target) does not belong to the group computing of \(Self.script)"
      }
    }
    if group != "operators" {
      findings += StyleRules.places(of: Self.runsOperators, in: file).map {
        "\($0) uses up the processors: move it to a target of the group operators of \(Self.script)"
      }
    }
    return findings
  }

  /// These patterns are written so that they do not match themselves.
  private static var waits: Regex<Substring> {
    #/\b(?:(?:Continuous|Suspending)Clock|eventually\(|awaiting\(|blocking\(|ChildProcess\(|HTTPServer\(|ProbeServer\(|CurlTransport\(|(?:Client|Server)Bootstrap\()|\.timeLimit\(|(?m:^import (?:Harness|ProcessSupport|Waiting)\b)/#
  }

  private static var runsOperators: Regex<Substring> {
    #/\b(?:(?:with|start)Operator|Simulate[C]ommand)\b|(?m:^import Simulation\b)/#
  }
}
