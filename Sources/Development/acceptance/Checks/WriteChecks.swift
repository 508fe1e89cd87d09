// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore

/// What changes nothing costs no write.
///
/// That nothing is written cannot be waited for, so something is done afterwards of which the number of writes is known: a
/// field of a child is changed, which costs one repair and one Event. Watches deliver in order, so what the first action
/// led to is counted by then.
enum WriteChecks {
  static let touch = Check("writes", "a changed annotation of the object leads to no write") { stage in
    let before = try await snapshot(stage)
    let writes = try await stage.operators.writes()
    let body: JSONValue = ["metadata": ["annotations": ["acceptance.observability.cozystack.io/touched": "true"]]]
    _ = try await stage.admin.client.patch(
      .observabilities, Names.object, .merge(body), WriteOptions(fieldManager: Names.editor))
    let request = Request.send("PATCH", .observabilities, Names.object, body)
    try await expectNoWrites(before, writes, after: request, stage)
  }

  static let restart = Check("writes", "a restart of the operator leads to no write") { stage in
    let before = try await snapshot(stage)
    try await stage.operators.restart()
    try await expectNoWrites(before, 0, after: "kill -TERM of the operator, and a new one", stage)
  }

  /// The versions of the children, and the object's status.
  private struct Snapshot: Sendable {
    var versions: [String: String]
    var status: JSONValue?
  }

  private static func snapshot(_ stage: Stage) async throws -> Snapshot {
    let object = try await stage.wait(for: "Ready", "True")
    let children = try await stage.children()
    let versions = children.map { ("\($0.kind) \($0.key)", $0.resourceVersion ?? "") }
    return Snapshot(versions: Dictionary(versions) { first, _ in first }, status: object["status"])
  }

  private static func expectNoWrites(
    _ before: Snapshot, _ writes: Int, after request: String, _ stage: Stage
  ) async throws {
    let sentinel = try await repairPolicy(stage)
    let after = try await snapshot(stage)
    for (child, version) in before.versions.sorted(by: { $0.key < $1.key }) where child != sentinel {
      try expect(
        after.versions[child] == version, "\(child) to keep resourceVersion \(version)",
        observed: after.versions[child] ?? "it is missing", request)
    }
    try expect(
      after.status == before.status, "the status to stay \(before.status.map { JSONWriter.text($0) } ?? "empty")",
      observed: after.status.map { JSONWriter.text($0) } ?? "empty", request)
    let count = try await stage.operators.writes() - writes
    try expect(
      count == 2, "2 writes of the operator, both for the repair of \(sentinel) that followed", observed: "\(count)",
      "\(request); counted by rest_client_requests_total of POST, PATCH and DELETE")
  }

  /// Changes the NetworkPolicy, and returns its name once it is repaired and the Event of that is there.
  private static func repairPolicy(_ stage: Stage) async throws -> String {
    let object = try await stage.wait(for: "Ready", "True")
    let child = try await stage.admin.client.get(.networkPolicies, Names.child)
    let events = try await RepairEvents.counts(of: object, stage.admin)
    _ = try await stage.admin.client.patch(
      .networkPolicies, Names.child, .merge(["spec": ["policyTypes": ["Egress"]]]),
      WriteOptions(fieldManager: Names.editor))
    try await stage.admin.wait(for: "its policyTypes to be repaired", .networkPolicies, Names.child) {
      $0["spec"] == child["spec"]
    }
    try await RepairEvents.wait(for: ["\(child.kind)/\(child.key)"], since: events, of: object, stage)
    return "\(child.kind) \(child.key)"
  }
}
