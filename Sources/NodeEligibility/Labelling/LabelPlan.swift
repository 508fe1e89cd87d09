// SPDX-License-Identifier: Apache-2.0

/// What the label of each node is to be. Pure.
struct LabelPlan: Sendable {
  /// What is known of the nodes of one object beyond what the nodes say themselves.
  struct Findings: Hashable, Sendable {
    /// What was found and still holds, by node.
    var verdicts: [String: NodeVerdict]
    /// The nodes whose verdict has been written down. The label comes after that: a process that dies in between must not
    /// leave a label without a reason behind.
    var recorded: Set<String>
  }

  private var wishes: [String: NodeLabel.Wish] = [:]

  /// Plans from who serves which node.
  ///
  /// A node that no object asks for has no label. As long as an object cannot be read, is being deleted, or has to give
  /// way to an older one, its agents may still be there: the nodes that no other object serves stay as they are.
  ///
  /// - Parameters:
  ///   - findings: by object; none for one whose record has not been read.
  ///   - isComplete: whether every object that is there has a claim.
  init(
    nodes: [NodeView], claims: [NodeAssignment.Claim], assignment: NodeAssignment, findings: [String: Findings],
    isComplete: Bool
  ) {
    let pools = Dictionary(claims.map { ($0.name, $0.pool) }, uniquingKeysWith: { $1 })
    let stalled = claims.filter { assignment.overlaps[$0.name] != nil }.map(\.pool)
    wishes.reserveCapacity(nodes.count)
    for node in nodes {
      guard let object = assignment.servedBy[node.name], let pool = pools[object] else {
        let isLeft = isComplete && !stalled.contains { $0.selects(node) }
        wishes[node.name] = isLeft ? .bare : .undecided
        continue
      }
      wishes[node.name] = Self.wish(pool.standing(of: node), node.name, findings[object])
    }
  }

  private static func wish(
    _ standing: NodePool.Standing, _ node: String, _ findings: Findings?
  ) -> NodeLabel.Wish {
    switch standing {
    case .notSelected: return .undecided
    case .eligible: return findings == nil ? .undecided : .bare
    case .ineligible(let why):
      guard why.isFound else { return .labelled }
      return findings?.recorded.contains(node) == true ? .labelled : .undecided
    }
  }

  /// What the label of that node is to be.
  func wish(for node: String) -> NodeLabel.Wish { wishes[node] ?? .undecided }
}
