// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore
import Logging
import ServiceLifecycle
import Testing
import Waiting

@testable import ControllerRuntime

/// A program of several controllers, run as a service.
@Suite(.timeLimit(.minutes(5))) struct ProgramServiceTests {
  private static let lease = ObjectKey(namespace: "a", name: "leader")

  private let api = FakeAPI()
  private let time = TestTime()
  private let log = LogRecorder()
  private let did = Recorded<String>()
  private let names: WorkQueue<String>
  private let keys: WorkQueue<ObjectKey>

  init() {
    names = WorkQueue(name: "names", environment: time.environment)
    keys = WorkQueue(name: "keys", environment: time.environment)
  }

  private func setHolder(_ holder: String) {
    var lease = KubernetesObject(type: .leases, namespace: "a", name: "leader")
    lease["spec"] = ["holderIdentity": .string(holder), "leaseDurationSeconds": 15, "renewTime": "t"]
    api.put(.leases, lease)
  }

  private var holder: String? { api.object(.leases, Self.lease)?[path: "spec", "holderIdentity"]?.string }

  private func controller<Key>(_ queue: WorkQueue<Key>) -> Controller<Key> {
    Controller(
      name: queue.name, queue: queue, environment: time.environment, logger: log.logger,
      reconcile: { key in
        did.append("\(queue.name) \(key)")
        return .settled
      })
  }

  /// Work that says when it begins and when it is cancelled.
  private func work(_ name: String) -> ControllerProgram.BackgroundWork {
    {
      did.append("\(name) began")
      let never = ChangeSignal()
      await never.changed(since: never.version)
      did.append("\(name) ended")
    }
  }

  private func program() -> ControllerProgram {
    let (environment, logger) = (time.environment, log.logger)
    let timing = LeaseTiming(retryPeriod: .seconds(3))
    return ControllerProgram(
      informers: Informers(api: api, environment: environment), targets: [WatchTarget(.nodes)],
      events: EventRecorder(api: api, controller: "test", instance: "me", environment: environment, logger: logger),
      controllers: [controller(names), controller(keys)],
      elector: LeaderElector(
        api: api, lease: Self.lease, identity: "me", timing: timing, environment: environment, logger: logger),
      whileLeading: [work("leader")], onEveryReplica: [work("replica")])
  }

  private func start(_ program: ControllerProgram) -> (group: ServiceGroup, run: Task<Void, any Error>) {
    let group = ServiceGroup(services: [program], logger: log.logger)
    return (group, Task { try await group.run() })
  }

  @Test("A leader runs every controller and its own work, and a graceful shutdown ends them and releases the lease")
  func leads() async throws {
    let program = program()
    let (group, run) = start(program)
    names.add("n")
    keys.add(ObjectKey(namespace: "a", name: "k"))
    try await eventually("all work") {
      Set(did.values) == ["replica began", "leader began", "names n", "keys a/k"]
    }
    #expect(holder == "me" && program.notReady == nil && program.isSynced && !program.isStopping)
    await group.triggerGracefulShutdown()
    try await run.value
    #expect(program.notReady == "stopping")
    #expect(holder == "")
    #expect(did.values.suffix(2) == ["leader ended", "replica ended"])
  }

  @Test("A standby keeps its stores and its own work going, and ends at once")
  func standsBy() async throws {
    setHolder("other")
    let program = program()
    let (group, run) = start(program)
    names.add("n")
    try await eventually("its stores are warm") { program.isSynced && did.values == ["replica began"] }
    await group.triggerGracefulShutdown()
    try await run.value
    #expect(did.values == ["replica began", "replica ended"])
    #expect(holder == "other")
  }

  @Test("A lost lease ends the whole group with its cause")
  func losesItsLease() async throws {
    let (_, run) = start(program())
    try await eventually("it leads") { holder == "me" }
    setHolder("other")
    try await eventually("it waits") { time.deadlines.contains(.seconds(3)) }
    time.advance(by: .seconds(3))
    await #expect(throws: LeadershipLost(cause: "other leads now")) { try await run.value }
  }
}
