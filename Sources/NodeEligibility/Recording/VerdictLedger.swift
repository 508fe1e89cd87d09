// SPDX-License-Identifier: Apache-2.0

import CleanText
import KubernetesClient
import KubernetesCore
import ObservabilityAPI

/// The verdicts about the nodes of one object. Pure: what is looked up and what time it is comes from outside.
///
/// A node that is labelled loses its pod and with it the evidence, so the verdict is remembered until there is a reason to
/// look again: another kernel, boot, image or runtime, another agent, the administrator's annotation, or enough time.
package struct VerdictLedger: Hashable, Sendable {
  /// How many verdicts are kept. A node beyond them is not labelled, and its pod keeps failing: that is reported as any
  /// failing pod is, and the log says that the ledger is full.
  package static let limit = 5000
  /// How many bytes of text the verdicts may take, names of nodes included; as ``record`` they stay below the 1 MiB of a
  /// ConfigMap then.
  static let sizeLimit = 640 << 10
  /// How many verdicts of one ledger are kept with their message; the status shows fifty.
  static let messageLimit = 200

  /// By name of the node.
  private(set) var entries: [String: NodeVerdict] = [:]
  /// What the verdicts take, about, in bytes.
  private(set) var size = 0
  private var messages = 0

  /// Drops what no longer holds, and dates back to now what lies in the future: the record may be forged, or written by
  /// an operator whose clock was ahead, and no verdict may hold for longer than ``NodeVerdict/longestWait``.
  ///
  /// - Parameters:
  ///   - image: the agent's image now; nil if it is not known.
  ///   - node: the node of that name, if it is there and the object asks for it.
  mutating func review(image: String?, now: Timestamp, node: (String) -> NodeView?) {
    for (name, var verdict) in entries {
      if verdict.since > now {
        verdict.since = Timestamp(secondsSinceEpoch: now.secondsSinceEpoch)
        entries[name] = verdict
      }
      guard let node = node(name), node.override != .eligible, node.system == verdict.system,
        verdict.phase(at: now) != .over, verdict.reason != .agentExits || image == nil || image == verdict.image
      else {
        remove(name)
        continue
      }
    }
  }

  /// Takes in what was found on a node, unless a verdict holds already: then its pod is merely being deleted.
  ///
  /// - Returns: false if there is no room for it.
  mutating func take(_ evidence: NodeEvidence, system: String, image: String, now: Timestamp) -> Bool {
    let known = entries[evidence.node]
    if case .holds = known?.phase(at: now) { return true }
    let message = evidence.message.bounded(bytes: NodeVerdict.longestMessage)
    let verdict = NodeVerdict(
      reason: evidence.reason, message: messages < Self.messageLimit ? message : "", system: system,
      image: evidence.reason == .agentExits ? image : "",
      since: Timestamp(secondsSinceEpoch: now.secondsSinceEpoch), tries: (known?.tries ?? 0) + 1)
    return insert(evidence.node, verdict)
  }

  /// The verdicts that keep the agent off a node now.
  func holding(at now: Timestamp) -> [String: NodeVerdict] {
    entries.filter { if case .holds = $0.value.phase(at: now) { true } else { false } }
  }

  /// When the next verdict changes its phase.
  func next(at now: Timestamp) -> Timestamp? {
    entries.values.compactMap { verdict in
      switch verdict.phase(at: now) {
      case .holds(let end), .onTrial(let end): end
      case .over: now
      }
    }.min()
  }

  /// Adds a verdict or replaces the one about that node; false if there is no room.
  mutating func insert(_ node: String, _ verdict: NodeVerdict) -> Bool {
    remove(node)
    let more = Self.size(node, verdict)
    guard entries.count < Self.limit, size + more <= Self.sizeLimit else { return false }
    entries[node] = verdict
    size += more
    if !verdict.message.isEmpty { messages += 1 }
    return true
  }

  private mutating func remove(_ node: String) {
    guard let verdict = entries.removeValue(forKey: node) else { return }
    size -= Self.size(node, verdict)
    if !verdict.message.isEmpty { messages -= 1 }
  }

  /// The names of the members and what stands around them take some eighty bytes.
  private static func size(_ node: String, _ verdict: NodeVerdict) -> Int {
    node.utf8.count + verdict.message.utf8.count + verdict.image.utf8.count + 100
  }
}
