// SPDX-License-Identifier: Apache-2.0

import DevCluster
import HTTPTransport
import JSON
import Logging
import Synchronization

/// A cluster, the replicas of a controller, and somebody who meddles with both.
final class World: Sendable {
  private struct State {
    var random: SeededRandom
    var foundation: Int64 = 0
    var replicas: [Replica] = []
    /// Those that died; they are waited for at the end.
    var dead: [Replica] = []
    var nextReplica = 0
    var judge = DeletionJudge()
    /// Uids of children that were not deleted by the controller.
    var spared: Set<String> = []
    /// Until when two may take themselves for the leader, because the history of the lease was exchanged.
    var leaseIsOpenUntil = Duration.zero
    var violations: [String] = []
  }

  let scheduler: Scheduler
  let server: APIServer
  let trace: Trace
  private let writes = WriteLog()
  private let defect: Defect?
  private let state: Mutex<State>

  init(seed: UInt64, scheduler: Scheduler, trace: Trace, defect: Defect?) {
    self.scheduler = scheduler
    self.trace = trace
    self.defect = defect
    state = Mutex(State(random: SeededRandom(seed: seed &+ 0x5eed)))
    var configuration = APIServerConfiguration(adminToken: "admin")
    configuration.tokens["replica"] = .admin
    configuration.seed = seed
    configuration.historyLimit = 1 << 20
    configuration.now = { DevCluster.Timestamp(seconds: Scheduler.epoch + scheduler.now.components.seconds) }
    configuration.sleep = { try await scheduler.sleep($0) }
    configuration.logger = Logger(label: "devcluster") { _ in SwiftLogNoOpLogHandler() }
    server = APIServer(configuration)
  }

  /// What was found wrong so far.
  var violations: [String] { state.withLock { $0.violations } }

  /// The revision at which everything was there that the replicas need.
  var foundation: Int64 {
    get { state.withLock { $0.foundation } }
    set { state.withLock { $0.foundation = newValue } }
  }

  /// The next number in a range.
  func draw(_ range: ClosedRange<Int>) -> Int { state.withLock { .random(in: range, using: &$0.random) } }

  /// One of those.
  func pick<Element: Sendable>(_ elements: [Element]) -> Element? {
    state.withLock { elements.randomElement(using: &$0.random) }
  }

  func note(_ step: String) { trace.note("\(scheduler.now.milliseconds) \(step)") }

  func violated(_ what: String) {
    note("violated: \(what)")
    state.withLock { $0.violations.append(what) }
  }

  // MARK: Replicas

  var replicas: [Replica] { state.withLock { $0.replicas } }

  func startReplica() {
    let number = state.withLock { state in
      state.nextReplica += 1
      return state.nextReplica
    }
    let name = "replica-\(number)"
    note("\(name) starts")
    let transport = SimulatedTransport(
      server, scheduler: scheduler, name: name, trace: trace, writes: writes
    ) { [weak self] request in
      guard request.method != "GET", !request.url.contains("/leases") else { return }
      self?.checkLeaders(writer: name)
    }
    let replica = Replica(
      name: name, transport: transport, environment: scheduler.environment, defect: defect,
      onOverlap: { [weak self] in self?.violated($0) })
    state.withLock { $0.replicas.append(replica) }
    // A process that loses its lease ends; its Pod is started anew.
    replica.start { [weak self, weak replica] in
      guard let self, let replica else { return }
      note("\(replica.name) ends")
      bury(replica)
      startReplica()
    }
  }

  /// A replica dies at this point and another is started in its place.
  func crash(_ replica: Replica) {
    note("\(replica.name) dies")
    bury(replica)
    startReplica()
  }

  private func bury(_ replica: Replica) {
    replica.kill()
    state.withLock { state in
      state.replicas.removeAll { $0 === replica }
      state.dead.append(replica)
    }
  }

  /// Ends all replicas in good order, and returns once nothing of the living and the dead runs any more.
  func stopReplicas() async {
    let (living, dead) = state.withLock { state in
      defer {
        state.replicas = []
        state.dead = []
      }
      return (state.replicas, state.dead)
    }
    for replica in living { await replica.stop() }
    for replica in dead { await replica.waitForEnd() }
  }

  private func checkLeaders(writer: String) {
    let leaders = replicas.filter(\.leads).map(\.name)
    let isOpen = state.withLock { $0.leaseIsOpenUntil > scheduler.now }
    guard !isOpen else { return }
    if leaders.count > 1 { violated("\(leaders.joined(separator: " and ")) lead at once") }
    if defect == .ignoresElection, !leaders.contains(writer) { violated("\(writer) writes and does not lead") }
  }

  // MARK: What is known of the store

  /// Judges what has happened, before the history is lost or at the end.
  func judge() async {
    let changes = await server.changes(after: 0)
    state.withLock { $0.judge.judge(changes, spared: $0.spared, writes) }
  }

  func wrongDeletions() -> [String] { state.withLock { $0.judge.wrongDeletions } }

  /// Takes note that the history was exchanged.
  func beginAnew(leaseIsOpen: Bool) async {
    let revision = await server.revision
    let bundles = await server.objects("bundles", group: "example.org")
    let now = scheduler.now
    state.withLock { state in
      state.judge.reset(at: revision, bundles: bundles)
      if leaseIsOpen { state.leaseIsOpenUntil = now + .seconds(40) }
    }
  }

  func spare(_ uid: String) { state.withLock { _ = $0.spared.insert(uid) } }

  func truth() async -> Truth {
    Truth(
      bundles: await server.objects("bundles", group: "example.org", namespace: "work"),
      children: await server.objects("configmaps", namespace: "work"))
  }
}
