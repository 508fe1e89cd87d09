// SPDX-License-Identifier: Apache-2.0

import CorootStub
import DevCluster
import Logging
import ServiceLifecycle

/// What answers where an operator looks for the storage of traces and logs, for its gateway, and for a Coroot server. The
/// last two are stand-ins, since neither comes with a cluster in memory.
struct SignalBackends {
  private let clickHouse: ClickHouseBackend
  private let gateway: HTTPServer
  private let coroot: HTTPServer

  /// Starts them on loopback. The Coroot is started as soon as the cluster wants it, with the keys that the cluster holds.
  static func start(
    beside cluster: APIServer, prefersReal: Bool, logger: Logger
  ) async throws -> SignalBackends {
    let pod = CorootPod(cluster: cluster)
    return SignalBackends(
      clickHouse: try await ClickHouseBackend.start(prefersReal: prefersReal, logger: logger),
      gateway: try await HTTPServer(host: "127.0.0.1", bodyLimit: 1 << 20) { GatewayStandIn.handle($0) },
      coroot: try await HTTPServer(host: "127.0.0.1", bodyLimit: 32 << 20) { await pod.handle($0) })
  }

  var services: [any Service] {
    [
      clickHouse.service,
      HTTPService(description: "gateway stand-in", server: gateway),
      HTTPService(description: "Coroot stand-in", server: coroot),
    ]
  }

  /// How they are reached from here, one `host:port=host:port` a line.
  var endpointMap: String {
    [
      ("chendpoint-clickhouse-coroot.tenant-root.svc:8123", clickHouse.httpPort),
      ("platform-gateway-0.platform-gateway-replicas.cozy-coroot.svc:8888", gateway.port),
      ("platform-coroot.cozy-coroot.svc:8080", coroot.port),
    ].map { "\($0)=127.0.0.1:\($1)\n" }.joined()
  }
}
