// SPDX-License-Identifier: Apache-2.0

/// The operator's replicas, wherever they run.
protocol OperatorFleet: Sendable {
  /// Starts one replica, or waits for those that the cluster starts, and returns once one leads.
  func start() async throws
  /// How many writes the leader has sent but for those of its Lease: creates, patches and deletes.
  func writes() async throws -> Int
  /// Stops all replicas as Kubernetes does, starts one, and returns once it leads and has read the cluster.
  func restart() async throws
  /// Kills the leader, as the kernel does when memory runs out, with a standby beside it; returns once that leads.
  func failOver() async throws -> FailOver
  /// Stops every replica that was started here.
  func stop() async
  /// The last lines that the replicas logged, for a person to see why a check failed; empty if they cannot be read.
  func lastLines() async -> [String]
  /// How the operator comes by its rights.
  func credentials() async -> String
}

/// A change of leaders.
struct FailOver: Sendable {
  var killed: String
  var successor: String
}

/// What `/metrics` says of requests. Pure.
enum RequestCounters {
  /// The sum of `rest_client_requests_total` over creates, patches and deletes. Renewals of the Lease are `PUT`. What was
  /// refused wrote nothing: so ends, at each start, the dry run by which the operator proves the admission policy.
  ///
  /// - Returns: nil if the text has no such metric.
  static func writes(in text: String) -> Int? {
    let lines = text.split(separator: "\n").filter { $0.hasPrefix("rest_client_requests_total{") }
    guard !lines.isEmpty else { return nil }
    return lines.reduce(0) { sum, line in
      guard ["POST", "PATCH", "DELETE"].contains(where: { line.contains("method=\"\($0)\"") }),
        !line.contains("code=\"4"),
        let value = line.split(separator: " ").last.flatMap({ Double($0) })
      else { return sum }
      return sum + Int(value)
    }
  }
}
