// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityController
import Testing
import Waiting

/// An operator that dies in the middle, after any of its writes, leaves nothing that its successor does not put right.
@Suite struct RestartTests {
  /// What the user asks for, one after the other.
  enum Change: String, CaseIterable, Sendable {
    case create, interval, toScrape, toPush

    var before: JSONObject? {
      switch self {
      case .create: nil
      case .interval, .toScrape: [:]
      case .toPush: ["metrics": ["delivery": "Scrape"]]
      }
    }

    var after: JSONObject {
      switch self {
      case .create, .toPush: [:]
      case .interval: ["metrics": ["interval": "30s"]]
      case .toScrape: ["metrics": ["delivery": "Scrape"]]
      }
    }
  }

  /// More writes than any change takes, so that the last ones are those where nothing is cut.
  static let writes = 0...7

  @Test(arguments: Change.allCases, writes)
  func converges(_ change: Change, after writes: Int) async throws {
    let undisturbed = try await Self.run(change, cut: nil)
    let cut = try await Self.run(change, cut: writes)
    #expect(cut.children == undisturbed.children)
    #expect(cut.status == undisturbed.status)
    #expect(cut.left.isEmpty, "\(cut.left)")
  }

  struct End: Sendable {
    /// The children, without what differs from one cluster to the next.
    var children: [JSONValue] = []
    var status: JSONValue = .null
    /// What is there and not in the inventory.
    var left: [String] = []
  }

  static func run(_ change: Change, cut writes: Int?) async throws -> End {
    let cluster = try await TestCluster()
    try await cluster.server.apply(DeliverySwitchTests.definition)
    if let before = change.before {
      try await cluster.withOperator { running in
        try await cluster.apply(TestCluster.object(spec: before))
        try await cluster.wait(condition: "Ready")
        await running.instance.queue.waitUntilIdle()
      }
    }
    if let writes {
      let cutter = WriteCutter(after: writes)
      await cluster.server.setIntercept { cutter.intercept($0) }
      let running = cluster.startOperator()
      try await cluster.apply(TestCluster.object(spec: change.after))
      try await eventually("the operator dies or is done") {
        if cutter.isCut { return true }
        let object = try await cluster.admin.get(TestCluster.observabilities, ObjectKey(name: "platform"))
        return object.condition("Ready").map { $0.status == "True" && $0.generation == object.generation } ?? false
      }
      await running.kill()
      await cluster.server.setIntercept { _ in nil }
    } else {
      try await cluster.apply(TestCluster.object(spec: change.after))
    }
    return try await cluster.withOperator { running in
      let wanted = change == .toScrape ? 4 : 3
      try await cluster.wait(condition: "Ready")
      try await cluster.wait(ObjectKey(name: "platform")) {
        $0?[path: "status", "inventory"]?.array?.count == wanted
      }
      await running.resync()
      return try await end(of: cluster)
    }
  }

  private static func end(of cluster: TestCluster) async throws -> End {
    let object = try await cluster.admin.get(TestCluster.observabilities, ObjectKey(name: "platform"))
    let inventory = Set((object[path: "status", "inventory"]?.array ?? []).map { "\($0["kind"]?.string ?? "")" })
    var end = End()
    for type in [ResourceType.daemonSets, .serviceAccounts, .networkPolicies, DeliverySwitchTests.podScrapes] {
      let children = try await cluster.admin.list(type, ListQuery(labelSelector: "observability.cozystack.io/object"))
      for child in children.items {
        end.children.append(comparable(child))
        if !inventory.contains(type.kind) || child.key != FirstReconcileTests.daemonSet {
          end.left.append("\(type.kind) \(child.key)")
        }
      }
    }
    let status = object["status"]
    end.status = [
      "agents": status?["agents"] ?? .null, "endpoints": status?["endpoints"] ?? .null,
      "conditions": .array(
        (status?["conditions"]?.array ?? []).map {
          [$0["type"] ?? .null, $0["status"] ?? .null, $0["reason"] ?? .null]
        }),
    ]
    return end
  }

  /// A child without identities, times and counters, and with its owner's name only.
  private static func comparable(_ child: KubernetesObject) -> JSONValue {
    [
      "kind": .string(child.kind), "name": .string(child.key.description), "spec": child["spec"] ?? .null,
      "labels": child[path: "metadata", "labels"] ?? .null,
      "owners": .array(child.ownerReferences.map { $0["name"] ?? .null }),
    ]
  }

  @Test("What a release without parts applied counts for the part that would apply it now, also while that waits")
  func anInventoryWithoutParts() async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator { try await RequestCountTests.settled(cluster, $0) }
    let key = ObjectKey(name: "platform")
    let before = try await cluster.admin.get(TestCluster.observabilities, key)
    let inventory = (before[path: "status", "inventory"]?.array ?? []).map { entry -> JSONValue in
      var entry = entry
      entry["part"] = nil
      return entry
    }
    _ = try await cluster.admin.patch(
      TestCluster.observabilities, key, .merge(["status": ["inventory": .array(inventory)]]),
      WriteOptions(fieldManager: "earlier", subresource: "status"))
    try await cluster.admin.delete(
      .services, ObjectKey(namespace: "tenant-root", name: "vminsert-shortterm"), DeleteOptions())
    try await cluster.withOperator { _ in
      let object = try await cluster.wait(condition: "MetricsBackendReady", is: "False", reason: "ServiceNotFound")
      #expect(object?.condition("AgentsAvailable")?.status == "True")
      #expect(object?[path: "status", "agents"] == before[path: "status", "agents"])
    }
  }
}
