// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import Logging
import ObservabilityAPI
import ObservabilityController
import Testing

/// This release takes over what the release before left behind, and leaves what that one can take back.
@Suite struct UpgradeTests {
  private static let objects = ["platform", "scraped"]

  /// The cluster of the record, with this release's definition and roles.
  private static func cluster(_ record: RecordedState) async throws -> TestCluster {
    let cluster = try await TestCluster(nodes: 0)
    try await cluster.server.restore(record.objects)
    try await cluster.addDefinition()
    await cluster.server.clearRequestLog()
    return cluster
  }

  /// Runs this release until it has named the part of every child, and then whatever else is waited for.
  private static func upgrade(
    _ cluster: TestCluster, _ record: RecordedState, until: () async throws -> Void = {}
  ) async throws -> [LogRecorder.Line] {
    let settings = OperatorSettings(version: DefaultImages.release, image: try Releases.operatorImage(record))
    return try await cluster.withOperator(
      madeBy: {
        ObservabilityOperator(
          api: cluster.operatorClient, transport: cluster.backend, settings: settings,
          environment: record.environment(), logger: $0)
      }
    ) { running in
      for name in objects {
        try await cluster.wait(ObjectKey(name: name)) { object in
          let inventory = object?[path: "status", "inventory"]?.array ?? []
          return !inventory.isEmpty && inventory.allSatisfy { $0["part"]?.string?.isEmpty == false }
        }
      }
      try await until()
      await running.resync(objects)
      await running.instance.labelQueue.waitUntilIdle()
      return running.log.all
    }
  }

  @Test("The state of the release before is adopted with one status write an object, and no agent is rolled")
  func adopts() async throws {
    let record = try Releases.beforeParts()
    let cluster = try await Self.cluster(record)
    let before = await cluster.server.everything()
    let log = try await Self.upgrade(cluster, record)

    let requests = await cluster.operatorRequests()
    let writes = requests.filter(\.isWrite).map { "\($0.resource)/\($0.subresource ?? "") \($0.name ?? "")" }
    // Both releases render the same children, with the same image of the operator, so only the parts in the inventory are
    // new.
    #expect(writes.sorted() == ["observabilities/status platform", "observabilities/status scraped"])
    #expect(requests.filter { !$0.isWrite && $0.verb != "watch" }.count <= 30, "\(requests)")
    #expect(requests.allSatisfy { $0.code < 300 }, "\(requests.filter { $0.code >= 300 })")

    let changes = RecordedState.differences(before, await cluster.server.everything())
    #expect(changes.count == 2, "\(changes)")
    for change in changes {
      let words = change.split(separator: " ")
      #expect(words[0].hasPrefix("Observability/"), "\(change)")
      #expect(words.dropFirst().allSatisfy { $0.hasPrefix(".status.inventory[") && $0.hasSuffix(".part") }, "\(change)")
    }
    #expect(!log.contains { $0.message.contains("child") || $0.level >= .warning }, "\(log)")
  }

  @Test("Objects that asked for dashboards before there were any get them, and no agent is rolled")
  func publishesWhatWasAskedFor() async throws {
    let record = try Releases.beforeParts(dashboards: true)
    let cluster = try await Self.cluster(record)
    try await cluster.addMonitoring()
    let before = try await cluster.admin.list(.daemonSets, ListQuery()).items.map(\.generation)
    await cluster.server.clearRequestLog()
    _ = try await Self.upgrade(cluster, record) {
      for name in Self.objects { try await cluster.wait(for: name, condition: "DashboardsPublished") }
    }
    let children = await cluster.operatorRequests().filter {
      $0.isWrite && !["observabilities", "events"].contains($0.resource)
    }
    #expect(Set(children.map(\.resource)) == ["grafanadashboards", "vmrules"])
    let dashboards = children.filter { $0.resource == "grafanadashboards" }
    #expect(dashboards.count == Set(dashboards.map(\.name)).count, "each is written once")
    #expect(await cluster.importedDashboards().count == dashboards.count)
    #expect(children.count { $0.resource == "vmrules" } == 5)
    #expect(try await cluster.admin.list(.daemonSets, ListQuery()).items.map(\.generation) == before)
  }

  @Test("Without the right to publish an upgrade says so, and leaves the agents as they are")
  func saysWhatDashboardsLack() async throws {
    let record = try Releases.beforeParts(dashboards: true)
    let cluster = try await Self.cluster(record)
    let before = try await cluster.admin.list(.daemonSets, ListQuery()).items
    _ = try await Self.upgrade(cluster, record) {
      for name in Self.objects {
        try await cluster.wait(
          for: name, condition: "DashboardsPublished", is: "False", reason: "NotPermitted")
        try await cluster.wait(for: name, condition: "AgentsAvailable")
      }
    }
    let children = await cluster.operatorRequests().filter {
      $0.isWrite && !["observabilities", "events"].contains($0.resource)
    }
    #expect(children == [])
    #expect(try await cluster.admin.list(.daemonSets, ListQuery()).items == before)
  }

  @Test("Every child that the release before left is in the inventory, so that nothing is left behind")
  func knowsEveryChild() async throws {
    let record = try Releases.beforeParts()
    let cluster = try await Self.cluster(record)
    _ = try await Self.upgrade(cluster, record)
    let objects = await cluster.server.objects("observabilities", group: "observability.cozystack.io")
    let known = Set(
      objects.flatMap { $0[path: "status", "inventory"]?.array ?? [] }.compactMap { $0["uid"]?.string })
    let children = await cluster.server.everything().filter {
      $0[path: "metadata", "ownerReferences"]?.array?.contains { $0["kind"] == "Observability" } == true
    }
    #expect(children.count == 8)
    for child in children {
      #expect(known.contains(child[path: "metadata", "uid"]?.string ?? ""), "\(child["kind"] ?? "")")
    }
  }

  @Test("Nodes stay labelled, and verdicts stand, through an upgrade")
  func keepsVerdicts() async throws {
    let record = try Releases.beforeParts()
    let cluster = try await Self.cluster(record)
    _ = try await Self.upgrade(cluster, record)
    for node in ["locked", "old"] { try await cluster.wait(label: "ineligible", on: node) }
    #expect(await cluster.agents() == ["node-0", "node-1"])
    let status = try await cluster.admin.get(TestCluster.observabilities, ObjectKey(name: "platform"))["status"]
    #expect(
      status?["ineligibleNodes"]?.array?.map { $0["reason"] } == ["KernelLockedDown", "KernelTooOld"])
  }

  /// With its definition comes back what it can read: `part`, and what is new in `spec`, are not.
  @Test("On the way back, what this release leaves is what the release before left")
  func leavesWhatTheReleaseBeforeKnows() async throws {
    let record = try Releases.beforeParts()
    let cluster = try await Self.cluster(record)
    _ = try await Self.upgrade(cluster, record)
    try await cluster.server.apply(try Releases.definitionBeforeParts())
    let kinds: Set = [
      "Observability", "DaemonSet", "ServiceAccount", "NetworkPolicy", "VMPodScrape", "ConfigMap", "Node", "Pod",
      "Lease",
    ]
    let isLeft = { (object: JSONValue) in kinds.contains(object["kind"]?.string ?? "") }
    let after = await cluster.server.everything()
    #expect(RecordedState.differences(record.objects.filter(isLeft), after.filter(isLeft)) == [])
  }
}
