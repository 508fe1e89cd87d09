// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import JSON
import KubernetesClient
import KubernetesCore
import Synchronization

@testable import ControllerRuntime

/// A small API server in memory: versions, pages, watches with history, preconditions; and failures on demand.
final class FakeAPI: KubernetesAPI {
  struct Request: Hashable {
    let verb: String
    let target: String
    var detail = ""
  }

  /// What becomes of a watch that is to send what is there first.
  enum Streaming: Hashable {
    case supported
    case refused(KubernetesError)
    /// As of servers that know nothing of it: all objects, and no word that these are all.
    case unmarked
    /// All objects, and then the stream ends so.
    case cut(KubernetesError?)
  }

  private struct State {
    var version = 0
    var streaming = Streaming.supported
    var objects: [ResourceType: [ObjectKey: KubernetesObject]] = [:]
    var history: [(version: Int, type: ResourceType, event: WatchEvent)] = []
    var oldestVersion = 0
    var feeds: [WatchFeed] = []
    var failures: [(verb: String, error: KubernetesError)] = []
    var absent: Set<ResourceType> = []
    var requests: [Request] = []
    var isHanging = false
    var alteration: (@Sendable (KubernetesObject) -> KubernetesObject)?
  }

  private let state = Mutex(State())

  var requests: [Request] { state.withLock { $0.requests } }
  var writes: [Request] { requests.filter { !["get", "list", "stream", "watch"].contains($0.verb) } }
  var openWatches: Int { state.withLock { $0.feeds.count { !$0.isClosed } } }

  /// Whether every frame has been read by whoever watches.
  var isDrained: Bool { state.withLock { $0.feeds.allSatisfy { $0.isClosed || $0.isEmpty } } }

  func count(_ verb: String) -> Int { requests.count { $0.verb == verb } }
  func object(_ type: ResourceType, _ key: ObjectKey) -> KubernetesObject? {
    state.withLock { $0.objects[type]?[key] }
  }
  func objects(_ type: ResourceType) -> [KubernetesObject] {
    state.withLock { ($0.objects[type] ?? [:]).values.sorted { $0.key < $1.key } }
  }
  func fail(_ verb: String, _ error: KubernetesError, times: Int = 1) {
    state.withLock { $0.failures += Array(repeating: (verb, error), count: times) }
  }
  /// What a mutating webhook makes of each object that is applied.
  func alter(_ alteration: (@Sendable (KubernetesObject) -> KubernetesObject)?) {
    state.withLock { $0.alteration = alteration }
  }
  func heal() { state.withLock { $0.failures = [] } }
  func setAbsent(_ type: ResourceType, _ isAbsent: Bool) {
    state.withLock { state in
      if isAbsent { state.absent.insert(type) } else { state.absent.remove(type) }
    }
  }
  func setStreaming(_ streaming: Streaming) { state.withLock { $0.streaming = streaming } }
  /// Requests other than watches do not answer any more until their task is cancelled.
  func hang(_ isHanging: Bool) { state.withLock { $0.isHanging = isHanging } }

  /// Forgets what watches could resume from.
  func compact() { state.withLock { $0.oldestVersion = $0.version } }

  func endWatches(_ error: KubernetesError? = nil) {
    let feeds = state.withLock { state in
      defer { state.feeds = [] }
      return state.feeds
    }
    for feed in feeds { feed.push(error.map { .failure($0) } ?? .success(nil)) }
  }

  func bookmark() {
    state.withLock { state in
      for feed in state.feeds {
        feed.push(.success(.bookmark(resourceVersion: "\(state.version)", endsInitialEvents: false)))
      }
    }
  }

  @discardableResult
  func put(_ type: ResourceType, _ object: KubernetesObject) -> KubernetesObject {
    state.withLock { store(type, object, &$0) }
  }

  func remove(_ type: ResourceType, _ key: ObjectKey) {
    state.withLock { remove(type, key, &$0) }
  }

  private func remove(_ type: ResourceType, _ key: ObjectKey, _ state: inout State) {
    guard let object = state.objects[type]?.removeValue(forKey: key) else { return }
    state.version += 1
    publish(type, .deleted(stamp(object, state.version)), &state)
  }

