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

  private let decoded: DecodedObjects
  private let state = Mutex(State())

  init(decoded: DecodedObjects) {
    self.decoded = decoded
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
  func result(_ informers: Informers) -> Result? {
    guard let nodes = informers.store(Watches.nodes), nodes.isSynced, let objects = informers.store(Watches.objects),
      objects.isSynced
    else { return nil }
    // Taken before the stores are read: after a change meanwhile the next call computes it again.
    let (version, last, findings) = state.withLock { ($0.version, $0.last, $0.findings) }
    if let last, last.version == version { return last.result }
    let result = survey(version, nodes.all().map(NodeView.init), objects.all(), findings)
    state.withLock { state in
      if (state.last?.version ?? -1) < version { state.last = (version, result) }
    }
    return result
  }

  private func survey(
    _ version: Int, _ nodes: [NodeView], _ objects: [KubernetesObject],
    _ findings: [String: (uid: String?, LabelPlan.Findings)]
  ) -> Result {
    var known: [String: LabelPlan.Findings] = [:]
    var claims: [NodeAssignment.Claim] = []
    for object in objects where !object.isBeingDeleted {
      if let entry = findings[object.name], entry.uid == object.uid { known[object.name] = entry.1 }
      if let claim = claim(object, known[object.name]) { claims.append(claim) }
    }
    let assignment = NodeAssignment(claims: claims, nodes: nodes)
    return Result(
      version: version, nodes: nodes, assignment: assignment,
      plan: LabelPlan(
        nodes: nodes, claims: claims, assignment: assignment, findings: known,
        isComplete: claims.count == objects.count))
  }

  private func claim(_ object: KubernetesObject, _ findings: LabelPlan.Findings?) -> NodeAssignment.Claim? {
    guard let observability = try? decoded.decode(object),
      !NotImplemented.features(in: observability.spec).contains(where: \.blocking)
    else { return nil }
    return NodeAssignment.Claim(
      name: object.name, creationTimestamp: object.creationTimestamp ?? "",
      pool: NodePool(observability.spec.nodeAgent, verdicts: findings?.verdicts ?? [:]))
  }
}
