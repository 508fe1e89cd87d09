// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityController
import Testing

/// Objects beside each other.
@Suite struct SeveralObjectsTests {
  static func pool(_ name: String) -> JSONObject { ["nodeAgent": ["nodeSelector": ["pool": .string(name)]]] }

  @Test func twoOnDisjointPoolsAreBothReady() async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator { _ in
      try await cluster.apply(TestCluster.object("one", spec: Self.pool("first")))
      try await cluster.apply(TestCluster.object("two", spec: Self.pool("rest")))
      let one = try await cluster.wait(for: "one", condition: "Ready")
      let two = try await cluster.wait(for: "two", condition: "Ready")
      #expect(one?[path: "status", "agents", "summary"] == "1/1")
      #expect(two?[path: "status", "agents", "summary"] == "2/2")
      #expect(await cluster.server.objects("daemonsets", group: "apps").count == 2)
    }
  }

  @Test func oneThatIsInvalidStallsAndTheOtherGoesOn() async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator { _ in
      var spec = Self.pool("first")
      spec["metrics"] = ["interval": "1s"]
      try await cluster.apply(TestCluster.object("wrong", spec: spec))
      try await cluster.apply(TestCluster.object("right", spec: Self.pool("rest")))
      try await cluster.wait(for: "wrong", condition: "Stalled", reason: "InvalidSpec")
      try await cluster.wait(for: "right", condition: "Ready")

      try await cluster.apply(TestCluster.object("wrong", spec: Self.pool("first")))
      let object = try await cluster.wait(for: "wrong", condition: "Ready")
      #expect(object?.condition("Stalled") == nil)
    }
  }

  @Test("An older object keeps its nodes while its namespace is missing, and the younger one reports only that")
  func anOlderObjectThatRunsNothing() async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator { _ in
      try await cluster.apply(TestCluster.object("older", spec: ["namespace": "not-there"]))
      try await cluster.wait(for: "older", condition: "Ready", is: "False", reason: "NamespaceNotFound")
      try await cluster.apply(TestCluster.object("younger", spec: Self.pool("first")))
      let younger = try await cluster.wait(for: "younger", condition: "Stalled", reason: "NodesAlreadyObserved")
      let message = younger?.condition("Stalled")?.message ?? ""
      #expect(message.contains("Observability older, which is older, also selects node-0."), "\(message)")
      #expect(message.contains("whether or not its agents run there") && !message.contains("serves"), "\(message)")
      #expect(await cluster.server.objects("daemonsets", group: "apps").isEmpty)

      try await cluster.addChildrenNamespace("not-there")
      try await cluster.wait(for: "older", condition: "Ready")
      #expect(
        await cluster.server.objects("daemonsets", group: "apps").map { $0[path: "metadata", "name"] } == [
          "older-node-agent"
        ])
    }
  }

  /// Reads are shared, and nobody pays for the others.
  @Test func manyCostEachWhatOneCosts() async throws {
    let one = try await Self.cost(of: 1)
    let many = try await Self.cost(of: 12)
    #expect(many["lists"] == one["lists"])
    #expect(many["watches"] == one["watches"])
    #expect(one["children"] == 3 && many["children"] == 36)
    #expect(one["events"] == 1 && many["events"] == 12)
    #expect((one["status"] ?? 9) <= 2 && (many["status"] ?? 999) <= 24, "\(one) \(many)")
    // What was never there needs no second look at its owner.
    #expect(one["looks"] == nil && many["looks"] == nil, "\(one) \(many)")
    #expect(one["others"] == 0 && many["others"] == 0)
  }

  private static func cost(of count: Int) async throws -> [String: Int] {
    let cluster = try await TestCluster(nodes: count)
    for index in 0..<count {
      try await cluster.apply(
        TestCluster.object(
          "object-\(index)",
          spec: ["nodeAgent": ["nodeSelector": ["kubernetes.io/hostname": .string("node-\(index)")]]]))
    }
    // The objects are new, however long a busy machine takes.
    var environment = RuntimeEnvironment.live
    let now = environment.timestamp()
    environment.timestamp = { now }
    try await cluster.withOperator(environment: environment) { running in
      for index in 0..<count {
        try await cluster.wait(for: "object-\(index)", condition: "Ready", within: .seconds(120))
      }
      await running.stop()
    }
    return Dictionary(
      grouping: await cluster.operatorRequests(),
      by: { request in
        switch (request.verb, request.resource) {
        case ("list", _): "lists"
        case ("watch", _): "watches"
        case (_, "events"): "events"
        case ("patch", "observabilities"): "status"
        case ("get", "observabilities"): "looks"
        case ("patch", _): "children"
        default: "others"
        }
      }
    ).mapValues(\.count).merging(["others": 0]) { first, _ in first }
  }
}
