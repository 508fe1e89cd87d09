// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI

/// What was decided about the nodes of one object.
package struct NodeJudgement: Sendable {
  /// What ``NodeEligibilityController`` answers.
  package enum Answer: Sendable {
    /// Nodes, objects or the record have not been read yet; the reconcile is repeated when they have.
    case pending
    /// Nodes cannot be read for want of a right.
    case unreadable(KubernetesError)
    case judged(NodeJudgement)
  }

  /// Every node, sorted by name.
  package let nodes: [NodeView]
  /// The nodes that the object asks for, with the verdicts that hold; without them while ``record`` is nil.
  package let pool: NodePool
  /// The older object that keeps this one from every node; nil if none does.
  package let overlap: NodeAssignment.Overlap?
  /// The verdicts that the cluster has to hold now; nil while what an earlier process wrote down cannot be read.
  package let record: DueVerdicts?
  /// When to judge again although nothing changes.
  package let nextLook: Duration?

  /// The nodes that count as eligible although something about them is odd, sorted by name.
  package var odd: [OddNode] {
    guard record != nil else { return [] }
    return nodes.compactMap { node in
      guard let note = NodeNote(node), pool.standing(of: node) == .eligible else { return nil }
      return OddNode(name: node.name, note: note)
    }
  }
}

/// The record of verdicts that an earlier process left.
package enum StoredVerdicts: Sendable {
  /// It has not been read yet, or is not needed.
  case pending
  /// It cannot be read for want of a right: nodes are judged without it, and nothing must be written or pruned.
  case unreadable
  /// The `data` of the ConfigMap that the object owns; nil if there is none.
  case known(JSONValue?)

  var ledger: VerdictLedger? {
    if case .known(let data) = self { VerdictRecord.ledger(data) } else { nil }
  }
}

/// The verdicts on the nodes of one object as the cluster has to hold them now.
package struct DueVerdicts: Sendable {
  let ledger: VerdictLedger

  /// The `data` of the ConfigMap; nil if there must be none.
  package var data: JSONObject? { ledger.entries.isEmpty ? nil : VerdictRecord.data(ledger) }
}

/// What keeps nodes from being labelled.
package struct LabelTrouble: Hashable, Sendable {
  /// The first of the nodes.
  package let node: String
  /// How many more there are.
  package let others: Int
  /// Why the label cannot be written.
  package let error: KubernetesError
  /// Whether nothing is written because the admission policy does not bind the operator.
  package let isPolicyMissing: Bool
}
