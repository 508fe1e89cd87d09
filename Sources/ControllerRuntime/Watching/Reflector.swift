// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import KubernetesClient
import KubernetesCore
import Synchronization

/// Keeps one store equal to one part of the API, by doing what its ``ReflectorStateMachine`` decides.
final class Reflector: Sendable {
  /// What a reflector reads and how, apart from whom it tells.
  struct Source: Sendable {
    let api: any KubernetesAPI
    let target: WatchTarget
    let content: WatchContent
    let pageSize: Int?
    /// Nil for lists in pages only.
    let streaming: StreamingLists?
    /// What all reflectors of a process may hold together.
    let budget: ListBudget
  }

  /// How long after its announced end a watch is given up: a connection that died silently never ends by itself.
  static let watchEndMargin = Duration.seconds(5)
  /// How long a streamed list may bring nothing: a server that knows nothing of it never says that it is complete.
  static let streamPause = Duration.seconds(10)

  private let source: Source
  private let store: ObjectStore
  private let environment: RuntimeEnvironment
  private let onChange: @Sendable (StoreChange) -> Void
  private let onState: @Sendable (InformerState) -> Void
  private let machine: Mutex<ReflectorStateMachine>
  private let reported = Mutex(InformerState.starting)

  init(
    _ source: Source, store: ObjectStore, environment: RuntimeEnvironment,
    onChange: @escaping @Sendable (StoreChange) -> Void, onState: @escaping @Sendable (InformerState) -> Void
  ) {
    self.source = source
    self.store = store
    self.environment = environment
    self.onChange = onChange
    self.onState = onState
    machine = Mutex(
      ReflectorStateMachine(
        pageSize: source.pageSize, streams: source.streaming != nil, name: source.target.type.description))
  }

  /// Lists and watches until the task is cancelled. Reports each change of an object, and each change of state once.
  func run() async {
    defer {
      source.streaming?.stopped(source.target.type, self)
      source.budget.release(self)
    }
    var action = machine.withLock { $0.start(random: environment.random()) }
    while !Task.isCancelled {
      do throws(KubernetesError) {
        action = try await perform(action)
      } catch {
        // A failure by cancellation is no news about the server.
        if Task.isCancelled { return }
        source.budget.dropRead(self)
        action = machine.withLock { $0.failed(error, now: environment.now(), random: environment.random()) }
      }
      if !machine.withLock({ $0.streams }) {
        source.streaming?.refuses(source.target.type)
      } else if case .wait = action {
        // A reflector that is refused in its namespace must not hold up those of other namespaces.
        source.streaming?.stopped(source.target.type, self)
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
    let target = source.target
    switch action {
    case .stream(let timeoutSeconds):
      guard await source.streaming?.mayStream(target.type, self) == true else {
        return machine.withLock { $0.streamingRefused() }
      }
      return try await follow(query(timeoutSeconds, from: nil))
    case .list(let limit, let continueToken):
      let query = ListQuery(
        namespace: target.namespace, labelSelector: target.labelSelector, fieldSelector: target.fieldSelector,
        limit: limit, continueToken: continueToken, form: source.content.form, projection: source.content.projection)
      var page = try await source.api.list(target.type, query)
      let sent = page.items.count
      page.items = page.items.compactMap(store.kept)
      if let refusal = machine.withLock({ [page] in $0.refusal(of: page, sent: sent) }) { throw refusal }
      try holdRead()
      return machine.withLock { $0.listed(page) }
    case .replace(let objects):
      take(objects)
      return machine.withLock { $0.replaced(random: environment.random()) }
    case .watch(let resourceVersion, let timeoutSeconds):
      return try await follow(query(timeoutSeconds, from: resourceVersion))
    case .wait(let duration):
      try? await environment.sleep(duration)
      return machine.withLock { $0.waited(random: environment.random()) }
    }
  }

  /// - Parameter version: after which to begin; nil for what is there first.
  private func query(_ timeoutSeconds: Int, from version: String?) -> WatchQuery {
    WatchQuery(
      namespace: source.target.namespace, labelSelector: source.target.labelSelector,
      fieldSelector: source.target.fieldSelector, resourceVersion: version, timeoutSeconds: timeoutSeconds,
      sendInitialEvents: version == nil, form: source.content.form, projection: source.content.projection)
  }

  /// Takes in frames until the watch ends, or is overdue to.
  private func follow(_ query: WatchQuery) async throws(KubernetesError) -> ReflectorStateMachine.Action {
    let began = environment.now()
    let outcome = await withTaskGroup(of: Result<Void, KubernetesError>.self) { group in
      group.addTask {
        await Result { () async throws(KubernetesError) in try await self.read(query) }
      }
      group.addTask { .failure(.transport(await self.overdue(query))) }
      defer { group.cancelAll() }
      return await group.next() ?? .success(())
    }
    try outcome.get()
    let now = environment.now()
    return machine.withLock { $0.watchEnded(after: now - began, now: now, random: environment.random()) }
  }

  private func read(_ query: WatchQuery) async throws(KubernetesError) {
    let events = try await source.api.watch(source.target.type, query)
    machine.withLock { $0.opened() }
    report()
    for try await event in events {
      // A watch that was given up may still have a frame in its hands.
      if Task.isCancelled { return }
      switch machine.withLock({ $0.received($0.streamed == nil ? event : kept(of: event)) }) {
      case .none: try holdRead()
      case .put(let object): store.put(object).map(onChange)
      case .remove(let key): store.remove(key).map(onChange)
      case .replace(let objects):
        source.streaming?.streams(source.target.type)
        take(objects)
      case .refuse(let error): throw error
      }
      report()
    }
  }

  /// Counts what has been read of a list against what all reflectors may hold.
  private func holdRead() throws(KubernetesError) {
    let bytes = machine.withLock { $0.readBytes }
    guard source.budget.reads(bytes, self) else {
      throw .oversized(
        "\(source.target.type) do not fit into the \(source.budget.limit >> 20) MiB that all lists may take together")
    }
  }

  /// Puts a whole list into the store.
  private func take(_ objects: [KubernetesObject]) {
    source.budget.keepsRead(self)
    store.replace(with: objects).forEach(onChange)
  }

  /// The frame of a streamed list with no more in it than is kept.
  private func kept(of event: WatchEvent) -> WatchEvent {
    switch event {
    case .added(let object), .modified(let object): store.kept(of: object).map(WatchEvent.added) ?? .deleted(object)
    case .deleted, .bookmark: event
    }
  }

  /// Returns when the watch is to be given up, with the reason.
  private func overdue(_ query: WatchQuery) async -> TransportError {
    var last: Int?
    let end = environment.now() + .seconds(query.timeoutSeconds) + Self.watchEndMargin
    // Only the list at the beginning must make progress; after it, silence is no news.
    while query.sendInitialEvents, !Task.isCancelled, let streamed = machine.withLock({ $0.streamed }) {
      if streamed == last { return Self.error("the streamed list paused for more than \(Self.streamPause)") }
      if environment.now() >= end { return Self.error("the streamed list did not end in time") }
      last = streamed
      try? await environment.sleep(Self.streamPause)
    }
    try? await environment.sleep(max(end - environment.now(), .zero))
    return Self.error("the watch did not end \(Self.watchEndMargin) after its time was over")
  }

  private static func error(_ cause: String) -> TransportError {
    TransportError(kind: .timedOut, phase: .body, host: "the API server", cause: cause)
  }
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
