// SPDX-License-Identifier: Apache-2.0

import Backends
import DevCluster
import Glibc
import HTTPTransport
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import Synchronization
import Testing

/// The collector of a gateway as a stand-in, which runs from the Secret and the StatefulSet of a cluster, and where it
/// sends to.
struct CollectorRig: Sendable {
  static let agentsAddress = "http://platform-gateway.cozy-coroot.svc:4318"
  static let metricsAddress = "http://platform-gateway-0.platform-gateway-replicas.cozy-coroot.svc:8888/metrics"
  /// Where the destination is, by the names that objects give.
  static let destinations = ["otlp.example.org:80", "vlinsert-generic.tenant-root.svc:9481"]

  let collector: CollectorStandIn
  let destination: OTLPDestination
  /// Reaches the collector by the names that agents and the operator use.
  let transport: any HTTPTransport

  /// Runs a body beside the stand-in and its destination.
  static func with(_ cluster: TestCluster, _ body: (CollectorRig) async throws -> Void) async throws {
    let destination = OTLPDestination()
    try await destination.start()
    let client = try CurlTransport(userAgent: "test")
    let outbound = try AddressMap(destinations.map { "\($0)=127.0.0.1:\(destination.port)" })
    let (arguments, files) = try await container(cluster)
    let collector = try CollectorStandIn(
      arguments: arguments, files: files, transport: outbound.wrapping(client))
    let servers = try await collector.listen()
    let inbound = try AddressMap([
      "platform-gateway.cozy-coroot.svc:4318=127.0.0.1:\(try #require(servers[4318]).port)",
      "platform-gateway-0.platform-gateway-replicas.cozy-coroot.svc:8888=127.0.0.1:\(try #require(servers[8888]).port)",
    ])
    let running = servers.values.map { server in Task { try? await server.run() } }
    let rig = CollectorRig(collector: collector, destination: destination, transport: inbound.wrapping(client))
    let result: Result<Void, any Error>
    do { result = .success(try await body(rig)) } catch { result = .failure(error) }
    for task in running { task.cancel() }
    for task in running { await task.value }
    await destination.stop()
    try result.get()
  }

  /// The command line of the collector's container, and the files that are mounted in it from the Secret.
  private static func container(_ cluster: TestCluster) async throws -> ([String], [String: [UInt8]]) {
    try container(
      try await cluster.admin.get(.statefulSets, SignalsTests.gateway),
      try await cluster.admin.get(.secrets, SignalsTests.gateway))
  }

  static func container(
    _ set: KubernetesObject, _ secret: KubernetesObject
  ) throws -> ([String], [String: [UInt8]]) {
    let pod = set[path: "spec", "template", "spec"]
    let container = try #require(pod?["containers"]?.array?.first)
    let volume = try #require(pod?["volumes"]?.array?.first { $0[path: "secret", "secretName"]?.string == secret.name })
    let mount = try #require(container["volumeMounts"]?.array?.first { $0["name"] == volume["name"] })
    let folder = try #require(mount["mountPath"]?.string)
    var files: [String: [UInt8]] = [:]
    for item in volume[path: "secret", "items"]?.array ?? [] {
      files["\(folder)/\(item["path"]?.string ?? "")"] = secret.secretData(item["key"]?.string ?? "")
    }
    return ((container["args"]?.array ?? []).compactMap(\.string), files)
  }

  /// For a request on a machine that is busy with other tests.
  static let patience = Deadlines(connect: .seconds(120), total: nil, idle: .seconds(120))

  /// A body that a real agent sent.
  static func recorded() throws -> [UInt8] {
    let folder = "\(#filePath)".split(separator: "/").dropLast().joined(separator: "/")
    let file = try #require(fopen("/\(folder)/Fixtures/traces.bin", "r"))
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    return Array(bytes[..<fread(&bytes, 1, bytes.count, file)])
  }

  /// Sends a body as an agent does, and returns the status.
  func send(
    _ body: [UInt8], signal: String = "traces", as type: String = "application/x-protobuf"
  ) async throws -> Int {
    let request = HTTPRequest(
      method: "POST", url: "\(Self.agentsAddress)/v1/\(signal)", headers: [HTTPField("Content-Type", type)], body: body)
    let response = try await transport.send(request)
    _ = try await response.body.collect()
    return response.status
  }

  /// What the collector says of its exporter of traces.
  func metrics() async throws -> GatewayMetrics.Exporter {
    let response = try await transport.send(HTTPRequest(url: Self.metricsAddress))
    return try #require(GatewayMetrics(exposition: try await response.body.collect()).exporters["otlp_http/traces"])
  }
}

/// An OTLP endpoint that answers with one status, and can be away.
final class OTLPDestination: Sendable {
  private struct State {
    var status = 200
    var requests: [APIRequest] = []
    var port = 0
    var task: Task<Void, Never>?
  }

  private let state = Mutex(State())

  /// The status of each answer.
  var status: Int {
    get { state.withLock { $0.status } }
    set { state.withLock { $0.status = newValue } }
  }

  /// What it was sent, in order.
  var requests: [APIRequest] { state.withLock { $0.requests } }

  /// The same after each start.
  var port: Int { state.withLock { $0.port } }

  func start() async throws {
    let server = try await HTTPServer(port: port, bodyLimit: 32 << 20) { request in
      let status = self.state.withLock { state in
        state.requests.append(request)
        return state.status
      }
      return APIResponse(status: status, text: "")
    }
    state.withLock { state in
      state.port = server.port
      state.task = Task { try? await server.run() }
    }
  }

  /// Refuses connections from now on.
  func stop() async {
    let task = state.withLock { $0.task }
    task?.cancel()
    await task?.value
  }
}
