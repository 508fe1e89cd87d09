// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesCore
import Logging
import ObservabilityAPI

/// The log lines and Events about the nodes of one object: each fact once, and of thousands at once the first few and the
/// number of the others. Pure.
package struct NodeEvents: Sendable {
  /// How many nodes are named in one pass, in the log and in Events each.
  static let limit = 10

  /// One Event.
  package struct Event: Hashable, Sendable {
    package var isWarning: Bool
    package var note: String
  }

  /// What is new.
  package struct Items: Sendable {
    package var lines: [LogLine] = []
    package var events: [Event] = []

    package init() {}
  }

  /// The reasons of the nodes that were reported; nil before the first update.
  private var reported: [String: IneligibilityReason]?
  private var odd: Set<OddNode> = []

  /// Returns what is new since the last update.
  ///
  /// - Parameter wasReported: whether an earlier process sent the Event of a node that this one observes for the first time.
  mutating func update(
    ineligible: [IneligibleNode], odd: [OddNode], wasReported: (String) -> Bool
  ) -> Items {
    let before = reported ?? [:]
    let fresh = ineligible.filter { before[$0.name] != $0.why.reason }
    var items = Items()
    items.lines += Self.named(fresh, line: Self.line) { more in
      LogLine(
        .info, "more nodes ineligible",
        ["count": "\(more.count)", "reasons": "\(Self.reasons(more))"])
    }
    let unheard = reported == nil ? fresh.filter { !wasReported($0.name) } : fresh
    items.events += Self.named(unheard, line: Self.event) { more in
      Event(
        isWarning: more.contains { !Self.isExpected($0.why.reason) },
        note: "\(more.count) more nodes cannot carry the agent: \(Self.reasons(more)). See status.ineligibleNodes.")
    }
    let now = Dictionary(ineligible.map { ($0.name, $0.why.reason) }, uniquingKeysWith: { $1 })
    let joined = before.keys.filter { now[$0] == nil }.sorted()
    items.lines += Self.named(
      joined,
      line: { LogLine(.info, "node no longer ineligible", ["node": "\($0)"]) },
      rest: {
        LogLine(.info, "more nodes no longer ineligible", ["count": "\($0.count)"])
      })
    items.lines += Self.named(
      odd.filter { !self.odd.contains($0) },
      line: {
        LogLine(.warning, "node odd", ["node": "\($0.name)", "cause": "\($0.note.message)"])
      },
      rest: { LogLine(.warning, "more nodes odd", ["count": "\($0.count)"]) })
    reported = now
    self.odd = Set(odd)
    return items
  }

  /// The first few, each by itself, and one item for the others.
  private static func named<Item, Entry>(
    _ items: [Item], line: (Item) -> Entry, rest: (ArraySlice<Item>) -> Entry
  ) -> [Entry] {
    let more = items.dropFirst(limit)
    return items.prefix(limit).map(line) + (more.isEmpty ? [] : [rest(more)])
  }

  private static func line(_ node: IneligibleNode) -> LogLine {
    var metadata: Logger.Metadata = [
      "node": "\(node.name)", "kernel": "\(node.kernel)", "reason": "\(node.why.reason.name)",
    ]
    if let needs = node.why.needs { metadata["needs"] = "\(needs)" }
    if node.why.isFound, !node.why.detail.isEmpty { metadata["cause"] = "\(node.why.detail)" }
    return LogLine(.info, "node ineligible", metadata)
  }

  private static func event(_ node: IneligibleNode) -> Event {
    // A virtual kubelet names no kernel.
    let kernel = node.kernel.isEmpty ? "" : " with kernel \(node.kernel)"
    return Event(
      isWarning: !isExpected(node.why.reason),
      note: "Node \(node.name)\(kernel) cannot carry the agent (\(node.why.reason.name)): "
        + node.why.message)
  }

  /// Whether the node is ineligible on purpose, or by what it is.
  private static func isExpected(_ reason: IneligibilityReason) -> Bool {
    [.unsupportedOperatingSystem, .unsupportedArchitecture, .excluded].contains(reason)
  }

  /// `KernelTooOld 3980, AgentExits 10`
  private static func reasons(_ nodes: ArraySlice<IneligibleNode>) -> String {
    Dictionary(grouping: nodes, by: \.why.reason.name).map { ($0.key, $0.value.count) }
      .sorted { ($1.1, $0.0) < ($0.1, $1.0) }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
  }
}
