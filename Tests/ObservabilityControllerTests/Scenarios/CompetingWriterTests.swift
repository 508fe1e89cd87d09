// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import Logging
import ObservabilityController
import Testing
import Waiting

/// Others that write what the operator writes: admission on the way in, and a second operator beside it.
@Suite struct CompetingWriterTests {
  private static let image = "spec.template.spec.containers[node-agent].image"

  @Test("A field that admission changes at each write is named once, written once, and tried again after a while")
  func admissionIsNamedOnceAndBackedOffFrom() async throws {
    let cluster = try await TestCluster()
    let clock = SkippingClock()
    let api = AlteringAPI(cluster.operatorClient) { type, object in
      guard type == .daemonSets, var containers = object[path: "spec", "template", "spec", "containers"]?.array else {
        return object
      }
      var object = object
      containers[0]["image"] = "mirror.example.org/agent:1"
      object["spec"]?["template"]?["spec"]?["containers"] = .array(containers)
      return object
    }
    try await cluster.withOperator(environment: clock.environment, api: api) { running in
      try await cluster.apply(TestCluster.object())
      let object = try await cluster.wait(condition: "Ready", is: "False", reason: "ApplyFailed")
      let message = object?.condition("Ready")?.message ?? ""
      for part in ["DaemonSet cozy-coroot/platform-node-agent", Self.image, "admission policy or webhook", "Exempt"] {
        #expect(message.contains(part), "\(part) is not in \(message)")
      }
      try await cluster.waitForEvent(reason: "ChildAltered")
      for _ in 1...5 { await running.resync() }
      func writes() async -> Int {
        await cluster.operatorRequests().count { $0.isWrite && $0.resource == "daemonsets" }
      }
      #expect(await writes() == 1)
      #expect(running.log.lines("child altered on admission").count == 1)
      #expect(running.log.lines("child drifted").isEmpty)

      try await clock.advance(by: .seconds(60), until: "the same is tried again") { await writes() >= 2 }
      await running.resync()
      #expect(running.log.lines("child altered on admission").count == 1)
      #expect(try await cluster.events(reason: "ChildAltered").count == 1)
      #expect(try await cluster.events(reason: "ChildRepaired").isEmpty)

      api.stopAltering()
      try await clock.advance(by: .seconds(300), until: "the child is as desired") {
        try await cluster.admin.get(.daemonSets, FirstReconcileTests.daemonSet)[
          path: "spec", "template", "spec", "containers"]?.array?.first?["image"] != "mirror.example.org/agent:1"
      }
      try await cluster.wait(condition: "Ready")
    }
  }

  @Test("Of two operators of different releases each warns once, names the other's field manager, and slows down")
  func aSecondOperatorIsNamedOnce() async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator { first in
      try await RequestCountTests.settled(cluster, first)
      let second = cluster.startOperator(image: "operator:other")
      for running in [first, second] {
        try await eventually("it is warned of", within: .seconds(60)) {
          !running.log.lines("another operator applies the same children").isEmpty
        }
      }
      let object = try await cluster.wait(condition: "Ready", is: "False", reason: "ApplyFailed", within: .seconds(60))
      for _ in 1...50 {
        await first.resync()
        await second.resync()
      }
      let writes = await cluster.operatorRequests().filter(\.isWrite)
      #expect(writes.count { $0.resource == "daemonsets" } <= 24, "\(writes.count) writes in all")
      #expect(writes.count { $0.subresource == "status" } <= 40, "the status is no battlefield either")
      for running in [first, second] {
        let lines = running.log.lines("another operator applies the same children")
        #expect(lines.count == 1)
        #expect(lines.first?.level == .warning)
        #expect(lines.first?.metadata["manager"] == OperatorSettings.fieldManager)
        #expect(lines.first?.metadata["remedy"]?.isEmpty == false)
        #expect(lines.first?.metadata["fields"]?.contains("initContainers") == true)
      }
      #expect(object?.condition("Ready")?.message.contains("another process") == true)
      await second.stop()
    }
  }
}
