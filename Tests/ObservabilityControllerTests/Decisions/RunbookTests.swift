// SPDX-License-Identifier: Apache-2.0

import Glibc
import ObservabilityAPI
import ObservabilityController
import Telemetry
import Testing

/// The runbook must not point at what is not there.
@Suite struct RunbookTests {
  private static func text() throws -> String {
    let root = "\(#filePath)".split(separator: "/").dropLast(4).joined(separator: "/")
    let path = "/\(root)/Sources/ObservabilityController/Documentation.docc/Runbook.md"
    let file = try #require(fopen(path, "r"))
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }

  /// What stands between backticks, up to a brace.
  private static func names() throws -> [String] {
    try text().split(separator: "`", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset % 2 == 1 }.map { String($0.element.prefix { $0 != "{" }) }
  }

  @Test func everyMetricThatItNamesIsServed() throws {
    let served = Set(OperatorMetrics(version: "v0").registry.descriptions.map(\.name))
    let prefixes = ["controller_runtime_", "workqueue_", "rest_client_", "leader_election_", "observability_"]
    let named = try Self.names().filter { name in prefixes.contains { name.hasPrefix($0) } }
    #expect(named.count >= 6)
    for name in named { #expect(served.contains(name), "\(name)") }
  }

  /// Reasons of Events and of pods, and values of fields.
  private static let told: Set = [
    "ChildAltered", "ChildRepaired", "AgentPodFailing", "PrivilegedMode", "FailedCreate", "FailedMount",
    "ImagePullBackOff",
    "InvalidImageName", "CreateContainerConfigError", "CreateContainerError", "StartError", "OOMKilled",
    "CrashLoopBackOff", "Unschedulable", "Evicted", "NotStarted", "NotReady",
  ]

  @Test func everyConditionAndReasonThatItNamesExists() throws {
    let known = Set(ConditionReason.all.map(\.name)).union(ConditionType.allCases.map(\.rawValue))
    let named = try Self.names().compactMap { name -> String? in
      let first = name.prefix { $0 != "=" }
      return first.first?.isUppercase == true && first.allSatisfy(\.isLetter) ? String(first) : nil
    }.filter { !Self.told.contains($0) }
    #expect(named.count >= 4)
    for name in named { #expect(known.contains(name), "\(name)") }
  }
}
