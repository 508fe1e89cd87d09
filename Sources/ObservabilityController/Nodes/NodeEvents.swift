// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesCore
import Logging
import ObservabilityAPI

/// The log lines and Events about the nodes of one object: each fact once, and of thousands at once the first few and the
/// number of the others. Pure.
struct NodeEvents: Sendable {
  /// How many nodes are named in one pass, in the log and in Events each.
  static let limit = 10

  /// A node that counts as eligible although something about it is odd.
  struct Odd: Hashable, Sendable {
    var name: String
    var note: NodeNote

    /// The first of them in words, and how many more there are; nil for none.
    static func summary(_ nodes: [Odd]) -> String? {
      guard let first = nodes.first else { return nil }
      let others = nodes.count == 1 ? "" : " The same holds for \(nodes.count - 1) more nodes."
      return "Node \(first.name): \(first.note.message).\(others)"
    }
  }

  /// One Event.
  struct Event: Hashable, Sendable {
    var isWarning: Bool
    var note: String
  }

  /// What is new.
  struct Items: Sendable {
    var lines: [TransitionLog.Line] = []
    var events: [Event] = []
  }

  /// The reasons of the nodes that were reported; nil before the first update.
  private var reported: [String: IneligibilityReason]?
  private var odd: Set<Odd> = []

  /// Returns what is new since the last update.
  ///
  /// - Parameter wasReported: whether an earlier process sent the Event of a node that this one observes for the first time.
  mutating func update(
    ineligible: [AgentsObservation.Ineligible], odd: [Odd], wasReported: (String) -> Bool
  ) -> Items {
    let before = reported ?? [:]
    let fresh = ineligible.filter { before[$0.name] != $0.why.reason }
    var items = Items()
    items.lines += Self.named(fresh, line: Self.line) { more in
      TransitionLog.Line(
        level: .info, message: "more nodes ineligible",
        metadata: ["count": "\(more.count)", "reasons": "\(Self.reasons(more))"])
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
      line: { TransitionLog.Line(level: .info, message: "node no longer ineligible", metadata: ["node": "\($0)"]) },
      rest: {
        TransitionLog.Line(level: .info, message: "more nodes no longer ineligible", metadata: ["count": "\($0.count)"])
      })
    items.lines += Self.named(
      odd.filter { !self.odd.contains($0) },
      line: {
        TransitionLog.Line(
          level: .warning, message: "node odd", metadata: ["node": "\($0.name)", "cause": "\($0.note.message)"])
      },
      rest: { TransitionLog.Line(level: .warning, message: "more nodes odd", metadata: ["count": "\($0.count)"]) })
    reported = now
    self.odd = Set(odd)
    return items
  }

  /// The first few, each by itself, and one item for the others.
  private static func named<Item, Told>(
    _ items: [Item], line: (Item) -> Told, rest: (ArraySlice<Item>) -> Told
  ) -> [Told] {
    let more = items.dropFirst(limit)
    return items.prefix(limit).map(line) + (more.isEmpty ? [] : [rest(more)])
  }

  private static func line(_ node: AgentsObservation.Ineligible) -> TransitionLog.Line {
    var metadata: Logger.Metadata = [
      "node": "\(node.name)", "kernel": "\(node.kernel)", "reason": "\(node.why.reason.name)",
    ]
    if let needs = node.why.needs { metadata["needs"] = "\(needs)" }
    if node.why.isFound, !node.why.detail.isEmpty { metadata["cause"] = "\(node.why.detail)" }
    return TransitionLog.Line(level: .info, message: "node ineligible", metadata: metadata)
  }

  private static func event(_ node: AgentsObservation.Ineligible) -> Event {
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
  private static func reasons(_ nodes: ArraySlice<AgentsObservation.Ineligible>) -> String {
    Dictionary(grouping: nodes, by: \.why.reason.name).map { ($0.key, $0.value.count) }
      .sorted { ($1.1, $0.0) < ($0.1, $1.0) }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
  }
}
