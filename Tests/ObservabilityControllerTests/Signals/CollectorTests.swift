// SPDX-License-Identifier: Apache-2.0

import Backends
import ControllerRuntime
import DevCluster
import HTTPTransport
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import Testing
import Waiting

@testable import ObservabilityController

/// The gateway with a stand-in for its collector: what is rendered is read, what is received is forwarded or kept, and
/// the operator reads the metrics of it over HTTP.
@Suite struct CollectorTests {
  private static let token = "Bearer {1} $$ ${env:HOME} #'\"\\ é"
  private static let spec: JSONObject = [
    "traces": [
      "destination": "OTLP", "endpoint": "http://otlp.example.org/v1/traces", "headersSecretRef": ["name": "headers"],
    ],
    "metrics": ["labels": ["cluster": "no$$rth"]],
    // The smallest queue: it holds 4 MiB.
    "gateway": ["queue": ["size": "16Mi"]],
  ]

  /// Runs a body beside a gateway and what stands for its collector.
  private static func withGateway(
    spec: JSONObject = spec, headers: [String: String] = ["Authorization": token, "X-Scope-OrgID": "7"],
    environment: RuntimeEnvironment = .live, _ body: (TestCluster, CollectorRig) async throws -> Void
  ) async throws {
    let cluster = try await SignalsTests.cluster()
    try await cluster.server.addService("vlinsert-generic", namespace: "tenant-root", ports: [9481])
    try await cluster.server.apply([
      "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "headers", "namespace": "cozy-coroot"],
      "data": .object(JSONObject(headers.map { ($0.key, .string(Base64.encode(Array($0.value.utf8)))) })),
    ])
    try await cluster.withOperator(environment: environment) { _ in
      try await cluster.apply(TestCluster.object(spec: spec))
      try await cluster.wait(condition: "GatewayAvailable", reason: "Delivering")
      try await CollectorRig.with(cluster) { try await body(cluster, $0) }
    }
  }

  /// A body with that many times the recorded spans: messages that follow each other are one message with the fields of
  /// all.
  private static func large(_ copies: Int) throws -> [UInt8] {
    Array(repeatElement(try CollectorRig.recorded(), count: copies).joined())
  }

