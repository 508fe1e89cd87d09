// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import CorootStub
import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import Rendering
import Testing
import Waiting

@testable import ObservabilityController

/// The rights that the operator is shipped with are enough, and none of them is for nothing.
@Suite struct RightsTests {
  /// Something that can be told of a right: where, what, which verb.
  struct Use: Hashable, CustomStringConvertible {
    var scope: Permission.Scope
    var group: String
    var resource: String
    var verb: String

    var description: String { "\(verb) \(resource)\(group.isEmpty ? "" : ".\(group)") (\(scope.rawValue))" }
  }

  static var granted: Set<Use> {
    Set(
      Permission.all.flatMap { right in
        right.verbs.map { Use(scope: right.scope, group: right.group, resource: right.resource, verb: $0) }
      })
  }

  /// The rights of a Role, a resource with its verb each.
  private static func granted(by manifests: [JSONValue]) -> Set<String> {
    var granted: Set<String> = []
    for rule in manifests.flatMap({ $0["rules"]?.array ?? [] }) {
      for resource in (rule["resources"]?.array ?? []).compactMap(\.string) {
        for verb in (rule["verbs"]?.array ?? []).compactMap(\.string) { granted.insert("\(resource) \(verb)") }
      }
    }
    return granted
  }

  /// What was done in a namespace, a resource with its verb each.
  private static func uses(_ requests: [LoggedRequest], in namespace: String) -> Set<String> {
    let made = requests.filter { $0.namespace == namespace }
    return Set(
      made.map { "\($0.resource) \($0.verb)" }
        + made.filter { $0.verb == "patch" && $0.code == 201 }.map { "\($0.resource) create" })
  }

  /// The rights that a request made use of. An apply that makes an object needs both `patch` and `create`
  /// (kubernetes.io/docs/reference/using-api/server-side-apply).
  static func uses(_ request: LoggedRequest) -> [Use] {
    let resource = [request.resource, request.subresource].compactMap(\.self).joined(separator: "/")
    let verbs = request.verb == "patch" && request.code == 201 ? ["patch", "create"] : [request.verb]
    let scopes = Set(Permission.all.filter { $0.group == request.group && $0.resource == resource }.map(\.scope))
    let uses = scopes.filter { holds($0, in: request.namespace) }.flatMap { scope in
      verbs.map { Use(scope: scope, group: request.group, resource: resource, verb: $0) }
    }
    // Who makes a binding of a role has what it grants, or may bind it.
    guard request.resource == "clusterrolebindings", request.code == 201 else { return uses }
    return uses + [Use(scope: .cluster, group: request.group, resource: "clusterroles", verb: "bind")]
  }

  private static func holds(_ scope: Permission.Scope, in namespace: String?) -> Bool {
    switch scope {
    case .cluster: true
    case .children: namespace == RoleManifests.childrenNamespace
    case .operatorNamespace: namespace == RoleManifests.operatorNamespace
    case .eventsNamespace: namespace == "default"
    }
  }

