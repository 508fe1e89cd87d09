// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import Testing
import Waiting

@testable import ObservabilityController

/// A user who may write in the namespace of the children can put our label on any object there.
@Suite struct ForgedChildrenTests {
  static let label = "observability.cozystack.io/object"

  static func stranger(_ name: String, bytes: Int) -> JSONValue {
    [
      "apiVersion": "v1", "kind": "ConfigMap",
      "metadata": [
        "name": .string(name), "namespace": "cozy-coroot", "labels": ["observability.cozystack.io/object": "platform"],
        "annotations": ["note": .string(String(repeating: "a", count: bytes / 4))],
      ], "data": ["AgentExits": .string(String(repeating: "d", count: bytes))],
    ]
  }

  static func size(_ store: ObjectStore?) -> Int {
    (store?.all() ?? []).reduce(0) { $0 + JSONWriter.text(.object($1.content)).utf8.count }
  }

  @Test("Of large ConfigMaps with the label of children no data is kept, whether they are listed or watched")
  func labelledStrangers() async throws {
    let cluster = try await TestCluster()
    for index in 0..<20 { try await cluster.server.apply(Self.stranger("before-\(index)", bytes: 10_000)) }
    try await cluster.withOperator { running in
      try await cluster.apply(TestCluster.object())
      try await cluster.wait(condition: "Ready")
      for index in 0..<20 { try await cluster.server.apply(Self.stranger("after-\(index)", bytes: 10_000)) }
      let target = Watches.children(.configMaps, in: "cozy-coroot")
      try await eventually("the watch has told of all") { running.instance.informers.store(target)?.count == 40 }
      let size = Self.size(running.instance.informers.store(target))
      #expect(size < 40 * 400, "\(size)")
      await running.resync()
      #expect(await cluster.server.objects("configmaps", namespace: "cozy-coroot").count == 40, "nothing is pruned")
    }
  }

  @Test("A page of labelled objects is small where lists are not streamed")
  func pagesAreSmall() async throws {
    let cluster = try await TestCluster()
    for index in 0..<40 { try await cluster.server.apply(Self.stranger("before-\(index)", bytes: 100)) }
    await cluster.refuseStreamedLists()
    try await cluster.withOperator { running in
      try await cluster.apply(TestCluster.object())
      try await cluster.wait(condition: "Ready")
      let lists = await cluster.operatorRequests().filter { $0.verb == "list" && $0.resource == "configmaps" }
      #expect(lists.count == 3)
      #expect(running.instance.informers.store(Watches.children(.configMaps, in: "cozy-coroot"))?.count == 40)
    }
  }

  @Test("Children that were there before their object are compared whole once the object exists")
  func childrenOfAnObjectThatComesLater() async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator { running in
      try await cluster.apply(TestCluster.object("other", spec: SeveralObjectsTests.pool("first")))
      try await cluster.wait(for: "other", condition: "Ready")
      try await cluster.apply(TestCluster.object(spec: SeveralObjectsTests.pool("rest")))
      try await cluster.wait(condition: "Ready")
      try await cluster.admin.delete(
        TestCluster.observabilities, ObjectKey(name: "platform"), DeleteOptions(propagation: .orphan))
      try await running.waitForLine("object gone")
      // A new list takes what is left for a stranger's.
      await cluster.server.expireWatches()
      let target = Watches.children(.daemonSets, in: "cozy-coroot")
      try await eventually("the DaemonSet is kept in part") {
        running.instance.informers.store(target)?.all().contains {
          ChildContent.isReduced($0, of: "platform", types: .standard)
        } == true
      }
      try await cluster.apply(TestCluster.object(spec: SeveralObjectsTests.pool("rest")))
      try await cluster.wait(condition: "Ready")
      await running.resync()
      await cluster.server.clearRequestLog()
      await running.resync()
      await running.resync()
      let requests = await cluster.operatorRequests()
      #expect(requests.isEmpty, "\(requests)")
    }
  }

  @Test("A record whose dates lie in the future is written down again as found now")
  func aRecordFromTheFuture() async throws {
    let cluster = try await NodeLabelTests.cluster()
    let key = SkippedNodesTests.record
    try await cluster.withOperator { _ in
      try await cluster.apply(TestCluster.object())
      try await NodeLabelTests.labelled(cluster)
    }
    let record = try await cluster.admin.get(.configMaps, key)
    let text = record[path: "data", "KernelLockedDown"]?.string ?? ""
    let since = try #require(text.firstRange(of: "\"since\":\"2"))
    let forged = text.replacingCharacters(in: since, with: "\"since\":\"9")
    _ = try await cluster.admin.patch(
      .configMaps, key, .merge(["data": ["KernelLockedDown": .string(forged)]]), WriteOptions(fieldManager: "somebody"))
    try await cluster.withOperator { _ in
      try await cluster.wait(for: .configMaps, key) {
        $0?[path: "data", "KernelLockedDown"]?.string?.contains("\"since\":\"2") == true
      }
      try await NodeLabelTests.labelled(cluster)
    }
  }
}

extension String {
  fileprivate func replacingCharacters(in range: Range<String.Index>, with text: String) -> String {
    String(self[..<range.lowerBound]) + text + String(self[range.upperBound...])
  }
}