  @Test("What an agent sends arrives with namespace, pod, the object's labels and the headers of the Secret")
  func forwards() async throws {
    try await Self.withGateway { _, rig in
      let recorded = try CollectorRig.recorded()
      #expect(try await rig.send(recorded) == 200)
      // The same from a container of a pod: its id is as long as that of the recorded one.
      let inPod = Self.replacing("/talos/cli", with: "/k8s/a/b/c", in: recorded)
      #expect(try await rig.send(inPod) == 200)
      #expect(rig.destination.requests.isEmpty, "it is acknowledged once it is in the queue")
      await rig.collector.deliver()
      let requests = rig.destination.requests
      #expect(requests.map(\.path) == ["/v1/traces", "/v1/traces"])
      for request in requests {
        #expect(request.header("Content-Type") == "application/x-protobuf")
        #expect(request.header("Authorization") == Self.token)
        #expect(request.header("X-Scope-OrgID") == "7")
        #expect(request.header("Host") == "otlp.example.org")
      }
      let bodies = try requests.map { try OTLPBody($0.body) }
      #expect(try bodies.map(\.items) == Array(repeating: OTLPBody(recorded).items, count: 2))
      let labels = ["cluster": "no$$rth", "observability": "platform"]
      let host = ["host.id": "00000000000000000000000000000001", "host.name": "worker-1"]
      #expect(
        bodies[0].resources == [
          labels.merging(host) { $1 }.merging(["container.id": "/talos/cli", "service.name": "/talos/cli"]) { $1 }
        ])
      #expect(
        bodies[1].resources == [
          labels.merging(host) { $1 }.merging([
            "container.id": "/k8s/a/b/c", "service.name": "/k8s/a/b/c", "k8s.namespace.name": "a", "k8s.pod.name": "b",
            "k8s.container.name": "c",
          ]) { $1 }
        ])
    }
  }

  private static func replacing(_ old: String, with new: String, in bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    let (old, new) = (Array(old.utf8), Array(new.utf8))
    for start in 0...(bytes.count - old.count) where bytes[start..<(start + old.count)].elementsEqual(old) {
      bytes.replaceSubrange(start..<(start + old.count), with: new)
    }
    return bytes
  }

  @Test("While the destination is away everything is kept, and delivered in order once it is back")
  func keepsWhatCannotBeSent() async throws {
    try await Self.withGateway { _, rig in
      let recorded = try CollectorRig.recorded()
      await rig.destination.stop()
      for _ in 1...3 { #expect(try await rig.send(recorded) == 200) }
      await rig.collector.deliver()
      let waiting = try await rig.metrics()
      #expect(try #require(waiting.queueSize) > 3 * recorded.count && waiting.sendFailed == 0)
      try await rig.destination.start()
      for status in [429, 502, 503, 504] {
        rig.destination.status = status
        await rig.collector.deliver()
        #expect(try await rig.metrics().queueSize == waiting.queueSize, "\(status)")
      }
      let attempts = rig.destination.requests.count
      rig.destination.status = 200
      await rig.collector.deliver()
      #expect(rig.destination.requests.count == attempts + 3)
      let after = try await rig.metrics()
      #expect(after.queueSize == 0 && after.sendFailed == 0 && after.enqueueFailed == 0)
    }
  }

  @Test("What is refused for good is counted and gone; a full queue refuses with a status that an agent repeats")
  func countsWhatIsLost() async throws {
    try await Self.withGateway { _, rig in
      let recorded = try CollectorRig.recorded()
      let spans = Int64(try OTLPBody(recorded).items)
      for (count, status) in [(Int64(1), 401), (2, 404)] {
        rig.destination.status = status
        #expect(try await rig.send(recorded) == 200)
        await rig.collector.deliver()
        let metrics = try await rig.metrics()
        #expect(metrics.queueSize == 0 && metrics.sendFailed == count * spans)
      }
      await rig.destination.stop()
      let large = try Self.large(2500)
      #expect(try await rig.send(large) == 200)
      #expect(try await rig.send(large) == 503)
      #expect(try await rig.metrics().enqueueFailed == 2500 * spans)
      #expect(try await rig.send(recorded, as: "text/plain") == 415)
      #expect(try await rig.send([0xff]) == 400)
    }
  }

  @Test("Logs go to the tenant of VictoriaLogs that the Secret of headers names, and to no other")
  func tenantOfVictoriaLogs() async throws {
    let spec: JSONObject = [
      "logs": [
        "destination": "VictoriaLogs", "endpoint": "http://vlinsert-generic.tenant-root.svc:9481",
        "headersSecretRef": ["name": "headers"],
      ],
      "metrics": ["labels": ["cluster": "north"]],
    ]
    let headers = ["accountid": "12", "ProjectID": "3"]
    try await Self.withGateway(spec: spec, headers: headers) { _, rig in
      // No body with logs was recorded; as far as resources go its shape is that of traces.
      #expect(try await rig.send(CollectorRig.recorded(), signal: "logs") == 200)
      #expect(try await rig.send(CollectorRig.recorded()) == 404, "traces have no pipeline")
      await rig.collector.deliver()
      let request = try #require(rig.destination.requests.first)
      #expect(request.path == "/insert/opentelemetry/v1/logs")
      func values(_ name: String) -> [String] {
        request.headers.filter { $0.name.lowercased() == name }.map(\.value)
      }
      #expect(values("accountid") == ["12"] && values("projectid") == ["3"])
      #expect(values("vl-stream-fields").count == 1)
    }
  }

  @Test("GatewayAvailable follows the metrics that the collector's port answers")
  func conditionFollowsMetrics() async throws {
    let clock = SkippingClock()
    try await Self.withGateway(environment: clock.environment) { cluster, rig in
      cluster.backend.gateway = rig.transport
      func reaches(_ reason: String, after time: Duration = .seconds(61)) async throws -> String {
        try await clock.advance(by: time, until: reason) {
          let object = await cluster.server.object("observabilities", group: "observability.cozystack.io", "platform")
          return object.map { KubernetesObject($0.object ?? [:]).condition("GatewayAvailable")?.reason == reason }
            ?? false
        }
        let object = try await cluster.admin.get(TestCluster.observabilities, ObjectKey(name: "platform"))
        return object.condition("GatewayAvailable")?.message ?? ""
      }
      func settled() async throws {
        try await clock.advance(by: .seconds(61), until: "the replicas have answered") {
          let object = try await cluster.admin.get(TestCluster.observabilities, ObjectKey(name: "platform"))
          return object.condition("GatewayAvailable")?.message == "1 of 1 replicas are ready."
        }
      }
      try await settled()

      rig.destination.status = 401
      #expect(try await rig.send(CollectorRig.recorded()) == 200)
      await rig.collector.deliver()
      let refused = try await reaches("DestinationRefuses")
      #expect(refused.contains("spec.traces"), "\(refused)")
      rig.destination.status = 200
      _ = try await reaches("Delivering", after: .seconds(661))

      await rig.destination.stop()
      #expect(try await rig.send(Self.large(2500)) == 200)
      await rig.collector.deliver()
      let filling = try await reaches("QueueFilling")
      #expect(filling.contains("more than 60 % full"), "\(filling)")
      #expect(try await rig.send(Self.large(2500)) == 503)
      let rejected = try await reaches("DataRejected")
      #expect(rejected.contains("queue of traces is full"), "\(rejected)")

      try await rig.destination.start()
      await rig.collector.deliver()
      #expect(try await rig.metrics().queueSize == 0)
      _ = try await reaches("Delivering", after: .seconds(661))
      #expect(rig.destination.requests.count == 2)
    }
  }

  @Test("The stand-in refuses a configuration with anything that it does not know")
  func unknownMembersAreRefused() throws {
    for (text, words) in [
      (
        "receivers: {otlp: {protocols: {http: {endpoint: '0.0.0.0:4318'}}}}",
        "configuration.extensions: is not an object"
      ),
      ("extensions: {health_check: {endpoint: '0.0.0.0:1', path: /}}", "health_check.path: is not known"),
      ("extensions: {health_check: {endpoint: 'localhost:1'}}", "endpoint: is not 0.0.0.0 and a port"),
      ("extensions: {health_check: {endpoint: '${env:A}:1'}}", "endpoint: holds a reference"),
      ("extensions: {health_check: {endpoint: '0.0.0.0:1'}, zpages: {}}", "extensions.zpages: is not known"),
    ] {
      let error = #expect(throws: CollectorSettingsError.self) {
        try CollectorStandIn(
          arguments: ["--config=/a"], files: ["/a": Array(text.utf8)], transport: BackendStub())
      }
      #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }
    #expect(throws: CollectorSettingsError.self) {
      try CollectorStandIn(arguments: ["--config=/b"], files: [:], transport: BackendStub())
    }
  }
}
