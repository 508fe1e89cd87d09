// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import DevCluster
import HTTPTransport
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import Rendering
import Synchronization
import Testing
import Waiting

@testable import ObservabilityController

/// A gateway that is asked to have fewer replicas, in a cluster.
@Suite struct DrainTests {
  /// What stands for the metrics of each replica.
  private final class Replicas: HTTPTransport {
    private let sizes = Mutex<[Int: Int]>([:])

    /// What the queue of a replica holds; nil if it does not answer.
    subscript(replica: Int) -> Int? {
      get { sizes.withLock { $0[replica] } }
      set { sizes.withLock { $0[replica] = newValue } }
    }

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
      let host = request.url.dropFirst("http://platform-gateway-".count)
      guard let size = Int(host.prefix { $0.isNumber }).flatMap({ self[$0] }) else {
        throw TransportError(kind: .unreachable, phase: .connect, host: "gateway", cause: "connect: refused")
      }
      let text = ["traces", "logs"].map {
        "otelcol_exporter_queue_size{exporter=\"clickhouse/\($0)\"} \($0 == "logs" || size == .max ? size : 0)\n"
          + "otelcol_exporter_queue_capacity{exporter=\"clickhouse/\($0)\"} 1000000000\n"
      }.joined()
      return HTTPResponse(status: 200, headers: [], body: InProcessTransport.body([Array(text.utf8)]))
    }
  }

  private static func object(replicas: Int64) -> KubernetesObject {
    var spec = SignalsTests.clickHouse
    spec["gateway"] = ["replicas": .integer(replicas)]
    return TestCluster.object(spec: spec)
  }

  /// Runs a body beside a gateway of three replicas with empty queues.
  private static func withGateway(
    replicas count: Int64 = 3,
    _ body: (TestCluster, Replicas, SkippingClock, RunningOperator) async throws -> Void
  ) async throws {
    let cluster = try await SignalsTests.cluster()
    try await cluster.addClickHouse(password: "s3cret")
    let replicas = Replicas()
    for replica in 0..<3 { replicas[replica] = 0 }
    cluster.backend.gateway = replicas
    let clock = SkippingClock()
    try await cluster.withOperator(environment: clock.environment) { running in
      try await cluster.apply(object(replicas: count))
      try await cluster.wait(condition: "Ready")
      try await body(cluster, replicas, clock, running)
    }
  }

  private static func condition(
    _ cluster: TestCluster
  ) async throws -> (status: String, reason: String, message: String, generation: Int64?)? {
    try await cluster.admin.get(TestCluster.observabilities, ObjectKey(name: "platform"))
      .condition("GatewayAvailable")
  }

  private static func replicas(_ cluster: TestCluster) async throws -> Int64? {
    try await cluster.admin.get(.statefulSets, SignalsTests.gateway)[path: "spec", "replicas"]?.integer
  }

  @Test("Replicas are kept, unchanged, until the queues of those that leave are empty, and go then")
  func drainsFirst() async throws {
    try await Self.withGateway { cluster, replicas, clock, running in
      replicas[2] = 12 << 20
      let before = try await cluster.admin.get(.statefulSets, SignalsTests.gateway)
      try await cluster.apply(Self.object(replicas: 1))
      let object = try await cluster.wait(for: TestCluster.observabilities, ObjectKey(name: "platform")) {
        $0?.condition("GatewayAvailable")?.message.contains("replica 2 holds at most 16 MiB") == true
      }
      let condition = try #require(object?.condition("GatewayAvailable"))
      #expect(condition.status == "True" && condition.message.contains("replica 1 holds nothing"))
      #expect(object?.condition("Ready")?.status == "False")
      await running.resync()
      let kept = try await cluster.admin.get(.statefulSets, SignalsTests.gateway)
      #expect(kept.generation == before.generation, "nothing rolls meanwhile")
      _ = try await cluster.admin.get(.podDisruptionBudgets, SignalsTests.gateway)

      replicas[2] = 0
      try await clock.advance(by: .seconds(31), until: "the replicas have gone") {
        try await Self.replicas(cluster) == 1
      }
      try await cluster.wait(condition: "GatewayAvailable", reason: "Delivering")
      try await cluster.wait(condition: "Ready")
      try await cluster.wait(for: .podDisruptionBudgets, SignalsTests.gateway) { $0 == nil }
      _ = try await cluster.admin.get(
        .persistentVolumeClaims, ObjectKey(namespace: "cozy-coroot", name: "queue-platform-gateway-2"))
      await running.resync()
      await cluster.server.clearRequestLog()
      await running.resync()
      #expect(await cluster.operatorRequests().isEmpty, "what is gone is not asked back")
    }
  }

  @Test("Replicas that somebody added are drained like others, whatever their queues claim to hold")
  func addedByOthers() async throws {
    try await Self.withGateway(replicas: 1) { cluster, replicas, clock, _ in
      replicas[2] = .max
      _ = try await cluster.admin.patch(
        .statefulSets, SignalsTests.gateway, .merge(["spec": ["replicas": 3]]), WriteOptions())
      try await clock.advance(by: .seconds(31), until: "the condition has the queue") {
        try await Self.condition(cluster)?.message.contains("replica 2 holds at most") == true
      }
      replicas[2] = 0
      try await clock.advance(by: .seconds(31), until: "the replicas have gone") {
        try await Self.replicas(cluster) == 1
      }
      try await cluster.wait(condition: "Ready")
    }
  }

  @Test("Empty queues let replicas go at once")
  func emptyQueues() async throws {
    try await Self.withGateway { cluster, _, _, _ in
      try await cluster.apply(Self.object(replicas: 2))
      try await cluster.wait(for: .statefulSets, SignalsTests.gateway) { $0?[path: "spec", "replicas"] == 2 }
      try await cluster.wait(condition: "GatewayAvailable", reason: "Delivering")
    }
  }

  @Test("A leaving replica that gives no answer is kept and named, and kubectl scale lets it go")
  func silentReplica() async throws {
    try await Self.withGateway { cluster, replicas, clock, running in
      replicas[2] = nil
      try await cluster.apply(Self.object(replicas: 2))
      try await cluster.wait(condition: "GatewayAvailable", reason: "ReplicasDraining")
      try await clock.advance(by: .seconds(301), until: "it is told that the replica is silent") {
        try await Self.condition(cluster)?.status == "False"
      }
      let condition = try #require(try await Self.condition(cluster))
      #expect(condition.reason == "ReplicasDraining" && condition.message.contains("does not answer for more than"))
      #expect(condition.message.contains("kubectl -n cozy-coroot describe pod platform-gateway-2"))
      #expect(try await Self.replicas(cluster) == 3)

      // As kubectl scale does.
      _ = try await cluster.admin.patch(
        .statefulSets, SignalsTests.gateway, .merge(["spec": ["replicas": 2]]), WriteOptions())
      try await cluster.wait(condition: "GatewayAvailable", reason: "Delivering")
      await running.resync()
      #expect(try await Self.replicas(cluster) == 2)
    }
  }

  @Test("Switched off while replicas drain, the gateway goes as ever, and every claim stays")
  func switchedOff() async throws {
    try await Self.withGateway { cluster, replicas, _, _ in
      replicas[1] = 1
      try await cluster.apply(Self.object(replicas: 1))
      try await cluster.wait(condition: "GatewayAvailable", reason: "ReplicasDraining")
      try await cluster.apply(TestCluster.object())
      try await cluster.wait(for: .statefulSets, SignalsTests.gateway) { $0 == nil }
      for replica in 0..<3 {
        _ = try await cluster.admin.get(
          .persistentVolumeClaims, ObjectKey(namespace: "cozy-coroot", name: "queue-platform-gateway-\(replica)"))
      }
    }
  }
}