  private func stamp(_ object: KubernetesObject, _ version: Int) -> KubernetesObject {
    var object = object
    object["metadata"]?["resourceVersion"] = .string("\(version)")
    return object
  }

  private func store(_ type: ResourceType, _ object: KubernetesObject, _ state: inout State) -> KubernetesObject {
    state.version += 1
    var object = stamp(object, state.version)
    let old = state.objects[type]?[object.key]
    let uid = old?.uid ?? object.uid ?? "uid-\(state.version)"
    object["metadata"]?["uid"] = .string(uid)
    state.objects[type, default: [:]][object.key] = object
    publish(type, old == nil ? .added(object) : .modified(object), &state)
    return object
  }

  private func publish(_ type: ResourceType, _ event: WatchEvent, _ state: inout State) {
    state.history.append((state.version, type, event))
    for feed in state.feeds where feed.type == type { feed.push(.success(event)) }
  }

  private func begin(_ verb: String, _ target: String, _ detail: String = "") async throws(KubernetesError) {
    let (failure, isHanging) = state.withLock { state in
      state.requests.append(Request(verb: verb, target: target, detail: detail))
      let index = state.failures.firstIndex { $0.verb == verb }
      return (index.map { state.failures.remove(at: $0).error }, state.isHanging)
    }
    if let failure { throw failure }
    if isHanging, verb != "watch", verb != "stream" {
      let never = ChangeSignal()
      await never.changed(since: 0)
    }
    if Task.isCancelled { throw .cancelled }
  }

  func get(_ type: ResourceType, _ key: ObjectKey) async throws(KubernetesError) -> KubernetesObject {
    try await begin("get", "\(type) \(key)")
    guard let object = object(type, key) else { throw .notFound }
    return object
  }

  func list(_ type: ResourceType, _ query: ListQuery) async throws(KubernetesError) -> ObjectList {
    let detail = "from=\(query.resourceVersion ?? "") limit=\(query.limit ?? 0) continue=\(query.continueToken ?? "")"
    try await begin("list", "\(type)", detail)
    return try state.withLock { state in
      Result { () throws(KubernetesError) in
        if state.absent.contains(type) { throw .notFound }
        let all = Self.selected(state.objects[type], query.namespace, query.fieldSelector)
        let start = query.continueToken.flatMap { Int($0) } ?? 0
        let end = min(all.count, start + (query.limit ?? .max / 2))
        return ObjectList(
          items: Array(all[min(start, end)..<end]), resourceVersion: "\(state.version)",
          continueToken: end < all.count ? "\(end)" : nil)
      }
    }.get()
  }

  func watch(_ type: ResourceType, _ query: WatchQuery) async throws(KubernetesError) -> WatchStream {
    let detail = "from=\(query.resourceVersion ?? "") timeout=\(query.timeoutSeconds)"
    try await begin(query.sendInitialEvents ? "stream" : "watch", "\(type)", detail)
    let feed = WatchFeed(type)
    if query.sendInitialEvents {
      try state.withLock { state in
        Result { () throws(KubernetesError) in try Self.stream(query, into: feed, &state) }
      }.get()
      return WatchStream { () throws(KubernetesError) in try await feed.next() }
    }
    let since = query.resourceVersion.flatMap { Int($0) } ?? 0
    state.withLock { state in
      guard since >= state.oldestVersion else { return feed.push(.failure(.expired)) }
      for entry in state.history where entry.version > since && entry.type == type {
        feed.push(.success(entry.event))
      }
      state.feeds.append(feed)
    }
    return WatchStream { () throws(KubernetesError) in try await feed.next() }
  }

  private static func stream(
    _ query: WatchQuery, into feed: WatchFeed, _ state: inout State
  ) throws(KubernetesError) {
    if state.absent.contains(feed.type) { throw .notFound }
    if case .refused(let error) = state.streaming { throw error }
    for object in selected(state.objects[feed.type], query.namespace, query.fieldSelector) {
      feed.push(.success(.added(object)))
    }
    switch state.streaming {
    case .supported: feed.push(.success(.bookmark(resourceVersion: "\(state.version)", endsInitialEvents: true)))
    case .cut(let error): return feed.push(error.map { .failure($0) } ?? .success(nil))
    case .refused, .unmarked: break
    }
    state.feeds.append(feed)
  }

