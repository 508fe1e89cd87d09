// SPDX-License-Identifier: Apache-2.0

import DevCluster
import ServiceLifecycle

/// What answers where an operator looks for the storage of traces and logs, and for its gateway: stand-ins, since neither
/// comes with a cluster in memory.
struct SignalBackends {
  private let clickHouse: HTTPServer
  private let gateway: HTTPServer

  /// Starts them on loopback.
  static func start() async throws -> SignalBackends {
    let server = ClickHouseStandIn()
    return SignalBackends(
      clickHouse: try await HTTPServer(host: "127.0.0.1", bodyLimit: 32 << 20) { server.handle($0) },
      gateway: try await HTTPServer(host: "127.0.0.1", bodyLimit: 1 << 20) { GatewayStandIn.handle($0) })
  }

  var services: [any Service] {
    [
      HTTPService(description: "ClickHouse stand-in", server: clickHouse),
      HTTPService(description: "gateway stand-in", server: gateway),
    ]
  }

  /// How they are reached from here, one `host:port=host:port` a line.
  var endpointMap: String {
    [
      ("chendpoint-clickhouse-coroot.tenant-root.svc:8123", clickHouse.port),
      ("platform-gateway-0.platform-gateway-replicas.cozy-coroot.svc:8888", gateway.port),
    ].map { "\($0)=127.0.0.1:\($1)\n" }.joined()
  }
}
