// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesClient
import KubernetesCore
import Logging
import Synchronization

/// One process of the controller: everything that the runtime offers, wired as a real one is.
final class Replica: Sendable {
  static let lease = ObjectKey(namespace: Bundle.namespace, name: "bundles")

  let name: String
  private let informers: Informers
  private let queue: WorkQueue<ObjectKey>
  private let controller: Controller<ObjectKey>
  private let elector: LeaderElector
  private let events: EventRecorder
  private let transport: SimulatedTransport
  private let api: KubernetesClient
  private let defect: Defect?
  private let task = Mutex<Task<Void, Never>?>(nil)
  private let isGone = Mutex(false)
  /// Keys that are being worked on.
  private let active: ActiveKeys

  init(
    name: String, transport: SimulatedTransport, environment: RuntimeEnvironment, defect: Defect?,
    onOverlap: @escaping @Sendable (String) -> Void
  ) {
    self.name = name
    self.transport = transport
    self.defect = defect
    let logger = Logger(label: name) { _ in SwiftLogNoOpLogHandler() }
    let api = KubernetesClient(
      transport: transport,
      configuration: ClusterConfiguration(server: "http://simulated", credentials: .token("replica")),
      options: .init(userAgent: name))
    self.api = api
    let queue = WorkQueue<ObjectKey>(name: "bundles", environment: environment)
    let router = Router(queue)
    informers = Informers(
      api: api, environment: environment, pageSize: 5,
      onChange: { router.changed($0, $1) }, onState: { _, _ in router.stateChanged() })
    informers.setTargets([Bundle.objects, Bundle.children], for: "controller")
    events = EventRecorder(
      api: api, controller: "example.org/bundles", instance: name, environment: environment, logger: logger)
    let reconciler = BundleReconciler(
      api: api, informers: informers, events: events, environment: environment, defect: defect)
    router.connect(reconciler, informers)
    let active = ActiveKeys()
    self.active = active
    self.queue = queue
    controller = Controller(
      name: "bundles", queue: queue, workers: 2, environment: environment, logger: logger,
      reconcile: { key in
        if !active.enter(key) { onOverlap("\(name) works on \(key) twice at once") }
        defer { active.leave(key) }
        if defect == .givesBackEarly { queue.done(key) }
        return try await reconciler.reconcile(key)
      })
    elector = LeaderElector(
      api: api, lease: Self.lease, identity: name, environment: environment, logger: logger)
  }

  /// Whether it is there and takes itself for the leader.
  var leads: Bool { !isGone.withLock { $0 } && elector.isLeader }

  /// Starts; `onEnd` is told if it ends by itself, as it does when it loses its lease.
  func start(onEnd: @escaping @Sendable () -> Void) {
    let task = Task { [self] in
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await self.informers.run() }
        group.addTask { await self.events.run() }
        group.addTask {
          await self.informers.waitUntilSynced([Bundle.objects, Bundle.children])
          if self.defect == .leavesAWatch { self.leaveAWatch() }
          if self.defect == .ignoresElection {
            await self.controller.run()
          } else {
            _ = await self.elector.run { await self.controller.run() }
          }
          if !Task.isCancelled { onEnd() }
        }
      }
    }
    self.task.withLock { $0 = task }
  }

  private func leaveAWatch() {
    Task { [api] in
      let events = try await api.watch(Bundle.type, WatchQuery(namespace: Bundle.namespace, timeoutSeconds: 600))
      for try await _ in events {}
    }
  }

  /// Dies: from now on nothing goes out or comes in, and nothing is cleaned up.
  func kill() {
    isGone.withLock { $0 = true }
    transport.tear()
    task.withLock { $0 }?.cancel()
  }

  /// Ends as on SIGTERM: what runs is finished, the lease released.
  func stop() async {
    await controller.stop(within: .seconds(15))
    await events.drain(within: .seconds(5))
    task.withLock { $0 }?.cancel()
    await waitForEnd()
  }

  /// Returns once nothing of it runs.
  func waitForEnd() async { await task.withLock { $0 }?.value }
}

/// Turns what watches tell into work.
private final class Router: Sendable {
  private let queue: WorkQueue<ObjectKey>
  private let makers = Mutex(Makers())

  init(_ queue: WorkQueue<ObjectKey>) { self.queue = queue }

  func connect(_ reconciler: BundleReconciler, _ informers: Informers) {
    makers.withLock {
      $0.reconciler = reconciler
      $0.informers = informers
    }
  }

  func changed(_ target: WatchTarget, _ change: StoreChange) {
    guard let reconciler = makers.withLock({ $0.reconciler }) else { return }
    for key in reconciler.observed(target, change).sorted() {
      queue.add(key, priority: change.isInitial ? .low : .normal)
    }
  }

  func stateChanged() {
    guard let store = makers.withLock({ $0.informers })?.store(Bundle.objects) else { return }
    for object in store.all() { queue.add(object.key, priority: .low) }
  }
}

/// Those who made the watches. They hold the router, so it must not hold them.
private struct Makers {
  weak var reconciler: BundleReconciler?
  weak var informers: Informers?
}

/// The keys that one replica works on.
private final class ActiveKeys: Sendable {
  private let keys = Mutex<Set<ObjectKey>>([])

  func enter(_ key: ObjectKey) -> Bool { keys.withLock { $0.insert(key).inserted } }
  func leave(_ key: ObjectKey) { keys.withLock { _ = $0.remove(key) } }
}
