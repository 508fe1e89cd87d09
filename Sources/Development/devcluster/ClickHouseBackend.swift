// SPDX-License-Identifier: Apache-2.0

import DevCluster
import Logging
import ServiceLifecycle

/// What answers where an operator looks for ClickHouse: the real one if it can be had, else a stand-in.
struct ClickHouseBackend {
  /// The loopback port of the HTTP interface.
  let httpPort: Int
  /// What runs it until the end.
  let service: any Service

  /// Starts the real one if it is wanted, installed, new enough and answers; else the stand-in. One log line tells which.
  ///
  /// - Throws: if the stand-in's address cannot be had.
  static func start(prefersReal: Bool, logger: Logger) async throws -> ClickHouseBackend {
    guard prefersReal else { return try await standIn(because: "--no-real-backend", .info, logger) }
    guard let binary = RealClickHouse.find() else {
      return try await standIn(because: "clickhouse-server is not installed", .info, logger)
    }
    do {
      let real = try await RealClickHouse.start(binary)
      let backend = ClickHouseBackend(httpPort: Int(real.httpPort), service: real)
      backend.tell("ClickHouse", .info, ["binary": "\(binary)", "version": "\(real.version)"], logger)
      return backend
    } catch {
      return try await standIn(because: "\(binary) is not used: \(error)", .warning, logger)
    }
  }

  private static func standIn(
    because reason: String, _ level: Logger.Level, _ logger: Logger
  ) async throws -> ClickHouseBackend {
    let standIn = ClickHouseStandIn()
    let server = try await HTTPServer(host: "127.0.0.1", bodyLimit: 32 << 20) { standIn.handle($0) }
    let backend = ClickHouseBackend(
      httpPort: server.port, service: HTTPService(description: "ClickHouse stand-in", server: server))
    backend.tell("stand-in", level, ["because": "\(reason)"], logger)
    return backend
  }

  private func tell(_ kind: String, _ level: Logger.Level, _ details: Logger.Metadata, _ logger: Logger) {
    let place: Logger.Metadata = ["is": "\(kind)", "http": "127.0.0.1:\(httpPort)"]
    logger.log(level: level, "ClickHouse backend", metadata: place.merging(details) { $1 })
  }
}
