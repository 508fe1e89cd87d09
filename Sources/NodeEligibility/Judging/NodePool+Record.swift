// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI

extension NodePool {
  /// The nodes that an object asks agents for, with what the operator has written down of them.
  ///
  /// - Parameters:
  ///   - record: `data` of the object's ConfigMap of verdicts; nil if there is none.
  ///   - now: the time by which a verdict still holds or does not.
  package init(_ spec: NodeAgent, record: JSONValue?, now: Timestamp) {
    self.init(spec)
    verdicts = VerdictRecord.ledger(record).holding(at: now)
  }
}
