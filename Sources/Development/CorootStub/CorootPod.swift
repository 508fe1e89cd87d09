// SPDX-License-Identifier: Apache-2.0

public import DevCluster
public import HTTPTransport
import JSON
import KubernetesCore
import Synchronization

/// Runs the stub of Coroot as a kubelet would run the server of one object: with the projects, keys and password that the
/// cluster holds when the StatefulSet appears, and started again whenever its pod template changes.
public final class CorootPod: HTTPTransport {
  private struct State {
    var server: CorootServer?
    var template: JSONValue?
    var backends: StubBackends
    var restarts = 0
  }

  private let cluster: APIServer
  private let object: String
  private let namespace: String
  private let state: Mutex<State>

  /// The server of the object of that name.
  ///
  /// - Parameter clickHousePassword: the password of ClickHouse's user `coroot`; nil if every login is accepted.
  public init(
    of object: String = "platform", in namespace: String = "cozy-coroot", cluster: APIServer,
    clickHousePassword: String? = nil
  ) {
    self.cluster = cluster
    self.object = object
    self.namespace = namespace
    let clickHouse = StubBackends.ClickHouse(passwords: clickHousePassword.map { ["coroot": $0] } ?? [:])
    state = Mutex(
      State(
        backends: StubBackends(
          prometheus: ["vmselect-shortterm.tenant-root.svc:8481": .init()],
          clickHouse: ["chendpoint-clickhouse-coroot.tenant-root.svc:9000": clickHouse])))
  }

  /// The server; nil until it was started.
  public var server: CorootServer? { state.withLock { $0.server } }
  /// How often the server was started again, by what the cluster holds now.
  public func restarts() async -> Int {
    _ = await current()
    return state.withLock { $0.restarts }
  }

  /// Changes what the server connects to.
  public func change(_ body: (inout StubBackends) -> Void) {
    state.withLock { state in
      body(&state.backends)
      state.server?.backends = state.backends
    }
  }

  /// The password of ClickHouse's user becomes another.
  public func setClickHousePassword(_ password: String) {
    change { backends in
      for address in Array(backends.clickHouse.keys) { backends.clickHouse[address]?.passwords = ["coroot": password] }
    }
  }

  /// The server loses its volume.
  public func loseVolume() async {
    guard let server else { return }
    server.loseDatabase()
    server.setMetrics(of: object, .synced, nodes: await nodes())
  }

  /// The agents of every node send their metrics.
  private func nodes() async -> [String] {
    await cluster.objects("nodes").compactMap { $0[path: "metadata", "name"]?.string }
  }

  /// Answers a request in memory; without a server the connection is refused.
  public func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    guard let server = await current() else {
      throw TransportError(kind: .unreachable, phase: .connect, host: "coroot:8080", cause: "connect: refused")
    }
    return try await server.send(request)
  }

  /// Answers a request that came over a network; without a server the connection is closed.
  public func handle(_ request: APIRequest) async -> APIResponse {
    await current()?.handle(request) ?? APIResponse(status: 500, body: .closeConnection)
  }

  /// The server as the cluster wants it by now.
  private func current() async -> CorootServer? {
    guard
      let set = await cluster.object("statefulsets", group: "apps", namespace: namespace, "\(object)-coroot"),
      let template = set[path: "spec", "template"]
    else {
      // Its volume stays.
      state.withLock { $0.template = nil }
      return nil
    }
    let password = await secret("\(object)-coroot-admin", "password")
    let key = await secret("\(object)-coroot-keys", "project")
    let guardKey = await secret("\(object)-coroot-keys", "guard")
    let nodes = await nodes()
    return state.withLock { state in
      if let server = state.server {
        if state.template != template {
          if let key, let guardKey {
            server.configuration = .guarded(
              project: object, key: key, guardProject: "\(object)-keyless-guard", guardKey: guardKey,
              adminPassword: password ?? "")
          }
          server.restart()
          state.restarts += 1
        }
        state.template = template
        return server
      }
      guard let password, let key, let guardKey else { return nil }
      let server = CorootServer(
        .guarded(
          project: object, key: key, guardProject: "\(object)-keyless-guard", guardKey: guardKey,
          adminPassword: password), backends: state.backends)
      server.setMetrics(of: object, .synced, nodes: nodes)
      (state.server, state.template) = (server, template)
      return server
    }
  }

  private func secret(_ name: String, _ key: String) async -> String? {
    let secret = await cluster.object("secrets", namespace: namespace, name)
    return secret.flatMap { KubernetesObject($0.object ?? [:]).secretData(key) }
      .map { String(decoding: $0, as: UTF8.self) }
  }
}
