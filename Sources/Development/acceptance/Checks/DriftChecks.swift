// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore

/// A change that somebody else makes to a child, which the operator must undo and tell of in an Event.
struct Drift: Sendable {
  var name: String
  var type: ResourceType
  /// Whether the Event must name who did it. The server keeps no owner of a field that was removed, so none can be named
  /// for a removal.
  var culprit: String?
  /// What else the Event must say.
  var says: String
  /// Makes the change; the request that did it is returned.
  var change: @Sendable (Admin, KubernetesObject) async throws -> String
  /// Whether the child is as it was, given how it was.
  var isRepaired: @Sendable (_ before: KubernetesObject, _ now: KubernetesObject) -> Bool

  static let all = [
    Drift(
      name: "a deleted child comes back", type: .daemonSets, says: "was deleted",
      change: { admin, child in
        try await admin.client.delete(.daemonSets, child.key, DeleteOptions(uid: child.uid))
        return Request.send("DELETE", .daemonSets, child.key)
      },
      isRepaired: { before, now in now.uid != before.uid && !now.isBeingDeleted && now["spec"] == before["spec"] }),
    patch(
      "a changed field is set back", .daemonSets, culprit: Names.editor, says: "image",
      .json([
        ["op": "replace", "path": "/spec/template/spec/containers/0/image", "value": "registry.invalid/other:1"]
      ]),
      isRepaired: { $0["spec"] == $1["spec"] }),
    patch(
      "a removed label is put back", .serviceAccounts, culprit: nil, says: "labels",
      .merge(["metadata": ["labels": [Names.objectLabel: nil]]]), isRepaired: { $0.labels == $1.labels }),
    patch(
      "a removed owner reference is put back", .networkPolicies, culprit: nil, says: "metadata.ownerReferences",
      .merge(["metadata": ["ownerReferences": nil]]), isRepaired: { $0.ownerReferences == $1.ownerReferences }),
    Drift(
      name: "a field that another manager takes by force is taken back", type: .daemonSets, culprit: Names.rival,
      says: "maxUnavailable",
      change: { admin, child in
        var rival = KubernetesObject(type: .daemonSets, namespace: child.namespace, name: child.name)
        rival["spec"] = ["updateStrategy": ["rollingUpdate": ["maxUnavailable": 7]]]
        _ = try await admin.client.apply(.daemonSets, rival, ApplyOptions(fieldManager: Names.rival, force: true))
        return Request.send(
          "PATCH", .daemonSets, child.key, query: "fieldManager=\(Names.rival)&force=true", .object(rival.content))
      },
      isRepaired: { $0["spec"] == $1["spec"] }),
  ]

  private static func patch(
    _ name: String, _ type: ResourceType, culprit: String?, says: String, _ patch: Patch,
    isRepaired: @escaping @Sendable (KubernetesObject, KubernetesObject) -> Bool
  ) -> Drift {
    Drift(
      name: name, type: type, culprit: culprit, says: says,
      change: { admin, child in
        _ = try await admin.client.patch(type, child.key, patch, WriteOptions(fieldManager: Names.editor))
        let body: JSONValue =
          switch patch {
          case .merge(let value): value
          case .json(let operations): .array(operations)
          }
        return Request.send("PATCH", type, child.key, query: "fieldManager=\(Names.editor)", body)
      }, isRepaired: isRepaired)
  }

  /// Makes the change and waits for the repair and its Event.
  func run(_ stage: Stage) async throws {
    let object = try await stage.wait(for: "Ready", "True")
    let before = try await stage.admin.client.get(type, Names.child)
    let events = try await RepairEvents.counts(of: object, stage.admin)
    let request = try await change(stage.admin, before)
    try await stage.admin.wait(for: "\(before.kind) \(before.key) as it was before \(request)", type, Names.child) {
      isRepaired(before, $0)
    }
    let wanted = ["\(before.kind)/\(Names.child)", says] + (culprit.map { [$0] } ?? [])
    try await RepairEvents.wait(for: wanted, since: events, of: object, stage)
    try await stage.wait(for: "Ready", "True")
  }
}

enum DriftChecks {
  static let all = Drift.all.map { drift in Check("drift", drift.name) { try await drift.run($0) } }
}

/// The Events by which the operator tells of repairs.
enum RepairEvents {
  /// How often each Event of the object was reported, by its note.
  static func counts(of object: KubernetesObject, _ admin: Admin) async throws -> [String: Int64] {
    var counts: [String: Int64] = [:]
    for event in try await admin.all(.events, in: "default")
    where event[path: "regarding", "uid"]?.string == object.uid && event["reason"] == "ChildRepaired" {
      counts[event["note"]?.string ?? "", default: 0] += event[path: "series", "count"]?.integer ?? 1
    }
    return counts
  }

  /// Waits until an Event that has all these words was reported once more.
  static func wait(
    for words: [String], since before: [String: Int64], of object: KubernetesObject, _ stage: Stage
  ) async throws {
    let request = Request.list(.events, in: "default")
    let _: Bool = try await awaiting(
      "one Event ChildRepaired with \(words)", request, within: stage.patience
    ) {
      let now = try await counts(of: object, stage.admin)
      let new = now.filter { note, count in count > before[note] ?? 0 }
      let matching = new.keys.filter { note in words.allSatisfy { note.contains($0) } }
      return matching.isEmpty ? .not("new Events: \(new.keys.sorted())") : .met(true)
    }
  }
}
