// SPDX-License-Identifier: Apache-2.0

import KubernetesClient
import KubernetesCore
import Synchronization

/// The reflectors of a process: one for each target that somebody wants, started and stopped as that changes.
///
/// A target shared by several holders is read once. Changes of one target come in order, one at a time; those of
/// different targets come at the same time. When a change is told, the store holds it already.
public final class Informers: Sendable {
  private struct Entry {
    let id: Int
    let store: ObjectStore
    var state = InformerState.starting
    var holders: Set<String>
    var task: Task<Void, Never>?
  }

  private struct State {
    var entries: [WatchTarget: Entry] = [:]
    var isRunning = false
    var nextID = 0
  }

  private let api: any KubernetesAPI
  private let environment: RuntimeEnvironment
  private let pageSize: Int?
  private let content: @Sendable (WatchTarget) -> WatchContent
  private let streaming: StreamingLists?
  private let budget: ListBudget
  private let onChange: @Sendable (WatchTarget, StoreChange) -> Void
  private let onState: @Sendable (WatchTarget, InformerState) -> Void
  private let state = Mutex(State())
  private let changed = ChangeSignal()

  /// Reflectors that read through `api`.
  ///
  /// - Parameters:
  ///   - pageSize: how many objects a list request asks for; nil for all at once.
  ///   - streamsLists: whether to read what is there from the watch itself (KEP-3157): one request in place of two, and
  ///     little memory on the server. A type that the server does not stream is listed in pages.
  ///   - memory: how many bytes the lists of all targets may take together, estimated. A list that does not fit is given
  ///     up, reported as a failure of its target, and tried again after a while; the store keeps what it had.
  ///   - content: what to ask for and to keep of the objects of a target.
  ///   - onChange: called for each change of an object; must not block.
  ///   - onState: called once whenever a target's state changes in more than its number of attempts.
  public init(
    api: any KubernetesAPI, environment: RuntimeEnvironment = .live, pageSize: Int? = 250,
    streamsLists: Bool = true, memory: Int = 64 << 20,
    content: @escaping @Sendable (WatchTarget) -> WatchContent = { _ in .withoutManagedFields },
    onChange: @escaping @Sendable (WatchTarget, StoreChange) -> Void = { _, _ in },
    onState: @escaping @Sendable (WatchTarget, InformerState) -> Void = { _, _ in }
  ) {
    self.api = api
    self.environment = environment
    self.pageSize = pageSize
    self.content = content
    streaming = streamsLists ? StreamingLists() : nil
    budget = ListBudget(limit: memory)
    self.onChange = onChange
    self.onState = onState
  }

  /// Sets the targets that a holder needs, in place of its earlier ones. A target without a holder is stopped and its
  /// store dropped; an empty set releases everything.
  public func setTargets(_ targets: Set<WatchTarget>, for holder: String) {
    let stopped = state.withLock { state in
      var stopped: [Task<Void, Never>] = []
      for (target, var entry) in state.entries where !targets.contains(target) {
        guard entry.holders.remove(holder) != nil else { continue }
        state.entries[target] = entry.holders.isEmpty ? nil : entry
        if entry.holders.isEmpty, let task = entry.task { stopped.append(task) }
      }
      for target in targets {
        if state.entries[target] == nil {
          state.nextID += 1
          var entry = Entry(id: state.nextID, store: ObjectStore(projection: content(target).reduce), holders: [])
          if state.isRunning { entry.task = start(target, entry.id, entry.store) }
          state.entries[target] = entry
        }
        state.entries[target]?.holders.insert(holder)
      }
      return stopped
    }
    for task in stopped { task.cancel() }
    changed.notify()
  }

  /// Reads a target again from the beginning, because what is to be kept of its objects has changed. Its store is empty
  /// until then; without effect if the target has no holder.
  public func reread(_ target: WatchTarget) {
    let stopped = state.withLock { state -> Task<Void, Never>? in
      guard let old = state.entries[target] else { return nil }
      state.nextID += 1
      var entry = Entry(
        id: state.nextID, store: ObjectStore(projection: content(target).reduce), holders: old.holders)
      if state.isRunning { entry.task = start(target, entry.id, entry.store) }
      state.entries[target] = entry
      return old.task
    }
    stopped?.cancel()
    changed.notify()
  }

  /// The objects of a target, or nil if it has no holder.
  public func store(_ target: WatchTarget) -> ObjectStore? {
    state.withLock { $0.entries[target]?.store }
  }

  /// The state of the reflector of a target; `starting` if it has no holder.
  public func state(_ target: WatchTarget) -> InformerState {
    state.withLock { $0.entries[target]?.state ?? .starting }
  }

  /// All targets that somebody wants, with their states.
  public var states: [WatchTarget: InformerState] {
    state.withLock { $0.entries.mapValues(\.state) }
  }

  /// Runs the reflectors until the task is cancelled, and returns once all have stopped. The stores stay readable.
  public func run() async {
    state.withLock { state in
      state.isRunning = true
      for (target, entry) in state.entries where entry.task == nil {
        state.entries[target]?.task = start(target, entry.id, entry.store)
      }
    }
    let never = ChangeSignal()
    await never.changed(since: never.version)
    let tasks = state.withLock { state in
      state.isRunning = false
      defer { for target in state.entries.keys { state.entries[target]?.task = nil } }
      return state.entries.values.compactMap(\.task)
    }
    for task in tasks { task.cancel() }
    for task in tasks { await task.value }
  }

  /// Returns once every one of the targets has been synced at least once, or the task is cancelled.
  ///
  /// A target whose type the server does not serve keeps this waiting; see ``waitUntilDecided(_:)``.
  public func waitUntilSynced(_ targets: Set<WatchTarget>) async {
    await changed.wait { targets.allSatisfy { store($0)?.isSynced == true } }
  }

  /// Returns once each of the targets is synced or failing, or the task is cancelled.
  public func waitUntilDecided(_ targets: Set<WatchTarget>) async {
    await changed.wait { targets.allSatisfy { state($0) != .starting } }
  }

  private func start(_ target: WatchTarget, _ id: Int, _ store: ObjectStore) -> Task<Void, Never> {
    let content = content(target)
    let source = Reflector.Source(
      api: api, target: target, content: content, pageSize: content.pageSize ?? pageSize, streaming: streaming,
      budget: budget)
    let reflector = Reflector(
      source, store: store, environment: environment,
      onChange: { [self] change in
        // A reflector that was let go may still have a frame in its hands.
        if isCurrent(target, id) { onChange(target, change) }
      },
      onState: { [self] new in
        let isCurrent = state.withLock { state in
          guard state.entries[target]?.id == id else { return false }
          state.entries[target]?.state = new
          return true
        }
        guard isCurrent else { return }
        onState(target, new)
        changed.notify()
      })
    return Task { await reflector.run() }
  }

  private func isCurrent(_ target: WatchTarget, _ id: Int) -> Bool {
    state.withLock { $0.entries[target]?.id == id }
  }
}