  @Test func areEnoughAndAllUsed() async throws {
    let cluster = try await TestCluster()
    try await cluster.server.apply(DeliverySwitchTests.definition)
    // Lists are streamed by the right to watch; a server that does not stream is listed.
    await cluster.refuseStreamedLists()
    try await cluster.withOperator { running in
      try await Self.lead(cluster)
      try await Self.live(cluster, running)
    }
    let requests = await cluster.operatorRequests(withLeases: true)
    #expect(requests.filter { $0.code == 401 || $0.code == 403 } == [])
    let used = Set(requests.flatMap(Self.uses))
    #expect(Self.granted.subtracting(used).map(\.description).sorted() == [], "these rights are for nothing")
    for manifests in [
      IngressNamespaceRole(namespace: "tenant-root").manifests,
      GrafanaNamespaceRole(namespace: "tenant-root").manifests,
    ] {
      let granted = Self.granted(by: manifests)
      #expect(
        granted.subtracting(Self.uses(requests, in: "tenant-root")).sorted() == [], "these rights are for nothing")
    }
    // The one Secret of the ClickHouse application is read by a Role of its own.
    // So is the policy written in the namespace of the ingress controller, and so are the dashboards in that of the
    // Grafana. Discovery is for everyone.
    let others = requests.filter {
      ($0.namespace != "tenant-root"
        || !["secrets", "ciliumnetworkpolicies", "grafanadashboards", "grafanas"].contains($0.resource))
        && !$0.resource.hasPrefix("/apis/")
    }
    #expect(others.filter { Self.uses($0).isEmpty } == [], "these were let through by no right of ours")
  }

  /// Wins a lease, renews it, and gives it back.
  private static func lead(_ cluster: TestCluster) async throws {
    // Renewed soon and lost late, whatever else the machine has to do.
    let timing = LeaseTiming(
      leaseDuration: .seconds(130), renewDeadline: .seconds(120), retryPeriod: .milliseconds(10))
    let elector = LeaderElector(
      api: cluster.operatorClient,
      lease: ObjectKey(namespace: RoleManifests.operatorNamespace, name: "observability-operator"), identity: "one",
      timing: timing, logger: LogRecorder().logger())
    let end = await elector.run {
      try? await eventually("the lease is renewed") {
        await cluster.operatorRequests(withLeases: true).contains { $0.resource == "leases" && $0.verb == "update" }
      }
    }
    #expect(end == .finished)
  }

  /// All that an object goes through, with nothing left out that the operator does something about.
  private static func live(_ cluster: TestCluster, _ running: RunningOperator) async throws {
    let key = FirstReconcileTests.daemonSet
    try await cluster.server.apply(MissingPartsTests.secret(["username": "agent", "password": "s3cret"]))
    try await RequestCountTests.settled(cluster, running)
    var spec = MissingPartsTests.external
    spec["metrics"]?["delivery"] = "Scrape"
    try await cluster.apply(TestCluster.object(spec: spec))
    try await cluster.wait(condition: "Ready")
    try await cluster.wait(for: DeliverySwitchTests.podScrapes, key) { $0 != nil }

    try await cluster.apply(TestCluster.object())
    try await cluster.wait(for: DeliverySwitchTests.podScrapes, key) { $0 == nil }
    try await cluster.wait(condition: "Ready")
    try await sendSignals(cluster)
    try await runCoroot(cluster)
    try await expose(cluster)
    try await publish(cluster)
    for _ in 1...2 { try await repair(cluster) }
    for type in [ResourceType.serviceAccounts, .networkPolicies, .daemonSets] {
      try await leaveBehind(type, cluster)
    }
    try await findAndForget(cluster)
    try await cluster.admin.delete(TestCluster.observabilities, ObjectKey(name: "platform"), DeleteOptions())
    try await cluster.wait(for: .daemonSets, key) { $0 == nil }
  }

  /// Traces and logs through a gateway of two, its configuration changed, and back.
  private static func sendSignals(_ cluster: TestCluster) async throws {
    try await cluster.addClickHouse(password: "first")
    try await cluster.server.addService("vlinsert-generic", namespace: "tenant-root", ports: [9481])
    await cluster.server.addNamespace("cozy-monitoring")
    var spec = SignalsTests.clickHouse
    spec["logs"] = ["destination": "VictoriaLogs"]
    spec["gateway"] = ["replicas": 2]
    try await cluster.apply(TestCluster.object(spec: spec))
    try await cluster.wait(condition: "GatewayAvailable")
    try await cluster.wait(condition: "Ready")
    let before = try await cluster.admin.get(.statefulSets, SignalsTests.gateway)
    try await cluster.setClickHousePassword("second")
    try await cluster.wait(for: .statefulSets, SignalsTests.gateway) { $0?.generation != before.generation }
    let budgets = ResourceType.podDisruptionBudgets
    for type in [ResourceType.services, budgets] {
      _ = try await cluster.admin.patch(
        type, SignalsTests.gateway, .merge(["metadata": ["labels": [Watches.objectLabel: "other"]]]),
        WriteOptions(fieldManager: "someone"))
      try await cluster.wait(for: type, SignalsTests.gateway) { $0?.labels[Watches.objectLabel] == "platform" }
    }
    try await cluster.apply(TestCluster.object())
    for type in [ResourceType.statefulSets, .secrets, .services, budgets] {
      try await cluster.wait(for: type, SignalsTests.gateway) { $0 == nil }
    }
    try await cluster.wait(condition: "Ready")
  }

  /// The Coroot server and its cluster-agent, and back.
  private static func runCoroot(_ cluster: TestCluster) async throws {
    cluster.backend.coroot = CorootPod(cluster: cluster.server, clickHousePassword: "second")
    try await cluster.apply(TestCluster.object(spec: FullModeTests.spec))
    try await cluster.wait(condition: "CorootAvailable")
    try await cluster.wait(condition: "Ready")
    try await cluster.apply(TestCluster.object())
    let agent = ClusterAgentShape.name(of: "platform")
    try await cluster.wait(for: .deployments, ObjectKey(namespace: "cozy-coroot", name: agent)) { $0 == nil }
    try await cluster.wait(for: .clusterRoleBindings, ObjectKey(name: agent)) { $0 == nil }
    try await cluster.wait(condition: "Ready")
  }

  /// The user interface through an Ingress, then through a Gateway, and back.
  private static func expose(_ cluster: TestCluster) async throws {
    for manifest in IngressNamespaceRole(namespace: "tenant-root").manifests {
      try await cluster.server.apply(manifest)
    }
    for type in [ResourceType.keycloakClients, .httpRoutes, .ciliumNetworkPolicies] {
      try await cluster.server.apply(UIScenarioTests.definition(type))
    }
    var ui = UIScenarioTests.withRealm
    for (type, other) in [(ResourceType.ingresses, ResourceType.httpRoutes), (.httpRoutes, .ingresses)] {
      try await cluster.apply(TestCluster.object(spec: UIScenarioTests.spec(ui)))
      for type in [ResourceType.deployments, .keycloakClients, type] {
        try await cluster.wait(for: type, UIScenarioTests.gatekeeper) { $0 != nil }
      }
      try await cluster.wait(for: other, UIScenarioTests.gatekeeper) { $0 == nil }
      try await cluster.wait(for: .ciliumNetworkPolicies, UIScenarioTests.route) { $0 != nil }
      ui["gatewayRef"] = ["name": "cozystack"]
    }
    try await cluster.apply(TestCluster.object())
    for type in [ResourceType.deployments, .keycloakClients, .httpRoutes, .ciliumNetworkPolicies] {
      try await cluster.wait(for: type, UIScenarioTests.gatekeeper) { $0 == nil }
    }
    try await cluster.wait(condition: "Ready")
  }

  /// Dashboards and rules, and back.
  private static func publish(_ cluster: TestCluster) async throws {
    try await cluster.addMonitoring()
    try await cluster.apply(TestCluster.object(spec: TestCluster.published))
    try await cluster.wait(condition: "DashboardsPublished")
    try await cluster.wait(condition: "Ready")
    try await cluster.apply(TestCluster.object())
    for (type, key) in [
      (TestCluster.rules, ObjectKey(namespace: "cozy-coroot", name: "platform-recording")),
      (TestCluster.grafanaDashboards, ObjectKey(namespace: "tenant-root", name: "platform-overview")),
    ] {
      try await cluster.wait(for: type, key) { $0 == nil }
    }
    try await cluster.wait(condition: "Ready")
  }

  /// A node that cannot carry the agent for a while.
  private static func findAndForget(_ cluster: TestCluster) async throws {
    await cluster.server.setPodFate { _, node in node["metadata"]?["name"] == "node-0" ? TestCluster.lockedDown : .ready
    }
    try await cluster.wait(label: "ineligible", on: "node-0")
    await cluster.server.setPodFate { _, _ in .ready }
    try await cluster.boot("node-0", bootID: "another")
    try await cluster.wait(label: nil, on: "node-0")
    try await cluster.wait(for: .configMaps, SkippedNodesTests.record) { $0 == nil }
  }

  /// The same mishap twice makes a series of one Event.
  private static func repair(_ cluster: TestCluster) async throws {
    let key = FirstReconcileTests.daemonSet
    let before = try await cluster.admin.get(.networkPolicies, key)
    try await cluster.admin.delete(.networkPolicies, key, DeleteOptions())
    try await cluster.wait(for: .networkPolicies, key) { $0 != nil && $0?.uid != before.uid }
    try await cluster.wait(condition: "Ready")
  }

  /// A child as an earlier release may have named it: ours by label and owner, and not rendered any longer.
  private static func leaveBehind(_ type: ResourceType, _ cluster: TestCluster) async throws {
    var old = try await cluster.admin.get(type, FirstReconcileTests.daemonSet)
    var metadata: JSONValue = ["name": "earlier", "namespace": "cozy-coroot"]
    for member in ["labels", "ownerReferences"] { metadata[member] = old[path: "metadata", member] }
    old["metadata"] = metadata
    old["status"] = nil
    _ = try await cluster.admin.create(type, old, WriteOptions(fieldManager: "earlier"))
    try await cluster.wait(for: type, ObjectKey(namespace: "cozy-coroot", name: "earlier")) { $0 == nil }
  }
}
