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

/// A child that others hold on to.
@Suite struct ContestedChildTests {
  @Test func aFightWithAnotherControllerIsSlowAndTold() async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator { running in
      try await RequestCountTests.settled(cluster, running)
      await cluster.server.clearRequestLog()
      let key = FirstReconcileTests.daemonSet
      let other = Task {
        let change: JSONValue = ["spec": ["updateStrategy": ["rollingUpdate": ["maxUnavailable": 7]]]]
        for try await event in try await cluster.admin.watch(.daemonSets, WatchQuery(namespace: key.namespace)) {
          let live: KubernetesObject
          switch event {
          case .added(let object), .modified(let object): live = object
          case .deleted, .bookmark: continue
          }
          if live[path: "spec", "updateStrategy", "rollingUpdate", "maxUnavailable"] != 7 {
            _ = try await cluster.admin.patch(.daemonSets, key, .merge(change), WriteOptions(fieldManager: "other"))
          }
        }
      }
      let object = try await cluster.wait(condition: "Ready", is: "False", reason: "ApplyFailed")
      let message = object?.condition("Ready")?.message ?? ""
      #expect(message.contains("DaemonSet cozy-coroot/platform-node-agent"), "\(message)")
      let writes = await cluster.operatorRequests().filter { $0.isWrite && $0.resource == "daemonsets" }
      #expect(writes.count <= 8, "\(writes.count)")
      other.cancel()
      _ = await other.result
      try await cluster.wait(condition: "Ready", within: .seconds(40))
    }
  }

  @Test func aChildThatCannotGoIsToldOnceAndNotReady() async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator { running in
      try await RequestCountTests.settled(cluster, running)
      let key = FirstReconcileTests.daemonSet
      func setFinalizers(_ names: JSONValue) async throws {
        _ = try await cluster.admin.patch(
          .serviceAccounts, key, .merge(["metadata": ["finalizers": names]]), WriteOptions(fieldManager: "other"))
      }
      try await setFinalizers(["example.com/hold"])
      try await cluster.admin.delete(.serviceAccounts, key, DeleteOptions())
      let object = try await cluster.wait(condition: "Ready", is: "False")
      #expect(object?.condition("Ready")?.message.contains("is being deleted") == true)
      await running.resync()
      await running.resync()
      #expect(running.log.lines("agents wait").count == 1)
      try await eventually("only the next look at the backend is due") {
        running.instance.queue.count == 1 && running.instance.queue.running == 0
      }
      try await setFinalizers([])
      try await cluster.wait(condition: "Ready")
    }
  }
}
