// SPDX-License-Identifier: Apache-2.0

import Glibc
public import HTTPTransport
import Waiting

/// A real VictoriaMetrics, single node, on a free loopback port and with its data in a folder of its own.
public struct VictoriaMetricsProcess: Sendable {
  /// The program; nil if it is not installed.
  public static let program = LocalProgram("victoria-metrics")

  /// Loopback address and port.
  public let host: String
  private let id: pid_t
  private let folder: LocalFolder

  /// Runs the body beside a process that answers below the prefix, then ends the process and removes its data.
  ///
  /// - Parameter options: more flags of victoria-metrics.
  public static func with(
    prefix: String = "", options: [String] = [], _ transport: any HTTPTransport,
    _ body: (VictoriaMetricsProcess) async throws -> Void
  ) async throws {
    let process = try VictoriaMetricsProcess(prefix: prefix, options: options)
    do {
      let answers = await eventually {
        (try? await transport.send(HTTPRequest(url: "http://\(process.host)\(prefix)/health")))?.status == 200
      }
      guard answers else {
        throw LocalProgram.Failure(description: "victoria-metrics does not answer at \(process.host)")
      }
      try await body(process)
    } catch {
      try? await blocking { process.stop() }
      throw error
    }
    try await blocking { process.stop() }
  }

  private init(prefix: String, options: [String]) throws {
    guard let program = Self.program else {
      throw LocalProgram.Failure(description: "victoria-metrics is not installed")
    }
    host = "127.0.0.1:\(try FreePort.find())"
    folder = try LocalFolder()
    do {
      id = try program.start(
        [
          "-httpListenAddr=\(host)", "-http.pathPrefix=\(prefix)", "-storageDataPath=\(folder.path)/data",
          "-loggerLevel=ERROR",
        ] + options, output: "/dev/null")
    } catch {
      folder.remove()
      throw error
    }
  }

  /// Asks it to end, waits until it has, and removes its data.
  private func stop() {
    kill(id, SIGTERM)
    _ = LocalProgram.wait(for: id)
    folder.remove()
  }
}
