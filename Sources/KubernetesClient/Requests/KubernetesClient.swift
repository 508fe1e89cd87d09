// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import JSON
import KubernetesCore

/// Asks a real API server, over any transport.
///
/// - A 401 drops the token that was read from a file or told by a plugin, and the request goes out once more with a
///   fresh one.
/// - A read, an apply, or a delete with a uid whose connection broke before the first byte of the answer goes out once
///   more.
/// - Nothing else is tried again here unless ``Options/retry`` says so: 429 and 503 are thrown with their `retryAfter`,
///   which the caller's work queue honours, so that waiting never holds a worker.
public struct KubernetesClient: KubernetesAPI {
  /// What is the same for all requests.
  public struct Options: Sendable {
    /// The program and its version: `observability-operator/1.2.3`.
    public var userAgent: String
    /// How strictly the server reads what we write; nil leaves it to the server.
    public var fieldValidation: FieldValidation?
    /// When to give a request up; watches take only `connect` from it.
    public var deadlines: Deadlines
    /// What becomes of a request that the server puts off; by default its error is thrown at once.
    public var retry: RetryPolicy
    /// Called after each request, on whatever task made it.
    public var onRequest: (@Sendable (RequestRecord) -> Void)?
    /// Called with each warning that the server sends along with an answer, such as of a deprecated API (KEP-1693). The
    /// server repeats them: ``DeduplicatedWarnings`` says each once.
    public var onWarning: (@Sendable (String) -> Void)?

    /// Options with everything not given at its default.
    public init(
      userAgent: String, fieldValidation: FieldValidation? = .strict, deadlines: Deadlines = .request,
      retry: RetryPolicy = .none, onRequest: (@Sendable (RequestRecord) -> Void)? = nil,
      onWarning: (@Sendable (String) -> Void)? = nil
    ) {
      self.userAgent = userAgent
      self.fieldValidation = fieldValidation
      self.deadlines = deadlines
      self.retry = retry
      self.onRequest = onRequest
      self.onWarning = onWarning
    }
  }

  /// The cluster.
  public let configuration: ClusterConfiguration
  private let options: Options
  let exchange: Exchange

  /// A client of that cluster.
  public init(transport: any HTTPTransport, configuration: ClusterConfiguration, options: Options) {
    self.init(
      transport: transport, configuration: configuration, options: options,
      identity: IdentitySource(configuration))
  }

  init(
    transport: any HTTPTransport, configuration: ClusterConfiguration, options: Options, identity: IdentitySource,
    sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
  ) {
    self.configuration = configuration
    self.options = options
    exchange = Exchange(
      transport: transport, configuration: configuration, options: options, identity: identity, sleep: sleep)
  }

  /// Reads one object.
  public func get(_ type: ResourceType, _ key: ObjectKey) async throws(KubernetesError) -> KubernetesObject {
    try await object(.get(type, key))
  }

  /// Reads one page of a collection.
  public func list(_ type: ResourceType, _ query: ListQuery) async throws(KubernetesError) -> ObjectList {
    let bytes = try await exchange.send(.list(type, query), limit: JSONLimits.list.bytes)
    return try Answer.list(bytes, type, query)
  }

  /// Watches a collection on a connection of its own. If no frame comes for the query's `timeoutSeconds` and five more,
  /// the stream throws: a half-open connection never hangs it.
  public func watch(_ type: ResourceType, _ query: WatchQuery) async throws(KubernetesError) -> WatchStream {
    let idle = Duration.seconds(query.timeoutSeconds + 5)
    let body = try await exchange.open(.watch(type, query), idle: idle)
    let reader = WatchReader(body, WatchDecoder(type, form: query.form, projection: query.projection))
    return WatchStream { () async throws(KubernetesError) in try await reader.next() }
  }

  /// Applies the object on the server's side, as a field manager (KEP-555).
  public func apply(
    _ type: ResourceType, _ object: KubernetesObject, _ options: ApplyOptions
  ) async throws(KubernetesError) -> KubernetesObject {
    try await self.object(.apply(type, object, options, self.options.fieldValidation))
  }

  /// Patches one object.
  public func patch(
    _ type: ResourceType, _ key: ObjectKey, _ patch: Patch, _ options: WriteOptions
  ) async throws(KubernetesError) -> KubernetesObject {
    try await object(.patch(type, key, patch, options, self.options.fieldValidation))
  }

  /// Creates one object.
  public func create(
    _ type: ResourceType, _ object: KubernetesObject, _ options: WriteOptions
  ) async throws(KubernetesError) -> KubernetesObject {
    try await self.object(.create(type, object, options, self.options.fieldValidation))
  }

  /// Replaces one object; its `resourceVersion`, if set, must still be current.
  public func replace(
    _ type: ResourceType, _ object: KubernetesObject, _ options: WriteOptions
  ) async throws(KubernetesError) -> KubernetesObject {
    try await self.object(.replace(type, object, options, self.options.fieldValidation))
  }

  /// Deletes one object.
  public func delete(
    _ type: ResourceType, _ key: ObjectKey, _ options: DeleteOptions
  ) async throws(KubernetesError) {
    _ = try await send(.delete(type, key, options))
  }

  func send(_ request: APIRequest) async throws(KubernetesError) -> [UInt8] {
    try await exchange.send(request, limit: JSONLimits.object.bytes)
  }

  private func object(_ request: APIRequest) async throws(KubernetesError) -> KubernetesObject {
    try Answer.object(try await send(request))
  }
}
