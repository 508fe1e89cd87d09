// SPDX-License-Identifier: Apache-2.0

import DevCluster
import JSON
import KubernetesClient
import KubernetesCore
import Synchronization
import Testing
import Waiting
import YAML

@testable import acceptance

/// The program fails where the product is broken, and leaves the cluster alone. That everything passes where it is not is
/// shown by `make acceptance` itself.
@Suite("A run of the acceptance", .timeLimit(.minutes(4)))
struct RehearsalTests {
  /// The roles without one right.
  private static func roles(without verb: String, of resource: String) throws -> AlteredRepository {
    try AlteredRepository("role.yaml") { text in
      var removed = 0
      let documents = try YAMLDecoder.documents(text).map { document -> JSONValue in
        var document = document
        let rules = (document["rules"]?.array ?? []).map { rule -> JSONValue in
          guard rule["resources"] == [.string(resource)], let verbs = rule["verbs"]?.array,
            verbs.contains(.string(verb))
          else { return rule }
          var rule = rule
          rule["verbs"] = .array(verbs.filter { $0.string != verb })
          removed += 1
          return rule
        }
        if document["rules"] != nil { document["rules"] = .array(rules) }
        return document
      }
      #expect(removed == 1, "\(verb) of \(resource)")
      return YAMLEncoder.text(documents: documents)
    }
  }

  @Test(
    "fails if the operator lacks a right, in the check that needs it",
    arguments: [
      ("patch", "daemonsets", "ready", "Ready=True"), ("patch", "nodes", "nodes", "ineligible"),
      ("create", "events", "drift", "ChildRepaired"),
    ])
  func missingRight(_ verb: String, _ resource: String, _ group: String, _ says: String) async throws {
    let repository = try Self.roles(without: verb, of: resource)
    try await Rehearsal.perform(root: repository.path, groups: [group], patience: .seconds(4)) { run in
      let before = try await run.inventory()
      #expect(await run.run() == 1)
      #expect(!run.failures(of: group).isEmpty, "\(run.lines)")
      #expect(run.lines.contains { $0.hasPrefix("  expected ") && $0.contains(says) }, "\(run.lines)")
      #expect(run.lines.contains { $0.hasPrefix("  request  GET ") }, "\(run.lines)")
      #expect(run.lines.contains { $0.hasPrefix("passed   uninstall") }, "\(run.lines)")
      #expect(try await run.inventory() == before)
    }
    withExtendedLifetime(repository) {}
  }

  @Test("fails at once if the operator does not run")
  func noOperator() async throws {
    try await Rehearsal.perform(groups: ["ready"], executable: "/bin/false") { run in
      let before = try await run.inventory()
      #expect(await run.run() == 1)
      #expect(run.failures(of: "install").count == 1)
      #expect(run.failures(of: "ready").count == 2, "what rests on it fails too: \(run.lines)")
      #expect(try await run.inventory() == before)
    }
  }

  @Test("passes on a cluster without faults and leaves no object, label or namespace behind")
  func noFault() async throws {
    try await Rehearsal.perform(groups: ["display", "deletion"]) { run in
      let before = try await run.inventory()
      #expect(await run.run() == 0, "\(run.lines)")
      #expect(run.lines.last == "8 passed, 0 failed, 0 skipped")
      #expect(try await run.inventory() == before)
    }
  }

  @Test("stands in for nodes, kubelets and Services where there are none, and only if that is allowed")
  func standIns() async throws {
    try await Rehearsal.perform(groups: ["nodes", "deletion"], isBare: true) { run in
      let before = try await run.inventory()
      #expect(await run.run() == 0, "\(run.lines)")
      #expect(run.lines.last == "7 passed, 0 failed, 0 skipped", "\(run.lines)")
      #expect(try await run.inventory() == before)
    }
    try await Rehearsal.perform(groups: ["nodes"], isBare: true, mayStandIn: false) { run in
      let before = try await run.inventory()
      #expect(await run.run() == 2)
      #expect(run.lines.last?.contains("set STAND_IN=1") == true, "\(run.lines)")
      #expect(try await run.inventory() == before)
    }
  }

  @Test("runs the operator with a token of its ServiceAccount where the server issues one, else by impersonation")
  func credentials() async throws {
    for issuesTokens in [true, false] {
      try await Rehearsal.perform(groups: ["ready"], issuesTokens: issuesTokens) { run in
        #expect(await run.run() == 0, "\(run.lines)")
        let how = issuesTokens ? "a token of its ServiceAccount" : "impersonation of its ServiceAccount"
        #expect(run.lines.contains { $0.hasPrefix("the operator ran with \(how)") }, "\(run.lines)")
        let users = Set(
          await run.server.requestLog.filter { $0.userAgent.hasPrefix("observability-operator") }.map(\.user))
        #expect(users == [Names.operatorUser])
      }
    }
  }

