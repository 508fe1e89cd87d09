// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI

/// What is kept of the record of verdicts: its data only if its owner is the object, and of that only what can be read.
enum VerdictsContent {
  /// The most bytes of data that are kept; the operator writes less.
  static let limit = 1 << 20

  /// What is kept of the ConfigMap.
  ///
  /// - Parameter uid: the UID of the object whose record has that name.
  @Sendable static func kept(of record: KubernetesObject, owner uid: String) -> KubernetesObject {
    var kept = record
    kept["binaryData"] = nil
    let isOurs = record.isOwned(by: uid)
    let data = (record["data"]?.object ?? [:]).filter { IneligibilityReason(named: $0.key) != nil }
    let size = data.reduce(0) { $0 + ($1.value.string?.utf8.count ?? 0) }
    kept["data"] = isOurs && size <= limit ? .object(JSONObject(data.map { ($0.key, $0.value) })) : nil
    return kept
  }
}
