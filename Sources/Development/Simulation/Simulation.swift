// SPDX-License-Identifier: Apache-2.0

import DevCluster
import JSON
import Synchronization

/// One life of a controller, as it follows from a seed.
///
/// For a while users change what is desired, others meddle with what is there, replicas die and are started anew, and
/// requests and watches go wrong in every way that ``FaultMix`` knows. Every request takes its time and may outlive its
/// sender. Then all that ends. Once the world is right and at rest it has one trial more (``World/trial()``), after which
/// nothing comes that would heal by accident what was left undone. Both times the world must become right:
/// - What is desired is what is there, within bounded time and few requests, and nothing is written any more.
/// - No key was worked on twice at once by one replica; no two replicas took themselves for the leader at once.
/// - Nothing was deleted that was desired all its life.
/// - When the replicas are stopped, nothing of them is left: no task, no watch, no object in memory.
///
/// Seeded: the order in which tasks that are ready run, all times and random numbers, what meddling and faults there
/// are, uids and names. Not seeded: the order of sets and dictionaries, which follows from
/// `SWIFT_DETERMINISTIC_HASHING`; with that variable set, as the command sets it, a seed gives the same run in every
/// process of one build, alone or beside others. Builds differ, debug and release too: the optimizer leaves out
/// suspension points, and with them places where tasks may interleave.
///
/// ``Defect`` names for each of these promises a controller that breaks it, and a test shows that it is found out.
public struct Simulation: Sendable {
  /// What is to be simulated.
  public struct Options: Sendable {
    /// What is wrong with the controller on purpose.
    public var defect: Defect?
    /// How often requests go wrong, in hundredths of ``FaultMix/badDay``.
    public var faults = 100
    /// How many steps are kept as text.
    public var memory = 40

    /// A controller without a defect on a bad day.
    public init() {}
  }

  /// What came of one seed.
  public struct Verdict: Hashable, Sendable {
    /// The seed.
    public let seed: UInt64
    /// What was violated; empty if all is well.
    public let violations: [String]
    /// The last steps.
    public let lastSteps: [String]
    /// A number that the whole run has in common with no other one.
    public let trace: UInt64
    /// How many faults there were.
    public let faults: Int
    /// How many requests were made.
    public let requests: Int
    /// How many jobs ran.
    public let steps: Int

    /// The life in a line. Two runs have it in common only if all their steps are alike.
    public var line: String {
      "seed \(seed) trace \(String(trace, radix: 16)) in \(steps) jobs, \(requests) requests, \(faults) faults"
    }
  }

  /// How long the world may take to become right: longer than the longest waits one after the other, which are those of
  /// a watch whose connection died, of a queue's backoff and of a repair that is put off.
  static let patience = Duration.seconds(3600)
  /// How many requests that may take, renewals of the Lease included: many times more than any seed was seen to need.
  static let mostRequests = 1000
  /// For how long nothing may be written then.
  static let quiet = Duration.seconds(60)
  private static let stepLimit = 2_000_000

  /// Lives through one seed, on this thread, which must be a ``SimulationThread``.
  static func run(seed: UInt64, _ options: Options = Options()) -> Verdict {
    let scheduler = Scheduler(seed: seed)
    let trace = Trace(memory: options.memory)
    let counts = Mutex((faults: 0, requests: 0))
    let remains = Remains()
    let found = Mutex<[String]>([])
    let end = scheduler.run(steps: stepLimit) {
      let world = World(seed: seed, scheduler: scheduler, trace: trace, defect: options.defect)
      remains.watch(world)
      await live(world, seed: seed, options)
      let result = (await world.server.faultsInjected, await world.server.requests)
      counts.withLock { $0 = result }
      found.withLock { $0 = world.violations }
    }
    var violations = found.withLock { $0 }
    switch end {
    case .finished: violations += remains.violations(scheduler)
    case .stuck: violations.append("nothing can run any more, and not all is done")
    case .endless: violations.append("not done after \(stepLimit) steps")
    }
    if scheduler.oddJobs > 0 { violations.append("\(scheduler.oddJobs) jobs have a priority of their own") }
    let (faults, requests) = counts.withLock { $0 }
    return Verdict(
      seed: seed, violations: violations, lastSteps: trace.last, trace: trace.hash, faults: faults,
      requests: requests, steps: scheduler.steps)
  }

