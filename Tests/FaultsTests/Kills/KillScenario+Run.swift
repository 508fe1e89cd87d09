// SPDX-License-Identifier: Apache-2.0

import DevCluster
import Glibc
import Harness
import ProcessSupport
import Waiting

extension KillScenario {
  /// How a run ended.
  struct End: Sendable {
    var store: ComparableStore
    /// How many writes there were after the user had begun.
    var writes: Int
    var perObject: [String: Int]
    /// Whether a process was killed.
    var wasKilled: Bool
    /// What was made up more than once.
    var madeUpAgain: [String]
    /// How many values were made up.
    var madeUp: Int
  }

  /// For how long nothing may be written before a leg counts as done: longer than the operator lets things settle.
  private static let quiet = Duration.milliseconds(1500)

  /// Runs the scenario from an empty cluster; the process is killed after so many writes, and another one started.
  ///
  /// - Parameter reference: the end to wait for; nil if this run is to tell it.
  func run(killAfter writes: Int?, reference: ComparableStore? = nil) async throws -> End {
    let cluster = try await TestCluster()
    try await prepare(cluster)
    let killer = Killer()
    let generated = GeneratedSecrets()
    await cluster.server.setFaults(FaultPlan { killer.fault($0) })
    return try await ServedCluster.serve(cluster) { served in
      var door = try await APIDoor(to: cluster)
      var process = try Self.start(served, door)
      var wasKilled = false
      /// One look at the cluster, and what others do there.
      @Sendable func isDone(_ leg: Leg) async -> Bool {
        await generated.note(cluster.server)
        await Self.serveIngress(cluster)
        guard killer.quiet > Self.quiet else { return false }
        return await Self.isDone(leg, served)
      }
      do {
        if let before {
          try await Self.begin(before, served)
          try await Self.waitUntilDone { await isDone(before) }
        }
        killer.arm(after: writes)
        for leg in legs {
          try await Self.begin(leg, served)
          try await eventually("the operator has done its work, or is to die", within: .seconds(60)) {
            if killer.isDue { return true }
            return await isDone(leg)
          }
          guard killer.isDue else { continue }
          process.process.signal(SIGKILL)
          try await process.process.waitForEnd()
          await door.close()
          killer.hasKilled()
          wasKilled = true
          door = try await APIDoor(to: cluster)
          process = try Self.start(served, door)
          try await Self.waitUntilDone { await isDone(leg) }
        }
        if let reference { await Self.wait(until: cluster, is: reference) }
      } catch {
        process.process.signal(SIGKILL)
        _ = try? await process.process.waitForEnd()
        await door.close()
        throw error
      }
      process.process.signal(SIGKILL)
      try await process.process.waitForEnd()
      await door.close()
      await generated.note(cluster.server)
      return End(
        store: await ComparableStore(of: cluster.server), writes: killer.writes, perObject: killer.perObject,
        wasKilled: wasKilled, madeUpAgain: generated.changed, madeUp: generated.count)
    }
  }

  private static func start(_ served: ServedCluster, _ door: APIDoor) throws -> OperatorProcess {
    // With an election the successor of a killed process waits until its lease is over.
    try OperatorProcess(
      try BuiltExecutable.path("observability-operator"), door.arguments(served) + ["--no-leader-election"])
  }

  private static func waitUntilDone(_ isDone: () async -> Bool) async throws {
    try await eventually("the operator has done its work", within: .seconds(60), isDone)
  }

  /// Waits for the end to be as in the undisturbed run; if it never is, the comparison tells in what.
  private static func wait(until cluster: TestCluster, is reference: ComparableStore) async {
    _ = try? await eventually("the end is as in the undisturbed run", within: .seconds(20)) {
      await ComparableStore(of: cluster.server) == reference
    }
  }
}
