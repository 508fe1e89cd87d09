// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityController
import Testing

/// Texts of kubelets, webhooks and backends, on their way to what people read.
@Suite struct HostileTextTests {
  /// A terminal's command, a forged line, and text that runs backwards.
  static let hostile = "a\u{1B}[2J\u{1B}]0;x\u{7}\r\nERROR forged=1\t\u{202E}gnp\u{2066}<script>\u{200B}\u{0}"

  /// The texts below a value that hold something invisible.
  static func dirty(_ value: JSONValue) -> [String] {
    switch value {
    case .string(let text):
      text.unicodeScalars.contains {
        [.control, .format, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory)
      } ? [text] : []
    case .array(let elements): elements.flatMap(dirty)
    case .object(let members): members.flatMap { dirty($0.1) }
    default: []
    }
  }

  private func expectClean(_ cluster: TestCluster, _ object: KubernetesObject?, events reason: String) async throws {
    let status = try #require(object?["status"])
    #expect(Self.dirty(status) == [])
    for event in try await cluster.events(reason: reason) {
      #expect(Self.dirty(event["note"] ?? .null) == [])
    }
  }

  @Test("A kernel's version is cleaned before it reaches the status and an Event")
  func aKernelVersion() async throws {
    let cluster = try await TestCluster()
    await cluster.server.addNode("odd", kernel: "4.1" + Self.hostile)
    try await cluster.withOperator { _ in
      try await cluster.apply(TestCluster.object())
      let object = try await cluster.wait(condition: "Ready")
      #expect(object?[path: "status", "ineligibleNodes"]?.array?.count == 1)
      try await cluster.waitForEvent(reason: "NodeIneligible")
      try await expectClean(cluster, object, events: "NodeIneligible")
    }
  }

  @Test("A webhook's words are cleaned before they reach the status and an Event")
  func aWebhookMessage() async throws {
    let cluster = try await TestCluster()
    await cluster.server.setIntercept { request in
      guard request.method == "PATCH", request.path.contains("/daemonsets/") else { return nil }
      return .answer(.init(status: 422, json: TestCluster.status(422, "Invalid", Self.hostile)))
    }
    try await cluster.withOperator { running in
      try await cluster.apply(TestCluster.object())
      let object = try await cluster.wait(condition: "Stalled", reason: "ChildRefused")
      try await cluster.waitForEvent(reason: "ChildRefused")
      try await expectClean(cluster, object, events: "ChildRefused")
    }
  }

  @Test(
    "What a kubelet says of a pod, and what preflight left as its verdict, are cleaned as well",
    arguments: [
      PodFate.waiting(reason: "CreateContainer" + hostile, message: hostile),
      .crashLoop(exitCode: 1, reason: "Error", message: hostile, restarts: 3),
      .initFailed(
        exitCode: 11,
        terminationMessage: JSONWriter.text([
          "verdict": "failed", "reason": "SettingFailed", "changed": [], "message": .string(hostile),
        ])),
    ])
  func aPodsStatus(_ fate: PodFate) async throws {
    let cluster = try await TestCluster(nodes: 1, podFate: { _, _ in fate })
    try await cluster.withOperator(environment: .impatient) { _ in
      try await cluster.apply(TestCluster.object())
      let object = try await cluster.wait(condition: "AgentsAvailable", is: "False", reason: "PodsFailing")
      try await cluster.waitForEvent(reason: "AgentPodFailing")
      try await expectClean(cluster, object, events: "AgentPodFailing")
    }
  }

  @Test("What a backend answers is cleaned before it reaches the status and an Event")
  func aBackendsAnswer() async throws {
    let cluster = try await TestCluster()
    cluster.backend.behaviour = .answers(500, Self.hostile)
    try await cluster.withOperator { _ in
      try await cluster.apply(TestCluster.object())
      let object = try await cluster.wait(condition: "MetricsBackendReady", is: "False", reason: "Refused")
      try await cluster.waitForEvent(reason: "Refused")
      try await expectClean(cluster, object, events: "Refused")
    }
  }

  @Test("What answers with success is quoted nowhere")
  func aSecretOfAnotherService() async throws {
    let cluster = try await TestCluster()
    cluster.backend.behaviour = .answers(200, "AKIAIOSFODNN7EXAMPLE")
    try await cluster.withOperator { running in
      try await cluster.apply(TestCluster.object())
      try await cluster.wait(condition: "MetricsBackendReady", is: "False", reason: "NotVictoriaMetrics")
      try await cluster.waitForEvent(reason: "NotVictoriaMetrics")
      let told = running.log.all.map(\.description).joined() + (try await cluster.everythingStoredByTheOperator())
      #expect(!told.contains("AKIA"))
    }
  }
}