  private static func live(_ world: World, seed: UInt64, _ options: Options) async {
    let server = world.server
    await server.addNamespace("work")
    try? await server.apply(Bundle.definition)
    world.foundation = await server.revision
    for _ in 0..<world.draw(2...3) { world.startReplica() }
    await world.changeBundle()
    // Every tenth world knows no faults of the network: what goes wrong there is the controller's.
    let mix = FaultMix.badDay.scaled(percent: world.draw(0...9) == 0 ? 0 : options.faults * world.draw(10...120) / 100)
    await server.setFaults(FaultPlan(seed: seed ^ 0xfa17, mix: mix, for: World.requests))
    for _ in 0..<world.draw(6...24) {
      try? await world.scheduler.sleep(
        .milliseconds(world.draw(0...1) == 0 ? world.draw(0...300) : world.draw(0...9000)))
      await world.meddle()
    }
    world.note("calm")
    await server.setFaults(.none)
    await server.thaw()
    await server.releaseHeld()
    await server.releaseWatches()
    await settle(world)
    if world.violations.isEmpty {
      await world.trial()
      await settle(world)
    }
    await world.judge()
    for deletion in world.wrongDeletions() { world.violated(deletion) }
    world.note("stop")
    await world.stopReplicas()
    // What is still under way arrives.
    try? await world.scheduler.sleep(.seconds(30))
    if await server.openWatches > 0 { world.violated("\(await server.openWatches) watches are left open") }
    if await server.heldRequests > 0 { world.violated("\(await server.heldRequests) requests are left waiting") }
  }

  /// Waits until the world is right, and then whether it stays so.
  private static func settle(_ world: World) async {
    let begin = world.scheduler.now
    let requests = await world.server.requests
    var quietSince: (revision: Int64, at: Duration)?
    func made() async -> Int { await world.server.requests - requests }
    while world.scheduler.now < begin + patience, await made() < mostRequests {
      let isRight = await world.truth().differences.isEmpty
      let revision = await lastWrite(world)
      if let since = quietSince, isRight, since.revision == revision {
        if world.scheduler.now - since.at >= quiet {
          world.note("right and at rest, after \(await made()) requests")
          return
        }
      } else {
        quietSince = isRight ? (revision, world.scheduler.now) : nil
      }
      try? await world.scheduler.sleep(.seconds(2))
    }
    let differences = await world.truth().differences
    if differences.isEmpty {
      world.violated("what is desired is there, but it is written again and again: \(await made()) requests in calm")
    } else {
      for difference in differences { world.violated(difference) }
    }
  }

  /// The revision of the newest change that is not of the election, nor an Event.
  private static func lastWrite(_ world: World) async -> Int64 {
    await world.server.lastChange(of: { $0 == "bundles" || $0 == "configmaps" })
  }
}

/// What must not outlive a simulation.
private final class Remains: Sendable {
  private struct Weak: Sendable {
    weak var world: World?
    weak var server: APIServer?
  }
  private let kept = Mutex(Weak())

  func watch(_ world: World) {
    kept.withLock {
      $0.world = world
      $0.server = world.server
    }
  }

  func violations(_ scheduler: Scheduler) -> [String] {
    var violations: [String] = []
    if scheduler.sleeping > 0 { violations.append("\(scheduler.sleeping) tasks are left that wait for a time") }
    kept.withLock { kept in
      if kept.world != nil { violations.append("the world is left in memory: somebody waits for ever") }
      if kept.server != nil { violations.append("the server is left in memory: somebody waits for ever") }
    }
    return violations
  }
}
