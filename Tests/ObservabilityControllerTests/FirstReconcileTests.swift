// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityController
import Testing

@Suite struct FirstReconcileTests {
  static let daemonSet = ObjectKey(namespace: "cozy-coroot", name: "platform-node-agent")

  @Test func anObjectBecomesRunningAgents() async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator { running in
      try await cluster.apply(TestCluster.object())
      let object = try #require(try await cluster.wait(condition: "Ready"))
      #expect(object[path: "status", "agents", "summary"] == "3/3")
      #expect(object[path: "status", "observedGeneration"] == 1)
      #expect(object.condition("MetricsBackendReady")?.status == "True")
      #expect(object.condition("AgentsAvailable")?.status == "True")
      #expect(object.condition("Stalled") == nil)
      #expect(
        object[path: "status", "endpoints", "metricsWrite"]
          == "http://vminsert-shortterm.tenant-root.svc:8480/insert/0/prometheus/api/v1/write")
      let inventory = object[path: "status", "inventory"]?.array?.compactMap { $0["kind"]?.string }
      #expect(inventory?.sorted() == ["DaemonSet", "NetworkPolicy", "ServiceAccount"])
      #expect(object[path: "status", "capabilities"]?.array?.isEmpty == false)
      let pods = await cluster.server.objects("pods", namespace: "cozy-coroot")
      #expect(pods.count == 3)
      #expect(running.log.lines("ready").count == 1)
      #expect(running.log.lines("child applied").count == 3)
    }
  }

  @Test func childrenAreOwnedLabelledAndAsRendered() async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator { _ in
      let object = try await cluster.apply(TestCluster.object())
      try await cluster.wait(condition: "Ready")
      for (type, name) in [
        (ResourceType.daemonSets, Self.daemonSet), (.serviceAccounts, Self.daemonSet),
        (.networkPolicies, Self.daemonSet),
      ] {
        let child = try await cluster.admin.get(type, name)
        #expect(child.ownerReferences.first?["uid"]?.string == object.uid)
        #expect(child.labels["observability.cozystack.io/object"] == "platform")
      }
      let container = try await cluster.admin.get(.daemonSets, Self.daemonSet)[path: "spec", "template", "spec"]?[
        "containers"]?.array?.first
      #expect(container?[path: "securityContext", "privileged"]?.bool != true)
      #expect(container?[path: "securityContext", "capabilities", "drop"] == ["ALL"])
    }
  }

  @Test func aFirstCreateCostsItsChildrenOneStatusAndOneEvent() async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator(environment: .unhurried) { running in
      try await cluster.apply(TestCluster.object())
      try await cluster.wait(condition: "Ready")
      await running.stop()
      let writes = await cluster.operatorRequests().filter(\.isWrite)
      let children = writes.filter { ["serviceaccounts", "networkpolicies", "daemonsets"].contains($0.resource) }
      #expect(children.count == 3, "\(writes)")
      #expect(writes.filter { $0.subresource == "status" }.count <= 2, "\(writes)")
      #expect(writes.filter { $0.resource == "events" }.count == 1, "\(writes)")
      #expect(writes.count <= children.count + 3, "\(writes)")
      // What was never there needs no look at its owner first.
      let reads = await cluster.operatorRequests().filter { !$0.isWrite && !["list", "watch"].contains($0.verb) }
      #expect(reads.isEmpty, "\(reads)")
    }
  }

  @Test func deletingTheObjectRemovesEveryChildAlsoWhileTheOperatorIsDown() async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator { _ in
      try await cluster.apply(TestCluster.object())
      try await cluster.wait(condition: "Ready")
    }
    try await cluster.admin.delete(TestCluster.observabilities, ObjectKey(name: "platform"), DeleteOptions())
    try await cluster.wait(for: .daemonSets, Self.daemonSet) { $0 == nil }
    for plural in ["pods", "serviceaccounts", "networkpolicies"] {
      let group = plural == "networkpolicies" ? "networking.k8s.io" : ""
      let left = await cluster.server.objects(plural, group: group, namespace: "cozy-coroot")
      #expect(left.allSatisfy { $0[path: "metadata", "name"] == "default" }, "\(left)")
    }
  }
}
