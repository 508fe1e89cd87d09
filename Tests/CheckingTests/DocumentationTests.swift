// SPDX-License-Identifier: Apache-2.0

import Glibc
import JSON
import ObservabilityController
import Testing

@testable import Checking

/// The outputs of `docs/check.md`, made from the clusters of these tests.
@Suite struct DocumentationTests {
  private static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
    .joined(separator: "/")

  struct Example: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var text: String
  }

  static let examples = [
    Example(testDescription: "healthy", text: CheckReport(SampleCluster.healthy()).text),
    Example(
      testDescription: "pod-security",
      text: CheckReport(
        SampleCluster.healthy().changing { around in
          around.object = SampleCluster.object(conditions: [
            SampleCluster.condition(
              "Ready", "False", "AgentsNotReady", "Agents run on 0 of 3 eligible nodes."),
            SampleCluster.condition(
              "AgentsAvailable", "False", "PodSecurityForbids",
              "DaemonSet cozy-coroot/platform-node-agent: 3 of 3 pods cannot be made. Namespace cozy-coroot enforces Pod Security level baseline, which "
                + "refuses agents: kubectl label namespace cozy-coroot pod-security.kubernetes.io/enforce=privileged "
                + "--overwrite. They start by themselves then."),
            SampleCluster.condition("MetricsBackendReady", "True", "Reachable", "VictoriaMetrics answered."),
          ])
          around.namespace = .read(
            SampleCluster.namespace(labels: ["pod-security.kubernetes.io/enforce": "baseline"]))
          around.daemonSet = .read(SampleCluster.daemonSet(ready: 0))
        }
      ).text),
    Example(
      testDescription: "backend",
      text: CheckReport(
        SampleCluster.healthy().changing { around in
          let cause =
            "http://vminsert-shortterm.tenant-root.svc:8480 refused the connection. Check Service "
            + "tenant-root/vminsert-shortterm, or set spec.metrics.victoriaMetrics.writeURL."
          around.object = SampleCluster.object(conditions: [
            SampleCluster.condition("Ready", "False", "BackendNotReady", cause),
            SampleCluster.condition("AgentsAvailable", "True", "AllReady", "Agents run on 3 of 3 eligible nodes."),
            SampleCluster.condition("MetricsBackendReady", "False", "Unreachable", cause),
          ])
          around.services[0].slices = .read([SampleCluster.slice(ready: [false, false])])
        }
      ).text),
    Example(testDescription: "no-operator", text: CheckReport(noOperator).text),
  ]

  /// An operator that is gone, and a right that went with it.
  private static var noOperator: Surroundings {
    var cluster = SampleCluster.healthy().changing { around in
      around.rights = .read(SampleCluster.answers(RightQuestion.all([.children: "cozy-coroot"])) { _ in false })
    }
    cluster.operator.lease = .read(SampleCluster.lease(renewed: "2026-09-28T12:00:00.000000Z"))
    cluster.operator.deployment = .read(SampleCluster.deployment(ready: 0, wanted: 0))
    cluster.nodes = .read([
      SampleCluster.node("worker-1"), SampleCluster.node("worker-2"),
      SampleCluster.node(
        "worker-3", kernel: "4.18.0", labels: ["observability.cozystack.io/node-agent": "ineligible"]),
    ])
    return cluster
  }

  @Test("docs/check.md shows what the program prints", arguments: examples)
  func theDocumentShowsTheOutput(_ example: Example) throws {
    let page = Self.lasting(try Self.text(of: "docs/check.md"))
    let mark = "<!-- \(example.testDescription) -->"
    let isShown = page.contains("\(mark)\n```text\n\(Self.lasting(example.text))```\n")
    #expect(isShown, "after \(mark) in docs/check.md must stand:\n\(example.text)")
  }

  /// The text without what changes with every release: its number, and how many rights there are.
  private static func lasting(_ text: String) -> String {
    text.replacing(/\d+( of \d+)? rights/, with: "N rights").replacing(/release \d+\.\d+\.\d+/, with: "release X")
  }

  private static func text(of path: String) throws -> String {
    let file = try #require(fopen("\(root)/\(path)", "r"))
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
    return String(decoding: bytes, as: UTF8.self)
  }
}
