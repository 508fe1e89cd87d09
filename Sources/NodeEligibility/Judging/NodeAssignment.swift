// SPDX-License-Identifier: Apache-2.0

/// Which object a node belongs to, when several objects exist.
///
/// A node belongs to the oldest object whose DaemonSet reaches it, whether or not agents of that object run there: an
/// object whose namespace or backend is missing keeps its nodes, so that what another object runs does not change when
/// the namespace appears. A younger object that asks for such a node gets no node at all, so that what it runs never
/// depends on which node joined when.
package struct NodeAssignment: Hashable, Sendable {
  /// What of an object the assignment depends on.
  struct Claim: Hashable, Sendable {
    var name: String
    /// When the object was created, as RFC 3339: sorts as text.
    var creationTimestamp: String
    var pool: NodePool
  }

  /// The object that stands in the way, and where.
  package struct Overlap: Hashable, Sendable {
    /// The older object.
    package var object: String
    /// The nodes that both ask for, sorted.
    package var nodes: [String]

    /// The message for the younger object.
    package var message: String {
      let shown = nodes.prefix(5).joined(separator: ", ")
      let more = nodes.count > 5 ? " and \(nodes.count - 5) more" : ""
      return
        "Observability \(object), which is older, also selects \(shown)\(more). A node belongs to the oldest object "
        + "that selects it, whether or not its agents run there. Narrow spec.nodeAgent.nodeSelector of either object so "
        + "that the two select different nodes, or delete one of them."
    }
  }

  /// For each object that gets no nodes: the oldest object that stands in its way.
  let overlaps: [String: Overlap]
  /// The object that a node belongs to, by the node's name.
  let servedBy: [String: String]

  init(claims: [Claim], nodes: [NodeView]) {
    var servedBy: [String: String] = [:]
    var overlaps: [String: Overlap] = [:]
    for claim in claims.sorted(by: { ($0.creationTimestamp, $0.name) < ($1.creationTimestamp, $1.name) }) {
      let wanted = nodes.filter(claim.pool.selects)
      // No pod goes to a node that the DaemonSet does not reach, so two objects cannot meet there.
      let taken = wanted.filter { servedBy[$0.name] != nil && claim.pool.reaches($0) }.map(\.name)
      if let first = claims.lazy.filter({ other in taken.contains { servedBy[$0] == other.name } })
        .min(by: { ($0.creationTimestamp, $0.name) < ($1.creationTimestamp, $1.name) })
      {
        overlaps[claim.name] = Overlap(
          object: first.name, nodes: taken.filter { servedBy[$0] == first.name }.sorted())
      } else {
        for node in wanted where servedBy[node.name] == nil { servedBy[node.name] = claim.name }
      }
    }
    self.overlaps = overlaps
    self.servedBy = servedBy
  }
}
