// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import ObservabilityController
import Testing

/// The definition of the kind is of another release than the operator.
@Suite struct OtherDefinitionTests {
  static func cluster(_ definition: JSONValue) async throws -> TestCluster {
    let cluster = try await TestCluster(withDefinition: false)
    try await cluster.server.apply(definition)
    return cluster
  }

  /// How often the operator asked for the published schema.
  private static func queries(_ cluster: TestCluster) async -> Int {
    await cluster.operatorRequests().count { $0.resource.hasPrefix("/openapi/") }
  }

  private static func refusals(_ cluster: TestCluster) async -> [LoggedRequest] {
    await cluster.operatorRequests().filter { $0.isWrite && $0.code >= 300 }
  }

  @Test("Under an older definition the status is stored as far as it fits, once, and says what does not")
  func anOlderDefinitionIsNamed() async throws {
    let cluster = try await Self.cluster(try Releases.definitionWithoutParts())
    let clock = SkippingClock()
    try await cluster.withOperator(environment: clock.environment) { running in
      try await cluster.apply(TestCluster.object())
      let object = try await cluster.wait(condition: "Ready", is: "False", reason: "DefinitionOutdated")
      let message = object?.condition("Ready")?.message ?? ""
      #expect(message.contains("status.inventory[].part"), "\(message)")
      #expect(message.contains("kubectl apply -k config/crd"), "\(message)")
      #expect(object?.condition("Reconciling")?.reason == "DefinitionOutdated")
      try await cluster.wait(condition: "AgentsAvailable")
      // Events are sent beside reconciles.
      try await cluster.waitForEvent(reason: "DefinitionOutdated")
      #expect(try await cluster.events(reason: "DefinitionOutdated").count == 1)
      let lines = running.log.lines("definition of another release")
      #expect(lines.map { $0.metadata["missing"] } == ["status.inventory[].part"])

      await running.instance.queue.waitUntilIdle()
      #expect(await Self.refusals(cluster).count == 1)
      #expect(await Self.queries(cluster) == 1)
      await cluster.server.clearRequestLog()
      await running.resync()
      await running.resync()
      let requests = await cluster.operatorRequests()
      #expect(requests.isEmpty, "\(requests)")

      // What it could not say before, it says once the definition has room for it.
      try await cluster.addDefinition()
      try await clock.advance(by: .seconds(60), until: "it is ready") {
        await cluster.server.object("observabilities", group: "observability.cozystack.io", "platform")
          .map { KubernetesObject($0.object ?? [:]).condition("Ready")?.status == "True" } ?? false
      }
      let inventory = try await cluster.admin.get(TestCluster.observabilities, ObjectKey(name: "platform"))[
        path: "status", "inventory"]
      #expect(inventory?.array?.allSatisfy { $0["part"]?.string?.isEmpty == false } == true)
      #expect(running.log.lines("definition is of this release").count == 1)
    }
  }

  @Test("A field of spec that an older definition lacks is named although nothing is refused")
  func aFieldOfSpecThatIsMissingIsNamed() async throws {
    let cluster = try await Self.cluster(try Releases.definition(without: "profiles"))
    try await cluster.withOperator { _ in
      try await cluster.apply(TestCluster.object())
      let object = try await cluster.wait(condition: "Ready", is: "False", reason: "DefinitionOutdated")
      #expect(object?.condition("Ready")?.message.contains("spec.profiles") == true)
      try await cluster.wait(condition: "AgentsAvailable")
      #expect(await Self.refusals(cluster).isEmpty)
    }
  }

  @Test("A newer definition's default is passed over, and the field is named")
  func aDefaultOfANewerDefinitionIsPassedOver() async throws {
    let cluster = try await Self.cluster(try Releases.definition(with: "sparkle"))
    try await cluster.withOperator { running in
      try await cluster.apply(TestCluster.object())
      let object = try await cluster.wait(condition: "Ready")
      #expect(object?[path: "spec", "sparkle", "level"] == 3)
      #expect(object?.condition("Ready")?.message.contains("does not know spec.sparkle") == true)
      #expect(object?.condition("Stalled") == nil)
      await running.resync()
      #expect(await Self.queries(cluster) == 1)
    }
  }

  @Test("A field that only a newer definition has stalls the object that sets it, with both ways out")
  func aFieldOfANewerDefinitionStalls() async throws {
    let cluster = try await Self.cluster(try Releases.definition(with: "sparkle"))
    try await cluster.withOperator { _ in
      try await cluster.apply(TestCluster.object(spec: ["sparkle": ["level": 5]]))
      let object = try await cluster.wait(condition: "Stalled", reason: "InvalidSpec")
      let message = object?.condition("Stalled")?.message ?? ""
      for part in ["spec.sparkle: unknown field", "newer than this operator", "upgrade the operator"] {
        #expect(message.contains(part), "\(part) is not in \(message)")
      }
    }
  }

  @Test("While both are of one release, the schema is never asked for")
  func theSameReleaseCostsNothing() async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator { running in
      try await RequestCountTests.settled(cluster, running)
      #expect(await Self.queries(cluster) == 0)
    }
  }
}
