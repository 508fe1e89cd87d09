// SPDX-License-Identifier: Apache-2.0

/// Which object serves which node, when several objects are there.
///
/// A node is served by one object only. Objects are taken by age; one that asks for a node that an older one already
/// serves gets none at all, so that what it runs never depends on which node joined when.
struct NodeAssignment: Hashable, Sendable {
  /// An object as far as the assignment looks at it.
  struct Claim: Hashable, Sendable {
    var name: String
    /// When the object was made, as RFC 3339: sorts as text.
    var creationTimestamp: String
    var pool: NodePool
  }

  /// An object that stands in the way, and where.
  struct Overlap: Hashable, Sendable {
    /// The older object.
    var object: String
    /// The nodes that both ask for, sorted.
    var nodes: [String]
  }

  /// For each object that gets no nodes: the oldest object that stands in its way.
  let overlaps: [String: Overlap]
  /// The object that serves a node, by the node's name.
  let servedBy: [String: String]

  init(claims: [Claim], nodes: [NodeView]) {
    var servedBy: [String: String] = [:]
    var overlaps: [String: Overlap] = [:]
    for claim in claims.sorted(by: { ($0.creationTimestamp, $0.name) < ($1.creationTimestamp, $1.name) }) {
      let wanted = nodes.filter(claim.pool.selects).map(\.name)
      let taken = wanted.filter { servedBy[$0] != nil }
      if let first = claims.lazy.filter({ other in taken.contains { servedBy[$0] == other.name } })
        .min(by: { ($0.creationTimestamp, $0.name) < ($1.creationTimestamp, $1.name) })
      {
        overlaps[claim.name] = Overlap(
          object: first.name, nodes: taken.filter { servedBy[$0] == first.name }.sorted())
      } else {
        for node in wanted { servedBy[node] = claim.name }
      }
    }
    self.overlaps = overlaps
    self.servedBy = servedBy
  }
}
