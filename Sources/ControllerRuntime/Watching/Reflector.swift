// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import KubernetesClient
import Synchronization

/// Keeps one store equal to one part of the API, by doing what its ``ReflectorStateMachine`` decides.
final class Reflector: Sendable {
  /// How long after its announced end a watch is given up: a connection that died silently never ends by itself.
  static let watchEndMargin = Duration.seconds(5)

  private let api: any KubernetesAPI
  private let target: WatchTarget
  private let store: ObjectStore
  private let environment: RuntimeEnvironment
  private let onChange: @Sendable (StoreChange) -> Void
  private let onState: @Sendable (InformerState) -> Void
  private let machine: Mutex<ReflectorStateMachine>
  private let reported = Mutex(InformerState.starting)

  init(
    api: any KubernetesAPI, target: WatchTarget, store: ObjectStore, environment: RuntimeEnvironment, pageSize: Int?,
    onChange: @escaping @Sendable (StoreChange) -> Void, onState: @escaping @Sendable (InformerState) -> Void
  ) {
    self.api = api
    self.target = target
    self.store = store
    self.environment = environment
    self.onChange = onChange
    self.onState = onState
    machine = Mutex(ReflectorStateMachine(pageSize: pageSize))
  }

  /// Lists and watches until the task is cancelled. Reports each change of an object, and each change of state once.
  func run() async {
    var action = machine.withLock { $0.start() }
    while !Task.isCancelled {
      do throws(KubernetesError) {
        action = try await perform(action)
      } catch {
        // A failure by cancellation is no news about the server.
        if Task.isCancelled { return }
        action = machine.withLock { $0.failed(error, now: environment.now(), random: environment.random()) }
      }
      report()
    }
  }

  private func report() {
    let state = machine.withLock { $0.state }
    let isNews = reported.withLock { reported in
      defer { reported = state }
      return state.differs(from: reported)
    }
    if isNews { onState(state) }
  }

  private func perform(
    _ action: ReflectorStateMachine.Action
  ) async throws(KubernetesError) -> ReflectorStateMachine.Action {
    switch action {
    case .list(let limit, let continueToken):
      let query = ListQuery(
        namespace: target.namespace, labelSelector: target.labelSelector, fieldSelector: target.fieldSelector,
        limit: limit, continueToken: continueToken)
      let page = try await api.list(target.type, query)
      return machine.withLock { $0.listed(page) }
    case .replace(let objects):
      store.replace(with: objects).forEach(onChange)
      return machine.withLock { $0.replaced(random: environment.random()) }
    case .watch(let resourceVersion, let timeoutSeconds):
      let query = WatchQuery(
        namespace: target.namespace, labelSelector: target.labelSelector, fieldSelector: target.fieldSelector,
        resourceVersion: resourceVersion, timeoutSeconds: timeoutSeconds)
      let began = environment.now()
      try await follow(query)
      let now = environment.now()
      return machine.withLock { $0.watchEnded(after: now - began, now: now, random: environment.random()) }
    case .wait(let duration):
      try? await environment.sleep(duration)
      return machine.withLock { $0.waited(random: environment.random()) }
    }
  }

  /// Takes in frames until the watch ends, or is overdue to.
  private func follow(_ query: WatchQuery) async throws(KubernetesError) {
    let outcome = await withTaskGroup(of: Result<Void, KubernetesError>.self) { group in
      group.addTask {
        await Result { () async throws(KubernetesError) in try await self.read(query) }
      }
      group.addTask {
        try? await self.environment.sleep(.seconds(query.timeoutSeconds) + Self.watchEndMargin)
        return .failure(.transport(Self.overdue))
      }
      defer { group.cancelAll() }
      return await group.next() ?? .success(())
    }
    try outcome.get()
  }

  private func read(_ query: WatchQuery) async throws(KubernetesError) {
    let events = try await api.watch(target.type, query)
    machine.withLock { $0.opened() }
    report()
    for try await event in events {
      machine.withLock { $0.received(event) }
      let change: StoreChange? =
        switch event {
        case .added(let object), .modified(let object): store.put(object)
        case .deleted(let object): store.remove(object.key)
        case .bookmark: nil
        }
      if let change { onChange(change) }
      report()
    }
  }

  private static let overdue = TransportError(
    kind: .timedOut, phase: .body, host: "the API server",
    cause: "the watch did not end \(watchEndMargin) after its time was over")
}

extension Result where Success == Void {
  /// What the body returns or throws. The standard library has this for bodies that do not wait.
  fileprivate init(_ body: () async throws(Failure) -> Void) async {
    do throws(Failure) {
      try await body()
      self = .success(())
    } catch {
      self = .failure(error)
    }
  }
}
