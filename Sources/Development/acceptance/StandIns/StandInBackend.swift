// SPDX-License-Identifier: Apache-2.0

import DevCluster

/// A metrics backend on this machine, where the operator finds the Services of the tenant's monitoring.
struct StandInBackend: Sendable {
  /// The Services that the samples name.
  static let services = ["shortterm", "longterm"].flatMap { storage in
    [("vminsert-\(storage)", 8480), ("vmselect-\(storage)", 8481)]
  }

  private let server: HTTPServer

  init() async throws {
    let metrics = MetricsStandIn()
    server = try await HTTPServer(host: "127.0.0.1", bodyLimit: 32 << 20) { metrics.handle($0) }
  }

  /// Serves until the task is cancelled.
  func run() async { try? await server.run() }

  /// The lines of an address map that lead to it, beside those given, which come first.
  func addressMap(beside given: String) -> String { Self.addressMap(beside: given, port: server.port) }

  static func addressMap(beside given: String, port: Int) -> String {
    let known = given.split(whereSeparator: \.isNewline).compactMap { $0.split(separator: "=").first.map(String.init) }
    let lines = services.flatMap { service, servicePort in
      ["", ".cluster.local"].map { "\(service).tenant-root.svc\($0):\(servicePort)" }
    }
    let text = given.isEmpty || given.hasSuffix("\n") ? given : given + "\n"
    return text + lines.filter { !known.contains($0) }.map { "\($0)=127.0.0.1:\(port)\n" }.joined()
  }
}