  @Test(
    "sends the cases that need CEL also to a server that evaluates none, and skips each that it accepts; fails each if told that the server evaluates CEL"
  )
  func casesAreSent() async throws {
    let kinds = ["daemonset", "statefulset", "secret", "deployment", "clusterrolebinding"]
    let groups = Set(["rules-create", "node-policy"]).union(kinds.map { "\($0)-policy" })
    let refusals = try PolicyCase.all(Rehearsal.root).filter { $0.obstacle == nil && !$0.isAccepted }
    let ofNodes = refusals.count { if case .node = $0.change { true } else { false } }
    func count(of kind: String) -> Int {
      refusals.count { if case .child(let change) = $0.change { change.type.plural == "\(kind)s" } else { false } }
    }
    try await Rehearsal.perform(groups: groups) { run in
      let before = try await run.inventory()
      #expect(await run.run() == 0, "\(run.lines)")
      // The server has a stand-in for the policy on nodes, and none for those on children.
      let ofChildren = kinds.map {
        "skipped  \($0)-policy: \(count(of: $0)) checks: sent and accepted: this API server evaluates no"
      }
      for line in ofChildren + [
        "skipped  node-policy: \(ofNodes) checks: sent and refused as it must be, but by a stand-in",
        "skipped  node-policy: 5 checks: for an evaluator alone: the operator that runs would lose its rights",
      ] {
        #expect(run.lines.contains { $0.hasPrefix(line) }, "\(line): \(run.lines)")
      }
      #expect(run.lines.contains { $0.hasPrefix("passed   daemonset-policy: privileged as rendered: accepted") })
      #expect(run.lines.contains { $0.hasPrefix("passed   secret-policy: gateway-victoria as rendered: accepted") })
      for kind in kinds {
        let dryRuns = await run.server.requestLog.filter { $0.resource == "\(kind)s" && $0.isDryRun }
        #expect(
          dryRuns.contains { $0.user == Names.operatorUser } && dryRuns.contains { $0.user == "alice" }, "\(kind)")
      }
      #expect(try await run.inventory() == before)
    }
    try await Rehearsal.perform(groups: groups) { run in
      let all = Capabilities(evaluatesRules: true, evaluatesPolicies: true)
      #expect(await run.run(capabilities: all) == 1)
      #expect(run.failures(of: "node-policy").isEmpty)
      for kind in kinds { #expect(run.failures(of: "\(kind)-policy").count == count(of: kind), "\(kind)") }
      #expect(run.failures(of: "rules-create").count > 40)
    }
  }

  @Test("refuses a cluster that has an object of the product, and touches nothing")
  func objectExists() async throws {
    try await Rehearsal.perform(groups: ["ready"]) { run in
      let definition = "config/crd/observability.cozystack.io_observabilities.yaml"
      try await run.server.apply(yaml: try TextFile.read("\(Rehearsal.root)/\(definition)"))
      try await run.server.apply(yaml: try TextFile.read("\(Rehearsal.root)/config/samples/agents-only.yaml"))
      let before = try await run.inventory()
      #expect(await run.run() == 2)
      #expect(run.lines.last?.contains("Observability platform exists") == true, "\(run.lines)")
      #expect(try await run.inventory() == before)
    }
  }

  @Test(
    "names a server that does not answer as an API server does, and tries nothing else",
    arguments: [(nil, "does not answer as an API server: "), (200, "is no API server: "), (404, "does not answer")])
  func noServer(_ status: Int?, _ says: String) async throws {
    let http = try await HTTPServer(host: "127.0.0.1", bodyLimit: 1 << 10) { _ in
      APIResponse(status: status ?? 500, json: ["hello": "world"])
    }
    let serving = Task { try? await http.run() }
    if status == nil {
      serving.cancel()
      await serving.value
    }
    let lines = Mutex<[String]>([])
    let settings = Settings(
      cluster: ClusterConfiguration(server: http.url, credentials: .token("a")), root: Rehearsal.root,
      executable: "/bin/false")
    #expect(await Acceptance(settings: settings) { line in lines.withLock { $0.append(line) } }.run() == 2)
    let printed = lines.withLock { $0 }
    #expect(printed.count == 1, "\(printed)")
    #expect(printed.first?.hasPrefix("nothing was checked: \(http.url), which the kubeconfig names, \(says)") == true)
    serving.cancel()
    await serving.value
  }

  @Test(
    "leaves nothing behind when it is interrupted",
    arguments: [("drift", "a deleted child"), ("node-policy", "nothing"), ("daemonset-policy", "agents with cred")])
  func interruption(_ group: String, _ check: String) async throws {
    try await Rehearsal.perform(groups: [group, "deletion"]) { run in
      let before = try await run.inventory()
      let work = Task { await run.run() }
      try await eventually("the check has passed") {
        run.lines.contains { $0.hasPrefix("passed   \(group): \(check)") }
      }
      work.cancel()
      #expect(await work.value == 130)
      #expect(run.lines.contains { $0.hasPrefix("interrupted: ") }, "\(run.lines)")
      #expect(try await run.inventory() == before, "\(run.lines.suffix(5))")
    }
  }
}
