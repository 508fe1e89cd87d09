// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesClient
import NIOConcurrencyHelpers
import ObservabilityAPI

/// The nodes, and who serves which, worked out once for each change of nodes or objects: with thousands of nodes that is
/// most of what a pass costs.
final class NodeSurvey: Sendable {
  /// What was worked out.
  struct Result: Sendable {
    let nodes: [NodeView]
    let assignment: NodeAssignment
  }

  private struct Versions: Hashable {
    var nodes: ObjectIdentifier
    var nodesVersion: Int
    var objects: ObjectIdentifier
    var objectsVersion: Int
  }

  private let last = NIOLockedValueBox<(versions: Versions, result: Result)?>(nil)

  /// The nodes of a store, and their assignment to the objects of another.
  func result(
    nodes: ObjectStore, objects: ObjectStore, claim: (KubernetesObject) -> NodeAssignment.Claim?
  ) -> Result {
    // Taken before the stores are read: a change meanwhile makes the next pass work it out anew.
    let versions = Versions(
      nodes: ObjectIdentifier(nodes), nodesVersion: nodes.version, objects: ObjectIdentifier(objects),
      objectsVersion: objects.version)
    if let last = last.withLockedValue({ $0 }), last.versions == versions { return last.result }
    let views = nodes.all().map(NodeView.init)
    let claims = objects.all().filter { !$0.isBeingDeleted }.compactMap(claim)
    let result = Result(nodes: views, assignment: NodeAssignment(claims: claims, nodes: views))
    last.withLockedValue { $0 = (versions, result) }
    return result
  }
}
