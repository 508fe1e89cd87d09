// SPDX-License-Identifier: Apache-2.0

import CleanText
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI

/// The ledger as the `data` of a ConfigMap, where it outlives the process.
///
/// In a ConfigMap, since the status has no room for thousands of nodes and is what people read, and since on the node
/// itself the operator may write nothing but its label. One entry a reason, and in it one member a node: an entry a node
/// would cost as much again in `managedFields`.
///
/// ```
/// KernelLockedDown: {"worker-3":{"since":"2026-10-01T12:00:00Z","system":"9f86d081884c7d65","message":"…"}}
/// ```
enum VerdictRecord {
  /// The longest entry that is read; the API server bounds a ConfigMap at 1 MiB.
  private static let limits = JSONLimits(bytes: 1 << 20, depth: 4)

  /// What stands in `data`: the same verdicts give the same bytes.
  static func data(_ ledger: VerdictLedger) -> JSONObject {
    var byReason: [String: JSONObject] = [:]
    for (node, verdict) in ledger.entries { byReason[verdict.reason.name, default: [:]][node] = json(verdict) }
    return JSONObject(
      byReason.sorted { $0.key < $1.key }.map { ($0.key, .string(JSONWriter.text(.object($0.value)))) })
  }

  /// The ledger that stands in `data`. Whoever may write ConfigMaps there decides what it is, so what the operator would
  /// not have written is passed over.
  static func ledger(_ data: JSONValue?) -> VerdictLedger {
    var ledger = VerdictLedger()
    for (name, value) in data?.object ?? [:] {
      guard let reason = IneligibilityReason(named: name), !IneligibilityReason.ofNodeObject.contains(reason),
        let text = value.string, let nodes = try? JSONParser.parse(text, limits: limits).object
      else { continue }
      for (node, value) in nodes where !node.isEmpty && node.utf8.count <= 253 {
        if let verdict = verdict(reason, value) { _ = ledger.insert(node, verdict) }
      }
    }
    return ledger
  }

  private static func json(_ verdict: NodeVerdict) -> JSONValue {
    var json: JSONObject = ["system": .string(verdict.system), "since": .string(verdict.since.rfc3339)]
    if !verdict.message.isEmpty { json["message"] = .string(verdict.message) }
    if verdict.reason == .agentExits { json["image"] = .string(verdict.image) }
    if verdict.tries > 1 { json["tries"] = .integer(Int64(verdict.tries)) }
    return .object(json)
  }

  private static func verdict(_ reason: IneligibilityReason, _ json: JSONValue) -> NodeVerdict? {
    guard let system = json["system"]?.string, system.utf8.count == 16,
      let since = json["since"]?.string.flatMap({ Timestamp(rfc3339: $0) })
    else { return nil }
    return NodeVerdict(
      reason: reason, message: (json["message"]?.string ?? "").bounded(bytes: NodeVerdict.longestMessage),
      system: system, image: (json["image"]?.string ?? "").bounded(bytes: 512),
      since: Timestamp(secondsSinceEpoch: since.secondsSinceEpoch),
      tries: Int(min(max(json["tries"]?.integer ?? 1, 1), 1000)))
  }
}
