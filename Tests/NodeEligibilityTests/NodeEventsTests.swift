// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesCore
import Logging
import ObservabilityAPI
import Testing

@testable import NodeEligibility

/// The log lines and Events about nodes.
@Suite struct NodeEventsTests {
  static func old(_ count: Int, reason: IneligibilityReason = .kernelTooOld) -> [IneligibleNode] {
    (0..<count).map {
      .init(
        name: "worker-\($0)", kernel: "4.18.0",
        why: Ineligibility(reason, "Kernel 4.18.0 is older than 5.11", needs: "5.11"))
    }
  }

  static func text(_ line: LogLine) -> String {
    "\(line.level) \(line.message) "
      + line.metadata.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
  }

  @Test func eachIsToldOnce() {
    var news = NodeEvents()
    let first = news.update(ineligible: Self.old(1), odd: []) { _ in false }
    #expect(
      first.lines.map(Self.text) == [
        "info node ineligible kernel=4.18.0 needs=5.11 node=worker-0 reason=KernelTooOld"
      ])
    #expect(first.events.count == 1 && first.events.allSatisfy { $0.isWarning && $0.note.contains("worker-0") })
    let again = news.update(ineligible: Self.old(1), odd: []) { _ in false }
    #expect(again.lines.isEmpty && again.events.isEmpty)

    let other = news.update(ineligible: Self.old(1, reason: .excluded), odd: []) { _ in true }
    #expect(other.events.map(\.isWarning) == [false], "another reason is news")
    let gone = news.update(ineligible: [], odd: []) { _ in false }
    #expect(
      gone.lines.map(Self.text) == ["info node no longer ineligible node=worker-0"] && gone.events.isEmpty
    )
  }

  @Test func whatAnEarlierProcessToldIsNoEventAgain() {
    var news = NodeEvents()
    let first = news.update(ineligible: Self.old(2), odd: []) { $0 == "worker-0" }
    #expect(first.lines.count == 2 && first.events.map { $0.note.contains("worker-1") } == [true])
  }

  @Test("An Event about a node that names no kernel speaks of none")
  func noKernel() {
    var news = NodeEvents()
    let why = Ineligibility(.unsupportedOperatingSystem, "The node has no label kubernetes.io/os")
    let items = news.update(ineligible: [.init(name: "fargate", kernel: "", why: why)], odd: []) { _ in false }
    #expect(items.events.map { $0.note.hasPrefix("Node fargate cannot carry the agent") } == [true])
  }

  @Test func ofThousandsTheFirstFewAreNamed() {
    var news = NodeEvents()
    let mixed = Self.old(3000) + Self.old(4000, reason: .unsupportedArchitecture).dropFirst(3000)
    let items = news.update(ineligible: mixed, odd: []) { _ in false }
    #expect(items.lines.count == NodeEvents.limit + 1 && items.events.count == NodeEvents.limit + 1)
    #expect(
      items.events.last?.note
        == "3990 more nodes cannot carry the agent: KernelTooOld 2990, UnsupportedArchitecture 1000. "
        + "See status.ineligibleNodes.")
    let back = news.update(ineligible: [], odd: []) { _ in false }
    #expect(back.lines.count == NodeEvents.limit + 1 && back.events.isEmpty)
  }

  @Test func whatIsOddIsALineAndNoEvent() {
    var news = NodeEvents()
    let odd = [OddNode(name: "n", note: .kernelUnclear(""))]
    let first = news.update(ineligible: [], odd: odd) { _ in false }
    #expect(first.lines.map(\.message) == ["node odd"] && first.events.isEmpty)
    #expect(news.update(ineligible: [], odd: odd, wasReported: { _ in false }).lines.isEmpty)
  }
}
