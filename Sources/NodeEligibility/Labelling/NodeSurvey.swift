// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesCore
import ObservabilityAPI
import Synchronization

/// The nodes, who serves which, and what their labels are to be, worked out once for each change of nodes, objects or
/// verdicts: with thousands of nodes that is most of what a pass costs.
///
/// The operator's own label is no such change. If it were, labelling 4,000 nodes would mean to look at all of them 4,000
/// times.
final class NodeSurvey: Sendable {
  /// What was worked out.
  struct Result: Sendable {
    /// Another one for each result.
    let version: Int
    /// Sorted by name.
    let nodes: [NodeView]
    let assignment: NodeAssignment
    let plan: LabelPlan
  }

  private struct State {
    var version = 0
    var last: (version: Int, result: Result)?
    /// By object; the UID tells a successor of the same name.
    var findings: [String: (uid: String?, LabelPlan.Findings)] = [:]
  }

  private let informers: Informers
  private let claimants: @Sendable () -> [NodeClaimant]?
  private let state = Mutex(State())

  /// - Parameter claimants: every object; nil as long as the objects have not been read.
  init(informers: Informers, claimants: @escaping @Sendable () -> [NodeClaimant]?) {
    self.informers = informers
    self.claimants = claimants
  }

  /// Something has changed that a result depends on. To be called after the store holds it.
  func touch() {
    state.withLock { $0.version += 1 }
  }

  /// Says what is known of the nodes of an object from now on.
  func publish(_ findings: LabelPlan.Findings, of object: KubernetesObject) {
    state.withLock { state in
      if let known = state.findings[object.name], known.uid == object.uid, known.1 == findings { return }
      state.findings[object.name] = (object.uid, findings)
      state.version += 1
    }
  }

  /// Drops what is known of the nodes of an object that is gone.
  func forget(_ object: String) {
    state.withLock { state in
      if state.findings.removeValue(forKey: object) != nil { state.version += 1 }
    }
  }

  /// How things stand; nil as long as nodes or objects have not been read.
  func result() -> Result? {
    guard let nodes = informers.store(.nodes), nodes.isSynced else { return nil }
    // Taken before the stores are read: after a change meanwhile the next call computes it again.
    let (version, last, findings) = state.withLock { ($0.version, $0.last, $0.findings) }
    if let last, last.version == version { return last.result }
    guard let claimants = claimants() else { return nil }
    let result = survey(version, nodes.all().map(NodeView.init), claimants, findings)
    state.withLock { state in
      if (state.last?.version ?? -1) < version { state.last = (version, result) }
    }
    return result
  }

  private func survey(
    _ version: Int, _ nodes: [NodeView], _ claimants: [NodeClaimant],
    _ findings: [String: (uid: String?, LabelPlan.Findings)]
  ) -> Result {
    var known: [String: LabelPlan.Findings] = [:]
    var claims: [NodeAssignment.Claim] = []
    for claimant in claimants {
      guard let agent = claimant.agent else { continue }
      var pool = NodePool(agent)
      if let entry = findings[claimant.name], entry.uid == claimant.uid {
        known[claimant.name] = entry.1
        pool.verdicts = entry.1.verdicts
      }
      claims.append(
        NodeAssignment.Claim(name: claimant.name, creationTimestamp: claimant.creationTimestamp, pool: pool))
    }
    let assignment = NodeAssignment(claims: claims, nodes: nodes)
    return Result(
      version: version, nodes: nodes, assignment: assignment,
      plan: LabelPlan(
        nodes: nodes, claims: claims, assignment: assignment, findings: known,
        isComplete: claims.count == claimants.count))
  }
}

/// An object as far as it asks for nodes.
package struct NodeClaimant: Sendable {
  package var name: String
  package var uid: String?
  /// When it was created, as RFC 3339.
  package var creationTimestamp: String
  /// What it asks for; nil if it has no nodes now: it is invalid or is being deleted.
  package var agent: NodeAgent?

  package init(_ object: KubernetesObject, agent: NodeAgent?) {
    name = object.name
    uid = object.uid
    creationTimestamp = object.creationTimestamp ?? ""
    self.agent = agent
  }
}
