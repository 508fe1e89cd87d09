// SPDX-License-Identifier: Apache-2.0

import CleanText
import JSON
import KubernetesClient
import KubernetesCore
import Logging
import Synchronization

/// Tells of objects with Events (`events.k8s.io/v1`, KEP-383), without ever keeping anyone waiting.
///
/// Repeats of the same Event within 6 minutes become a series of one. What does not fit into the queue, or what the
/// API server refuses, is dropped and counted: Events are a courtesy, conditions are the record.
public final class EventRecorder: Sendable {
  /// How often the same Event is tried if the server cannot be reached.
  private static let tries = 3
  /// The longest wait that a server is granted: the Events behind this one wait, too.
  private static let longestGrantedWait = Duration.seconds(60)

  private struct State {
    var waiting: [EventOccurrence] = []
    var isSending = false
    var isClosed = false
    var dropped = 0
    var series: EventSeries
  }

  private let api: any KubernetesAPI
  private let environment: RuntimeEnvironment
  private let metrics: any RuntimeMetrics
  private let logger: Logger
  private let capacity: Int
  private let state: Mutex<State>
  private let changed = ChangeSignal()

  /// A recorder with an empty queue.
  ///
  /// - Parameters:
  ///   - controller: who reports, such as `cozystack.io/observability-operator`.
  ///   - instance: which process of it, such as the Pod's name.
  ///   - capacity: how many Events may wait.
  public init(
    api: any KubernetesAPI, controller: String, instance: String, capacity: Int = 256,
    environment: RuntimeEnvironment = .live, metrics: any RuntimeMetrics = NoRuntimeMetrics(), logger: Logger
  ) {
    self.api = api
    self.environment = environment
    self.metrics = metrics
    self.logger = logger
    self.capacity = capacity
    state = Mutex(State(series: EventSeries(controller: controller, instance: instance)))
  }

  /// Tells something of an object. Returns at once.
  ///
  /// - Parameters:
  ///   - reason: why, in CamelCase, at most 128 bytes.
  ///   - action: what was done or tried, in CamelCase, at most 128 bytes.
  ///   - note: the story in words; cleaned to one line of at most 1 KiB. Must hold no secret.
  public func record(
    regarding object: KubernetesObject, type: EventType, reason: String, action: String, note: String
  ) {
    var regarding: JSONObject = ["apiVersion": .string(object.apiVersion), "kind": .string(object.kind)]
    if let namespace = object.namespace { regarding["namespace"] = .string(namespace) }
    regarding["name"] = .string(object.name)
    if let uid = object.uid { regarding["uid"] = .string(uid) }
    let occurrence = EventOccurrence(
      regarding: regarding, type: type, reason: reason.bounded(bytes: EventSeries.longestReason),
      action: action.bounded(bytes: EventSeries.longestReason), note: note.cleaned(bytes: EventSeries.longestNote),
      time: environment.timestamp())
    let isTaken = state.withLock { state in
      guard state.waiting.count < capacity, !state.isClosed else { return false }
      state.waiting.append(occurrence)
      return true
    }
    if isTaken { changed.notify() } else { drop() }
  }

  /// Reports an Event that was decided before. Returns at once.
  public func record(_ event: ObjectEvent, regarding object: KubernetesObject) {
    record(regarding: object, type: event.type, reason: event.reason, action: event.action, note: event.note)
  }

  /// How many Events were dropped.
  public var dropped: Int { state.withLock { $0.dropped } }

  /// Sends what is recorded until the task is cancelled, or ``drain(within:)`` has sent the last.
  public func run() async {
    while !Task.isCancelled {
      let version = changed.version
      let (next, isClosed) = state.withLock { state in
        let next = state.waiting.isEmpty ? nil : state.waiting.removeFirst()
        state.isSending = next != nil
        return (next, state.isClosed)
      }
      if let next {
        await send(next)
        state.withLock { $0.isSending = false }
        changed.notify()
      } else if isClosed {
        return
      } else {
        await changed.changed(since: version)
      }
    }
  }

  /// Takes no more Events, and returns once all are sent, or after that time; what is left then is dropped.
  public func drain(within deadline: Duration) async {
    state.withLock { $0.isClosed = true }
    changed.notify()
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        await self.changed.wait { self.state.withLock { $0.waiting.isEmpty && !$0.isSending } }
      }
      group.addTask { try? await self.environment.sleep(deadline) }
      await group.next()
      group.cancelAll()
    }
    let left = state.withLock { state in
      defer { state.waiting = [] }
      return state.waiting.count
    }
    if left > 0 { drop(left) }
  }

  private func drop(_ count: Int = 1) {
    state.withLock { $0.dropped += count }
    metrics.eventsDropped(count)
  }

  private func send(_ occurrence: EventOccurrence) async {
    var backoff = ExponentialBackoff(.reflector)
    var action = decide(occurrence)
    for attempt in 1...Self.tries {
      do throws(KubernetesError) {
        return try await perform(action)
      } catch {
        switch action {
        // An attempt whose answer was lost has arrived after all.
        case .create where error.isConflict: return
        // The server forgets Events after a while; the next one begins a new series.
        case .patch(let key, _) where error.isNotFound:
          state.withLock { $0.series.lost(key) }
          action = decide(occurrence)
          continue
        default: break
        }
        if attempt == Self.tries || error.isInvalid || error.isForbidden || Task.isCancelled {
          if case .create(let event) = action { state.withLock { $0.series.lost(event.key) } }
          drop()
          logger.warning("event dropped", metadata: ["reason": "\(occurrence.reason)", "error": "\(error)"])
          return
        }
        try? await environment.sleep(
          max(
            backoff.next(now: environment.now(), random: environment.random()),
            error.retryAfter(atMost: Self.longestGrantedWait) ?? .zero))
      }
    }
  }

  private func decide(_ occurrence: EventOccurrence) -> EventSeries.Action {
    let suffix = UInt64(environment.random() * Double(UInt64(1) << 53))
    return state.withLock { $0.series.action(for: occurrence, now: environment.now(), suffix: suffix) }
  }

  private func perform(_ action: EventSeries.Action) async throws(KubernetesError) {
    switch action {
    case .create(let event): _ = try await api.create(.events, event, WriteOptions())
    case .patch(let key, let series): _ = try await api.patch(.events, key, .merge(series), WriteOptions())
    }
  }
}

/// One Event on an object, decided before it is recorded.
public struct ObjectEvent: Hashable, Sendable {
  /// How grave it is.
  public var type: EventType
  /// Why, in CamelCase.
  public var reason: String
  /// What was done or tried, in CamelCase.
  public var action: String
  /// The object, the cause and the remedy in words.
  public var note: String

  /// An Event made of its parts.
  public init(_ type: EventType, _ reason: String, action: String, note: String) {
    self.type = type
    self.reason = reason
    self.action = action
    self.note = note
  }

  static func warning(_ reason: String, action: String, note: String) -> ObjectEvent {
    ObjectEvent(.warning, reason, action: action, note: note)
  }
}