  private static func selected(
    _ objects: [ObjectKey: KubernetesObject]?, _ namespace: String?, _ fieldSelector: String?
  ) -> [KubernetesObject] {
    (objects ?? [:]).values.sorted { $0.key < $1.key }
      .filter { namespace == nil || $0.namespace == namespace }
      .filter { fieldSelector == nil || fieldSelector == "metadata.name=\($0.name)" }
  }

  func apply(
    _ type: ResourceType, _ object: KubernetesObject, _ options: ApplyOptions
  ) async throws(KubernetesError) -> KubernetesObject {
    let detail = "\(options.fieldManager)\(options.force ? " force" : "")\(options.subresource.map { " \($0)" } ?? "")"
    try await begin("apply", "\(type) \(object.key)", detail)
    return state.withLock { state in
      var merged = state.objects[type]?[object.key] ?? object
      for (name, value) in object.content where name != "metadata" { merged[name] = value }
      for (name, value) in object["metadata"]?.object ?? [:] { merged["metadata"]?[name] = value }
      if let alteration = state.alteration { merged = alteration(merged) }
      return store(type, merged, &state)
    }
  }

  func patch(
    _ type: ResourceType, _ key: ObjectKey, _ patch: Patch, _ options: WriteOptions
  ) async throws(KubernetesError) -> KubernetesObject {
    try await begin("patch", "\(type) \(key)")
    return try atomically { state throws(KubernetesError) in
      guard var object = state.objects[type]?[key] else { throw .notFound }
      switch patch {
      case .merge(let change): for (name, value) in change.object ?? [:] { object[name] = value }
      // Recorded only, not carried out.
      case .json: break
      }
      return self.store(type, object, &state)
    }
  }

  func create(
    _ type: ResourceType, _ object: KubernetesObject, _ options: WriteOptions
  ) async throws(KubernetesError) -> KubernetesObject {
    try await begin("create", "\(type) \(object.key)")
    return try atomically { state throws(KubernetesError) in
      guard state.objects[type]?[object.key] == nil else { throw .conflict }
      return self.store(type, object, &state)
    }
  }

  func replace(
    _ type: ResourceType, _ object: KubernetesObject, _ options: WriteOptions
  ) async throws(KubernetesError) -> KubernetesObject {
    try await begin("replace", "\(type) \(object.key)")
    return try atomically { state throws(KubernetesError) in
      guard let old = state.objects[type]?[object.key] else { throw .notFound }
      guard object.resourceVersion == nil || object.resourceVersion == old.resourceVersion else { throw .conflict }
      return self.store(type, object, &state)
    }
  }

  func delete(_ type: ResourceType, _ key: ObjectKey, _ options: DeleteOptions) async throws(KubernetesError) {
    try await begin("delete", "\(type) \(key)", "uid=\(options.uid ?? "")")
    try atomically { state throws(KubernetesError) in
      guard let object = state.objects[type]?[key] else { throw .notFound }
      guard options.uid == nil || options.uid == object.uid else { throw .conflict }
      self.remove(type, key, &state)
    }
  }

  /// Runs a request that reads and writes under the lock: between two locks another request could come first, and both of
  /// two creations would succeed.
  private func atomically<Answer: Sendable>(
    _ request: (inout State) throws(KubernetesError) -> Answer
  ) throws(KubernetesError) -> Answer {
    try state.withLock { state throws(KubernetesError) in try request(&state) }
  }
}

extension KubernetesError {
  static func status(_ code: Int, _ reason: String, retryAfter: Duration? = nil) -> KubernetesError {
    .status(APIStatus(code: code, reason: reason, message: reason, retryAfter: retryAfter))
  }
  static let notFound = status(404, "NotFound")
  static let conflict = status(409, "Conflict")
  static let expired = status(410, "Expired")
  static let unavailable = status(503, "ServiceUnavailable")
  static let reset = transport(TransportError(kind: .broken, phase: .body, host: "test", cause: "reset"))
  static let cancelled = transport(TransportError(kind: .cancelled, phase: .body, host: "test", cause: "cancelled"))
}
