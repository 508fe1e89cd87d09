// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityController
import Testing

@Suite struct DeliverySwitchTests {
  static let podScrapes = TestCluster.podScrapes
  static let definition = TestCluster.podScrapeDefinition

  @Test func scrapeBringsAPodScrapeAndPushTakesItAway() async throws {
    let cluster = try await TestCluster()
    try await cluster.server.apply(Self.definition)
    try await cluster.withOperator { running in
      try await cluster.apply(TestCluster.object(spec: ["metrics": ["delivery": "Scrape"]]))
      let object = try await cluster.wait(condition: "Ready")
      #expect(object?[path: "status", "inventory"]?.array?.count == 4)
      _ = try await cluster.admin.get(Self.podScrapes, FirstReconcileTests.daemonSet)

      try await cluster.apply(TestCluster.object(spec: ["metrics": ["delivery": "Push"]]))
      try await cluster.wait(for: Self.podScrapes, FirstReconcileTests.daemonSet) { $0 == nil }
      try await cluster.wait(ObjectKey(name: "platform")) { $0?[path: "status", "inventory"]?.array?.count == 3 }
      #expect(running.log.lines("child pruned").count == 1)
    }
  }

  @Test func aClusterWithoutTheKindIsToldWhatToDo() async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator(environment: .impatient) { _ in
      try await cluster.apply(TestCluster.object(spec: ["metrics": ["delivery": "Scrape"]]))
      let object = try await cluster.wait(condition: "Ready", is: "False", reason: "KindNotServed")
      #expect(object?.condition("Ready")?.message.contains("vmpodscrapes") == true)
      try await cluster.server.apply(Self.definition)
      try await cluster.wait(condition: "Ready")
    }
  }
}
