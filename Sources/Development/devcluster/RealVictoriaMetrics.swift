// SPDX-License-Identifier: Apache-2.0

import Glibc
import HTTPTransport
import LocalServers
import ServiceLifecycle

/// Two single nodes of VictoriaMetrics, one with the paths of vminsert, one with those of vmselect.
///
/// They share no data: what is written can be asked for at the first, below `/insert/0/prometheus`.
struct RealVictoriaMetrics: Service {
  /// Why it cannot be used.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  private let insert: Node
  private let select: Node

  /// The port that stands for vminsert.
  var writePort: UInt16 { insert.port }
  /// The port that stands for vmselect.
  var readPort: UInt16 { select.port }

  /// The program, as the PATH leads to it; nil if it is not installed.
  static func find() -> String? {
    getenv("PATH").flatMap { path in
      String(cString: path).split(separator: ":").map { $0 + "/victoria-metrics" }.first { access($0, X_OK) == 0 }
    }
  }

  /// Starts both and waits until they answer.
  ///
  /// - Throws: ``Failure`` or ``SystemFailure`` if they do not within the time; then neither runs any more.
  static func start(_ binary: String, within limit: Duration = .seconds(20)) async throws -> RealVictoriaMetrics {
    var nodes: [Node] = []
    do {
      let insert = try Node(binary, prefix: "/insert/0/prometheus")
      nodes.append(insert)
      let select = try Node(binary, prefix: "/select/0/prometheus")
      nodes.append(select)
      let transport = try CurlTransport(userAgent: "devcluster")
      let deadline = ContinuousClock.now + limit
      for node in nodes { try await node.awaitAnswer(over: transport, until: deadline, limit) }
      await transport.shutdown()
      return RealVictoriaMetrics(insert: insert, select: select)
    } catch {
      for node in nodes { await node.process.end() }
      throw error
    }
  }

  /// Ends both on a graceful shutdown.
  func run() async {
    // Told, or cancelled because another service failed: either way it is over.
    try? await gracefulShutdown()
    await insert.process.end()
    await select.process.end()
  }
}

/// One process.
private struct Node {
  let process: ChildProcess
  let port: UInt16
  private let health: String

  init(_ binary: String, prefix: String) throws(SystemFailure) {
    let port = try FreePort.find()
    process = try ChildProcess(name: "devcluster-victoria-metrics") { scratch in
      [
        binary, "-httpListenAddr=127.0.0.1:\(port)", "-http.pathPrefix=\(prefix)",
        "-storageDataPath=\(scratch)/data",
      ]
    }
    self.port = port
    health = "http://127.0.0.1:\(port)\(prefix)/health"
  }

  func awaitAnswer(
    over transport: CurlTransport, until deadline: ContinuousClock.Instant, _ limit: Duration
  ) async throws {
    let second = Deadlines(connect: .seconds(1), total: .seconds(1), idle: .seconds(1))
    while (try? await transport.send(HTTPRequest(url: health, deadlines: second)))?.status != 200 {
      if await process.hasEnded {
        throw RealVictoriaMetrics.Failure(description: "it ended: \(await process.lastLine)")
      }
      guard ContinuousClock.now < deadline else {
        throw RealVictoriaMetrics.Failure(description: "no answer at \(health) within \(limit)")
      }
      try await Task.sleep(for: .milliseconds(50))
    }
  }
}
