// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient

/// The admission policy on nodes: each case as a dry run against a Node made for it, in the name of who makes the change.
enum NodePolicyChecks {
  private static let group = "node policy"
  private static let key = ObjectKey(name: "acceptance-policy-case")

  static func all(_ settings: Settings) throws -> [Check] {
    try NodePolicyCase.all(settings.root).map { entry in
      let verdict = entry.isAccepted ? "accepted" : "refused"
      return Check(group, "\(entry.change): \(verdict)") { try await run(entry, $0) }
    }
  }

  static func run(_ entry: NodePolicyCase, _ stage: Stage) async throws {
    if entry.isForPolicyOnly { throw Skip(reason: "the server would not come so far as to ask the policy") }
    // What is accepted is shown by any server; what is refused is refused by the policy alone.
    if !entry.isAccepted, !stage.capabilities.evaluatesPolicies { throw Skip(reason: Capabilities.noPolicies) }
    try await stage.ledger.createIfMissing(.nodes, entry.node(named: key.name))
    let outcome = await Result.of { try await put(entry, stage) }
    try await release(stage)
    try outcome.get()
  }

  private static func put(_ entry: NodePolicyCase, _ stage: Stage) async throws {
    // A person needs a right of their own to get as far as the policy.
    let groups = entry.user == Names.operatorUser ? [] : ["system:masters"]
    let client = stage.admin.acting(as: entry.user, groups: groups)
    let request =
      Request.send("PATCH", .nodes, key, query: "dryRun=All", entry.patch) + " with Impersonate-User: \(entry.user)"
    do {
      let answer = try await client.patch(
        .nodes, key, .merge(entry.patch), WriteOptions(fieldManager: Names.operatorManager, dryRun: true))
      try expect(
        entry.isAccepted, "a refusal that says \(entry.says)", observed: "accepted: \(Digest.text(answer))", request)
    } catch let error as KubernetesError {
      try expect(!entry.isAccepted, "the change to be accepted", observed: "\(error)", request)
      try expect(
        error.isForbidden || error.isInvalid, "the policy to refuse with 403 or 422", observed: "\(error)", request)
      try expect("\(error)".contains(entry.says), "a refusal that says \(entry.says)", observed: "\(error)", request)
    }
  }

  /// Deletes the Node, which a finalizer of its case must not hold.
  private static func release(_ stage: Stage) async throws {
    if let node = try await stage.admin.find(.nodes, key), node[path: "metadata", "finalizers"] != nil {
      _ = try await stage.admin.client.patch(
        .nodes, key, .merge(["metadata": ["finalizers": nil]]), WriteOptions(fieldManager: Names.manager))
    }
    try await stage.ledger.remove(.nodes, key)
  }
}

extension Result where Failure == any Error {
  /// What a body returns or throws, so that something can be done before it is passed on.
  static func of(_ body: () async throws -> Success) async -> Result {
    do {
      return .success(try await body())
    } catch {
      return .failure(error)
    }
  }
}
