// SPDX-License-Identifier: Apache-2.0

import DevCluster
import Logging
import ServiceLifecycle

/// What answers where an operator looks for VictoriaMetrics: the real one if it can be had, else a stand-in.
struct MetricsBackend {
  /// The loopback port that stands for vminsert.
  let writePort: Int
  /// The loopback port that stands for vmselect.
  let readPort: Int
  /// What runs it until the end.
  let service: any Service

  /// Starts the real one if it is wanted, installed and answers; else the stand-in. One log line tells which.
  ///
  /// - Throws: if the stand-in's address cannot be had.
  static func start(prefersReal: Bool, logger: Logger) async throws -> MetricsBackend {
    guard prefersReal else { return try await standIn(because: "--no-real-backend", .info, logger) }
    guard let binary = RealVictoriaMetrics.find() else {
      return try await standIn(because: "victoria-metrics is not on the PATH", .info, logger)
    }
    do {
      let real = try await RealVictoriaMetrics.start(binary)
      let backend = MetricsBackend(writePort: Int(real.writePort), readPort: Int(real.readPort), service: real)
      backend.tell("VictoriaMetrics", .info, ["binary": "\(binary)"], logger)
      return backend
    } catch {
      return try await standIn(because: "\(binary) does not serve: \(error)", .warning, logger)
    }
  }

  /// How the Services of Cozystack's monitoring are reached from here, one `service:port=host:port` a line.
  var endpointMap: String {
    [("vminsert-shortterm", 8480, writePort), ("vmselect-shortterm", 8481, readPort)]
      .flatMap { name, servicePort, port in
        ["", ".cluster.local"].map { "\(name).tenant-root.svc\($0):\(servicePort)=127.0.0.1:\(port)\n" }
      }.joined()
  }

  private static func standIn(
    because reason: String, _ level: Logger.Level, _ logger: Logger
  ) async throws -> MetricsBackend {
    let standIn = MetricsStandIn()
    let server = try await HTTPServer(host: "127.0.0.1", bodyLimit: 32 << 20) { standIn.handle($0) }
    let backend = MetricsBackend(
      writePort: server.port, readPort: server.port,
      service: HTTPService(description: "metrics stand-in", server: server))
    backend.tell("stand-in", level, ["because": "\(reason)"], logger)
    return backend
  }

  private func tell(_ kind: String, _ level: Logger.Level, _ details: Logger.Metadata, _ logger: Logger) {
    let ports: Logger.Metadata = ["is": "\(kind)", "write": "127.0.0.1:\(writePort)", "read": "127.0.0.1:\(readPort)"]
    logger.log(level: level, "metrics backend", metadata: ports.merging(details) { $1 })
  }
}
