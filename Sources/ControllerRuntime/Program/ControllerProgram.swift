// SPDX-License-Identifier: Apache-2.0

import KubernetesCore
import ServiceLifecycle
import Synchronization

/// A whole controller process: watches, controllers, Events and leader election, and the order in which they end.
///
/// Stores are kept warm whether or not this process leads; controllers run on the leader only. On a graceful shutdown of
/// its `ServiceGroup`, or ``stop()``, the program takes no more work, lets what runs end, releases the lease, sends the
/// Events that wait, and returns.
///
/// The usual controller, with one kind of object and its children, takes
/// ``init(name:api:sources:options:logger:reconcile:)``.
public final class ControllerProgram: Service {
  /// Work beside the controllers; ends when its task is cancelled.
  public typealias BackgroundWork = @Sendable () async -> Void

  /// The watches.
  public let informers: Informers
  private let targets: Set<WatchTarget>
  private let waitsForStores: Bool
  private let events: EventRecorder
  private let controllers: [any RunnableController]
  private let elector: LeaderElector?
  private let whileLeading: [BackgroundWork]
  private let onEveryReplica: [BackgroundWork]
  private let grace: Duration
  private let eventGrace: Duration
  private let state = Mutex((isStopping: false, working: Task<LeaderElector.End, Never>?.none))

  /// A program made of its parts, which has not begun yet.
  ///
  /// - Parameters:
  ///   - targets: what every replica watches from the start; controllers may add targets of their own.
  ///   - waitsForStores: whether controllers begin only when every target has been read. Pass false if they report what
  ///     cannot be read.
  ///   - controllers: run together on the leader, and end together.
  ///   - elector: decides who leads; nil for a process that has no rival.
  ///   - whileLeading: work that begins and ends with the controllers.
  ///   - onEveryReplica: work that runs as long as the watches.
  ///   - grace: how long running reconciles may take to end at a stop; then they are cancelled.
  ///   - eventGrace: how long the Events that wait then may take. Together less than the 30 s that Kubernetes gives a pod.
  public init(
    informers: Informers, targets: Set<WatchTarget>, waitsForStores: Bool = true, events: EventRecorder,
    controllers: [any RunnableController], elector: LeaderElector? = nil, whileLeading: [BackgroundWork] = [],
    onEveryReplica: [BackgroundWork] = [], grace: Duration = .seconds(15), eventGrace: Duration = .seconds(5)
  ) {
    (self.informers, self.targets, self.waitsForStores) = (informers, targets, waitsForStores)
    (self.events, self.controllers, self.elector) = (events, controllers, elector)
    (self.whileLeading, self.onEveryReplica) = (whileLeading, onEveryReplica)
    (self.grace, self.eventGrace) = (grace, eventGrace)
    informers.setTargets(targets, for: "the program itself")
  }

  /// Runs until a graceful shutdown or ``stop()``, or until the task is cancelled, which cuts everything short.
  ///
  /// - Throws: ``LeadershipLost``, upon which the process must end at once.
  public func run() async throws(LeadershipLost) {
    let watching = Task { await watch() }
    let working = Task { await work() }
    let isStopping = state.withLock { state in
      state.working = working
      return state.isStopping
    }
    if isStopping { working.cancel() }
    let end = await withTaskCancellationHandler {
      await withGracefulShutdownHandler {
        await working.value
      } onGracefulShutdown: {
        self.beginStopping()
        Task { await self.stop() }
      }
    } onCancel: {
      working.cancel()
      watching.cancel()
    }
    if case .lost(let cause) = end {
      watching.cancel()
      throw LeadershipLost(cause: cause)
    }
    await events.drain(within: eventGrace)
    watching.cancel()
    await watching.value
  }

  /// Takes no more work and lets what runs end; ``run()`` returns soon after.
  public func stop() async {
    beginStopping()
    await withTaskGroup(of: Void.self) { group in
      for controller in controllers { group.addTask { await controller.stop(within: self.grace) } }
    }
    // A process that does not lead, or has not read everything yet, has nothing to finish and would wait for ever.
    state.withLock { $0.working }?.cancel()
  }

  private func beginStopping() { state.withLock { $0.isStopping = true } }

  private func watch() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.informers.run() }
      group.addTask { await self.events.run() }
      for work in onEveryReplica { group.addTask { await work() } }
    }
  }

  private func work() async -> LeaderElector.End {
    guard let elector else {
      await lead()
      return .finished
    }
    return await elector.run { await self.lead() }
  }

  private func lead() async {
    if waitsForStores { await waitUntilSynced() }
    await withTaskGroup(of: Void.self) { group in
      for work in whileLeading { group.addTask { await work() } }
      await withTaskGroup(of: Void.self) { running in
        for controller in controllers { running.addTask { await controller.run() } }
      }
      group.cancelAll()
    }
  }
}

extension ControllerProgram {
  /// Returns once every target has been read, or the task is cancelled.
  public func waitUntilSynced() async { await informers.waitUntilSynced(targets) }

  /// Whether every target has been read, and can be read now.
  public var isSynced: Bool { targets.allSatisfy { informers.state($0).isSynced } }

  /// Whether the program is about to end.
  public var isStopping: Bool { state.withLock { $0.isStopping } }

  /// For a readiness probe: why this process could not become the leader, or nil.
  public var leaseNotReady: String? { elector?.notReady }

  /// For a readiness probe: why the program is not ready, or nil.
  public var notReady: String? { isStopping ? "stopping" : informers.notSynced(targets) ?? leaseNotReady }

  /// For a liveness probe: what is stuck, or nil.
  public var stuck: String? { controllers.lazy.compactMap(\.stuck).first }
}

/// A controller as a program runs it, whatever its keys are.
public protocol RunnableController: Sendable {
  /// Works until ``stop(within:)``, or until the task is cancelled.
  func run() async
  /// Takes no more work, and returns once what runs has ended, which is cancelled after that time.
  func stop(within grace: Duration?) async
  /// What is stuck, or nil.
  var stuck: String? { get }
}

extension Controller: RunnableController {}

/// The lease was lost: another process may act now, so this one must end at once.
public struct LeadershipLost: Error, Hashable, Sendable, CustomStringConvertible {
  /// How it was lost.
  public let cause: String

  /// A loss, with its cause in words.
  public init(cause: String) {
    self.cause = cause
  }

  /// The error in words.
  public var description: String { "leadership lost: \(cause)" }
}
