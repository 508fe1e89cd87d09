// SPDX-License-Identifier: Apache-2.0

import DevCluster
import Glibc
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import ProcessSupport
import Waiting

/// What a user does while the operator's process is killed.
enum KillScenario: String, CaseIterable, Sendable {
  case create, change, switchAndBack = "switch", signalsAndBack = "signals", delete

  private enum Leg {
    /// The user applies this; then there are so many children.
    case apply(JSONObject, children: Int)
    case delete
  }

  private var before: JSONObject? { self == .create ? nil : [:] }

  private var legs: [Leg] {
    switch self {
    case .create: [.apply([:], children: 3)]
    case .change: [.apply(["metrics": ["interval": "30s"]], children: 3)]
    case .switchAndBack: [.apply(["metrics": ["delivery": "Scrape"]], children: 4), .apply([:], children: 3)]
    case .signalsAndBack: [.apply(["traces": Self.traces], children: 10), .apply([:], children: 3)]
    case .delete: [.delete]
    }
  }

  private static let traces: JSONValue = [
    "destination": "OTLP", "endpoint": "http://traces.example.org:4318/v1/traces",
  ]

  /// How a run ended.
  struct End: Sendable {
    var store: ComparableStore
    /// How many writes there were after the user had begun.
    var writes: Int
    var perObject: [String: Int]
    /// Whether a process was killed.
    var wasKilled: Bool
  }

  /// For how long nothing may be written before a leg counts as done: longer than the operator lets things settle.
  private static let quiet = Duration.milliseconds(1500)

  /// Runs the scenario from an empty cluster; the process is killed after so many writes, and another one started.
  ///
  /// - Parameter reference: the end to wait for; nil if this run is to tell it.
  func run(killAfter writes: Int?, reference: ComparableStore? = nil) async throws -> End {
    let cluster = try await TestCluster()
    try await cluster.server.apply(TestCluster.podScrapeDefinition)
    let killer = Killer()
    await cluster.server.setFaults(FaultPlan { killer.fault($0) })
    return try await ServedCluster.serve(cluster) { served in
      var process = try Self.start(served)
      var wasKilled = false
      do {
        if let before {
          try await cluster.apply(TestCluster.object(spec: before))
          try await Self.waitUntilDone(.apply(before, children: 3), cluster, killer)
        }
        killer.arm(after: writes)
        for leg in legs {
          try await Self.begin(leg, cluster)
          try await eventually("the operator has done its work, or is to die", within: .seconds(60)) {
            if killer.isDue { return true }
            return try await Self.isDone(leg, cluster, killer)
          }
          guard killer.isDue else { continue }
          process.process.signal(SIGKILL)
          try await process.process.waitForEnd()
          killer.hasKilled()
          wasKilled = true
          process = try Self.start(served)
          try await Self.waitUntilDone(leg, cluster, killer)
        }
        if let reference { try await Self.wait(until: cluster, is: reference) }
      } catch {
        process.process.signal(SIGKILL)
        _ = try? await process.process.waitForEnd()
        throw error
      }
      process.process.signal(SIGKILL)
      try await process.process.waitForEnd()
      return End(
        store: await ComparableStore(of: cluster.server), writes: killer.writes, perObject: killer.perObject,
        wasKilled: wasKilled)
    }
  }

  private static func start(_ served: ServedCluster) throws -> OperatorProcess {
    // With an election the successor of a killed process waits until its lease is over.
    try OperatorProcess(
      try BuiltExecutable.path("observability-operator"), served.arguments + ["--no-leader-election"])
  }

  private static func begin(_ leg: Leg, _ cluster: TestCluster) async throws {
    switch leg {
    case .apply(let spec, _): try await cluster.apply(TestCluster.object(spec: spec))
    case .delete:
      try await cluster.admin.delete(TestCluster.observabilities, ObjectKey(name: "platform"), DeleteOptions())
    }
  }

  private static func waitUntilDone(_ leg: Leg, _ cluster: TestCluster, _ killer: Killer) async throws {
    try await eventually("the operator has done its work", within: .seconds(60)) {
      try await isDone(leg, cluster, killer)
    }
  }

  private static func isDone(_ leg: Leg, _ cluster: TestCluster, _ killer: Killer) async throws -> Bool {
    guard killer.quiet > quiet else { return false }
    let object = await cluster.server.object("observabilities", group: "observability.cozystack.io", "platform")
    switch leg {
    case .delete: return object == nil
    case .apply(_, let children):
      let ready = object?["status"]?["conditions"]?.array?.first { $0["type"] == "Ready" }
      return ready?["status"] == "True" && ready?["observedGeneration"] == object?["metadata"]?["generation"]
        && object?["status"]?["inventory"]?.array?.count == children
    }
  }

  /// Waits for the end to be as in the undisturbed run; if it never is, the comparison tells in what.
  private static func wait(until cluster: TestCluster, is reference: ComparableStore) async throws {
    _ = try? await eventually("the end is as in the undisturbed run", within: .seconds(20)) {
      await ComparableStore(of: cluster.server) == reference
    }
  }
}
