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

/// What happens to an object and its children in the course of time.
@Suite struct LifecycleTests {
  static let daemonSet = FirstReconcileTests.daemonSet

  @Test func anObjectDeletedAndMadeAnewIsAnotherOne() async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator { running in
      try await RequestCountTests.settled(cluster, running)
      let before = try await cluster.admin.get(.daemonSets, Self.daemonSet)
      try await cluster.admin.delete(TestCluster.observabilities, ObjectKey(name: "platform"), DeleteOptions())
      let object = try await cluster.apply(TestCluster.object())
      try await cluster.wait(condition: "Ready")
      let after = try await cluster.admin.get(.daemonSets, Self.daemonSet)
      #expect(after.uid != before.uid)
      #expect(after.ownerReferences.map { $0["uid"]?.string } == [object.uid])
    }
  }

  /// Deleted and made anew while the operator was busy with its predecessor, so that it never saw the name unused.
  @Test func nothingOfAPredecessorIsHeldAgainstAnObject() async throws {
    let cluster = try await TestCluster()
    let clock = SkippingClock()
    try await cluster.addChildrenNamespace("elsewhere")
    try await cluster.withOperator(environment: clock.environment) { running in
      try await RequestCountTests.settled(cluster, running)
      cluster.backend.hold()
      try await clock.advance(by: .seconds(61), until: "the operator is busy") { cluster.backend.held > 0 }
      try await cluster.admin.delete(TestCluster.observabilities, ObjectKey(name: "platform"), DeleteOptions())
      let object = try await cluster.apply(TestCluster.object(spec: ["namespace": "elsewhere"]))
      let store = try #require(running.instance.informers.store(WatchTarget(TestCluster.observabilities)))
      try await eventually("the operator has been told") {
        store.get(ObjectKey(name: "platform"))?.uid == object.uid
      }
      cluster.backend.release()
      try await cluster.wait(condition: "Ready")
      #expect(
        await cluster.server.objects("daemonsets", group: "apps").map { $0[path: "metadata", "namespace"] } == [
          "elsewhere"
        ])
      for reason in ["InvalidSpec", "ChildRepaired"] {
        let events = try await cluster.events(reason: reason)
        #expect(!events.contains { $0[path: "regarding", "uid"]?.string == object.uid }, "\(events)")
      }
    }
  }

  @Test(arguments: [ResourceType.daemonSets, .serviceAccounts])
  func aChildThatIsBeingDeletedIsWaitedForAndMadeAnew(_ type: ResourceType) async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator { running in
      try await RequestCountTests.settled(cluster, running)
      let finalizers: ([JSONValue]) -> Patch = { .merge(["metadata": ["finalizers": .array($0)]]) }
      _ = try await cluster.admin.patch(
        type, Self.daemonSet, finalizers(["example.com/hold"]), WriteOptions(fieldManager: "user"))
      let before = try await cluster.admin.get(type, Self.daemonSet)
      try await cluster.admin.delete(type, Self.daemonSet, DeleteOptions(propagation: .foreground))
      let waiting = try await cluster.wait(condition: "Ready", is: "False")
      #expect(waiting?.condition("Ready")?.message.contains("\(type.kind) \(Self.daemonSet)") == true)
      #expect(waiting?.condition("Reconciling")?.status == "True")

      await cluster.server.clearRequestLog()
      let told = running.log.all.count
      for _ in 1...3 { await running.resync() }
      #expect(await cluster.operatorRequests() == [], "waiting costs nothing")
      try await eventually("only the next look at the backend is due") {
        running.instance.queue.count == 1 && running.instance.queue.running == 0
      }
      #expect(running.log.all.count == told, "waiting is told once: \(running.log.all.suffix(5))")

      _ = try await cluster.admin.patch(type, Self.daemonSet, finalizers([]), WriteOptions(fieldManager: "user"))
      try await cluster.wait(for: type, Self.daemonSet) { $0 != nil && $0?.uid != before.uid }
      try await cluster.wait(condition: "Ready")
    }
  }

  @Test func aNamespaceThatIsBeingDeleted() async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator { running in
      try await RequestCountTests.settled(cluster, running)
      _ = try await cluster.admin.patch(
        .daemonSets, Self.daemonSet, .merge(["metadata": ["finalizers": ["example.com/hold"]]]),
        WriteOptions(fieldManager: "user"))
      try await cluster.admin.delete(.namespaces, ObjectKey(name: "cozy-coroot"), DeleteOptions())
      let going = try await cluster.wait(condition: "Ready", is: "False", reason: "NamespaceNotFound")
      #expect(going?.condition("Ready")?.message.contains("being deleted") == true)
      await running.resync()
      await cluster.server.clearRequestLog()
      await running.resync()
      let writes = await cluster.operatorRequests().filter(\.isWrite)
      #expect(writes == [], "nothing is put into a namespace that is going")

      _ = try await cluster.admin.patch(
        .daemonSets, Self.daemonSet, .merge(["metadata": ["finalizers": []]]), WriteOptions(fieldManager: "user"))
      try await cluster.wait(for: .namespaces, ObjectKey(name: "cozy-coroot")) { $0 == nil }
      try await cluster.addChildrenNamespace()
      try await cluster.wait(condition: "Ready")
      #expect(await cluster.server.objects("daemonsets", group: "apps").count == 1)
    }
  }

  @Test func aStatusThatSomeoneWipedIsWrittenAgainOnce() async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator { running in
      try await RequestCountTests.settled(cluster, running)
      let before = try await cluster.admin.get(TestCluster.observabilities, ObjectKey(name: "platform"))
      await cluster.server.clearRequestLog()
      _ = try await cluster.admin.patch(
        TestCluster.observabilities, ObjectKey(name: "platform"), .merge(["status": nil]),
        WriteOptions(fieldManager: "someone", subresource: "status"))
      let after = try await cluster.wait(condition: "Ready")
      await running.resync()
      let writes = await cluster.operatorRequests().filter(\.isWrite)
      #expect(writes.filter { $0.subresource == "status" }.count == 1, "\(writes)")
      #expect(writes.filter { !["observabilities", "events"].contains($0.resource) } == [])
      for member in ["agents", "inventory", "endpoints", "capabilities", "observedGeneration"] {
        #expect(after?[path: "status", member] == before[path: "status", member], "\(member)")
      }
    }
  }

  @Test func agentsThatAreNotReadyAreCountedAndLaterReady() async throws {
    let cluster = try await TestCluster { _, node in
      node[path: "metadata", "name"] == "node-0"
        ? .crashLoop(exitCode: 1, reason: "Error", message: "", restarts: 3) : .ready
    }
    try await cluster.withOperator { running in
      try await cluster.apply(TestCluster.object())
      let waiting = try await cluster.wait(condition: "AgentsAvailable", is: "False", reason: "PodsFailing")
      for (member, count) in [("eligible", 3), ("updated", 3), ("ready", 2)] {
        #expect(waiting?[path: "status", "agents", member]?.integer == Int64(count), "\(member)")
      }
      #expect(waiting?[path: "status", "agents", "summary"] == "2/3")
      #expect(waiting?.condition("Reconciling")?.status == "True")
      #expect(waiting?.condition("Ready")?.reason == "AgentsNotReady")
      #expect(waiting?.condition("AgentsAvailable")?.message.hasPrefix("1 of 3 agents fail: node-0 ") == true)
      #expect(running.log.lines("ready").isEmpty)

      await cluster.server.setPodFate { _, _ in .ready }
      let ready = try await cluster.wait(condition: "Ready")
      #expect(ready?[path: "status", "agents", "summary"] == "3/3")
      #expect(ready?.condition("Reconciling") == nil)
      #expect(running.log.lines("ready").count == 1)
    }
  }

  /// The state before a change must not pass for the state after it.
  @Test func aChangeIsNotReadyBeforeItIsRolledOut() async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator { running in
      try await RequestCountTests.settled(cluster, running)
      await cluster.server.setPodFate { pod, _ in
        pod[path: "metadata", "labels", "pod-template-generation"] == "1" ? .ready : .pending
      }
      try await cluster.apply(TestCluster.object(spec: ["metrics": ["interval": "30s"]]))
      let rolling = try await cluster.wait(condition: "Ready", is: "False", reason: "AgentsNotReady")
      #expect(rolling?.condition("AgentsAvailable")?.status == "True", "one of three may be missing")
      #expect(rolling?.condition("AgentsAvailable")?.reason == "RollingOut")
      #expect(rolling?.condition("Reconciling")?.status == "True")
      #expect(running.log.lines("ready").count == 1, "\(running.log.all)")
      await cluster.server.setPodFate { _, _ in .ready }
      try await cluster.wait(condition: "Ready")
      #expect(running.log.lines("ready").count == 2)
    }
  }
}
