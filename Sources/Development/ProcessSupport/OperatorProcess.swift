// SPDX-License-Identifier: Apache-2.0

import Glibc
import HTTPTransport
import Waiting

/// The operator as a process of its own.
public struct OperatorProcess: Sendable {
  /// The process.
  public let process: ChildProcess
  private let transport: CurlTransport

  /// Starts the executable.
  public init(_ executable: String, _ arguments: [String], environment: [String: String] = [:]) throws {
    transport = try CurlTransport(userAgent: "process-support")
    process = try ChildProcess(executable, arguments, environment: environment)
  }

  /// Starts the executable for the time of the body, then kills it if it still runs.
  public static func run<Result: Sendable>(
    _ executable: String, _ arguments: [String], environment: [String: String] = [:],
    _ body: (OperatorProcess) async throws -> Result
  ) async throws -> Result {
    let running = try OperatorProcess(executable, arguments, environment: environment)
    do {
      let result = try await body(running)
      running.process.signal(SIGKILL)
      try await running.process.waitForEnd()
      return result
    } catch {
      running.process.signal(SIGKILL)
      _ = try? await running.process.waitForEnd()
      throw error
    }
  }

  /// Waits until it listens and returns `host:port` of its probes.
  public func address(within deadline: Duration = .seconds(30)) async throws -> String {
    let line = try await process.errors.waitForLine(containing: " started ", within: deadline)
    guard let address = line.split(separator: " ").first(where: { $0.hasPrefix("listen=") })?.dropFirst(7) else {
      throw DeadlineMissed("no address in \"\(line)\"")
    }
    return String(address)
  }

  /// Asks for a path of the probe server.
  public func get(_ path: String) async throws -> (status: Int, body: String) {
    let response = try await transport.send(HTTPRequest(method: "GET", url: "http://\(try await address())\(path)"))
    return (response.status, String(decoding: try await response.body.collect(), as: UTF8.self))
  }

  /// Waits until `/readyz` answers with that status.
  public func waitForReadiness(_ status: Int = 200, within deadline: Duration = .seconds(30)) async throws {
    try await eventually(
      "/readyz is \(status)", within: deadline, every: .milliseconds(2), state: { process.errors.text }
    ) {
      try await get("/readyz").status == status ? true : nil
    }
  }

  /// The sum of a metric over all its labels.
  public func metric(_ name: String) async throws -> Double {
    try await get("/metrics").body.split(separator: "\n").reduce(0) { sum, line in
      guard line.hasPrefix(name), let next = line.dropFirst(name.count).first, next == "{" || next == " ",
        let value = line.split(separator: " ").last.flatMap({ Double($0) })
      else { return sum }
      return sum + value
    }
  }

  /// Ends it as Kubernetes does and returns how it ended.
  public func terminate(within deadline: Duration = .seconds(30)) async throws -> ChildProcess.Ending {
    process.signal(SIGTERM)
    return try await process.waitForEnd(within: deadline)
  }
}
