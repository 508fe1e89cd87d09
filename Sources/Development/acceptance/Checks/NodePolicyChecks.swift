// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore

/// The admission policies on nodes and children: each case as a dry run, in the name of who makes the change.
enum PolicyChecks {
  static func all(_ settings: Settings) throws -> [Check] {
    try PolicyCase.all(settings.root).map { entry in
      let verdict = entry.isAccepted ? "accepted" : "refused"
      let group =
        switch entry.change {
        case .node: "node-policy"
        case .child(let change): "\(change.type.kind.lowercased())-policy"
        }
      return Check(group, "\(entry.title): \(verdict)") { try await run(entry, $0) }
    }
  }

  static func run(_ entry: PolicyCase, _ stage: Stage) async throws {
    if let obstacle = entry.obstacle { throw Skip(reason: obstacle) }
    // A person needs a right of their own to get as far as the policy.
    let groups = entry.user == Names.operatorUser ? [] : ["system:masters"]
    let client = stage.admin.acting(as: entry.user, groups: groups)
    let (request, answer) =
      switch entry.change {
      case .node(let change): try await change.send(by: client, stage)
      case .child(let change): try await change.send(by: client, stage)
      }
    try judge(
      entry, answer, evaluatesPolicies: stage.capabilities.evaluatesPolicies,
      "\(request) with Impersonate-User: \(entry.user)")
  }

  /// Holds an answer against the case.
  ///
  /// - Throws: ``Failure``, or ``Skip`` for a refusal that only a server that evaluates policies can show.
  static func judge(
    _ entry: PolicyCase, _ answer: Result<KubernetesObject, any Error>, evaluatesPolicies: Bool, _ request: String
  ) throws {
    switch answer {
    case .success(let object):
      if entry.isAccepted { return }
      if !evaluatesPolicies { throw Skip(reason: "sent and accepted: \(Capabilities.noPolicies)") }
      throw Failure(
        expected: "a refusal that says \(entry.says)", observed: "accepted: \(Digest.text(object))", request: request)
    case .failure(let error as KubernetesError) where !error.isCancelled:
      try expect(!entry.isAccepted, "the change to be accepted", observed: "\(error)", request)
      try expect(
        (error.isForbidden || error.isInvalid) && "\(error)".contains(entry.says),
        "a refusal with 403 or 422 that says \(entry.says)", observed: "\(error)", request)
      if !evaluatesPolicies {
        throw Skip(reason: "sent and refused as it must be, but by a stand-in: \(Capabilities.noPolicies)")
      }
    case .failure(let error): throw error
    }
  }
}

extension NodeChange {
  private static let key = ObjectKey(name: "acceptance-policy-case")

  /// Sends the change for a Node made for it.
  fileprivate func send(
    by client: KubernetesClient, _ stage: Stage
  ) async throws -> (request: String, answer: Result<KubernetesObject, any Error>) {
    try await stage.ledger.createIfMissing(.nodes, node(named: Self.key.name))
    let answer = await Result.of {
      try await client.patch(
        .nodes, Self.key, .merge(patch), WriteOptions(fieldManager: Names.operatorManager, dryRun: true))
    }
    try await stage.ledger.remove(.nodes, Self.key)
    return (Request.send("PATCH", .nodes, Self.key, query: "dryRun=All", patch), answer)
  }
}

extension ChildChange {
  /// Applies the child as the operator applies its children, in a namespace that has just the labels of the case.
  fileprivate func send(
    by client: KubernetesClient, _ stage: Stage
  ) async throws -> (request: String, answer: Result<KubernetesObject, any Error>) {
    let namespace = try await PolicyNamespace(labels: namespaceLabels).prepare(stage)
    let stored = stored(in: namespace)
    if let stored {
      // By the operator's manager: what an apply then leaves out is removed.
      _ = try await stage.admin.client.apply(
        type, stored, ApplyOptions(fieldManager: Names.operatorManager, force: true))
    }
    let sent = sent(in: namespace)
    let answer = await Result.of {
      try await client.apply(
        type, sent, ApplyOptions(fieldManager: Names.operatorManager, force: true, dryRun: true))
    }
    if let stored { try await stage.admin.remove(type, stored.key) }
    let query = "fieldManager=\(Names.operatorManager)&force=true&dryRun=All"
    return (Request.send("PATCH", type, sent.key, query: query, .object(sent.content)), answer)
  }
}

/// A namespace in which the operator has the rights that it has where agents run.
private struct PolicyNamespace {
  var labels: JSONObject

  /// A name that differs for other labels.
  private var name: String {
    let words = labels.sortedByName().flatMap {
      [String($0.key.split(separator: "/").last ?? ""), $0.value.string ?? ""]
    }
    return (["acceptance-policy"] + words).joined(separator: "-")
  }

  /// Creates it unless it is there, and waits until the rights are in force.
  func prepare(_ stage: Stage) async throws -> String {
    let admin = stage.admin
    var namespace = KubernetesObject(type: .namespaces, name: name)
    if !labels.isEmpty { namespace["metadata"]?["labels"] = .object(labels) }
    guard try await stage.ledger.createIfMissing(.namespaces, namespace) else { return name }
    let account = Names.operator
    var binding = KubernetesObject(type: .roleBindings, namespace: name, name: "observability-operator-children")
    binding["roleRef"] = [
      "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "observability-operator-children",
    ]
    binding["subjects"] = [
      ["kind": "ServiceAccount", "namespace": .string(account.namespace ?? ""), "name": .string(account.name)]
    ]
    try await stage.ledger.createIfMissing(.roleBindings, binding)
    let path = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
    let review: JSONValue = [
      "apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview",
      "spec": [
        "user": .string(Names.operatorUser),
        "resourceAttributes": [
          "group": "apps", "resource": "daemonsets", "verb": "create", "namespace": .string(name),
        ],
      ],
    ]
    let _: Bool = try await awaiting(
      "the operator to have its rights in namespace \(name)", "POST \(path)", within: stage.patience
    ) {
      let answer = try JSONParser.parse(try await admin.client.raw("POST", path, body: review), limits: .list)
      return answer[path: "status", "allowed"] == true ? .met(true) : .not(JSONWriter.text(answer))
    }
    return name
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
