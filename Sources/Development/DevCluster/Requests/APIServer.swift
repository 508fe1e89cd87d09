// SPDX-License-Identifier: Apache-2.0

import JSON
import Logging

/// An in-memory Kubernetes API server with the few controllers that an operator leans on.
///
/// It behaves as kube-apiserver 1.36 in what clients see: storage, versions, defaults, server-side apply, watches,
/// deletion, errors, roles. It keeps nothing on disk, runs no pods (a pod's fate is decided by
/// ``APIServerConfiguration/podFate``) and calls no webhooks.
public actor APIServer {
  var configuration: APIServerConfiguration
  let logger: Logger
  var store: Store
  var types = TypeRegistry()
  var identifiers: Identifiers
  var log = RequestLog()
  var watchers: [Int: Watcher] = [:]
  var nextWatcher = 0
  var podFate: @Sendable (JSONValue, JSONValue) -> PodFate
  var faults: FaultPlan
  /// How many faults earlier plans injected.
  var pastFaults = 0
  /// The fault of the request that is being answered.
  var inEffect: Fault?
  /// Whether the request that is being answered may see what is frozen.
  var readMayLag = false
  /// The newest revision that reads and watches see; nil for all.
  var frozen: Int64?
  let gate = Gate()
  /// The revision up to which watchers were told.
  var delivered: Int64
  /// The revision at which the controllers last found nothing to do.
  var settled: Int64 = 0
  var allocatedAddresses = 0
  /// The specs of the definitions whose types are served.
  var served: [StorageKey: JSONValue] = [:]

  /// A server with the namespaces `default`, `kube-system`, `kube-public` and `kube-node-lease`.
  public init(_ configuration: APIServerConfiguration) {
    self.configuration = configuration
    logger = configuration.logger
    store = Store(historyLimit: configuration.historyLimit)
    identifiers = Identifiers(seed: configuration.seed)
    podFate = configuration.podFate
    faults = configuration.faults
    delivered = store.revision
    for name in ["default", "kube-system", "kube-public", "kube-node-lease"] {
      var namespace = Self.namespace(named: name, labels: [:])
      namespace.meta["uid"] = .string(identifiers.uid())
      namespace.meta["creationTimestamp"] = .string(configuration.now().rfc3339)
      _ = store.put(namespace, Self.namespaces, namespace.objectKey)
    }
  }

  static let namespaces = StorageKey(group: "", plural: "namespaces")

  /// Answers one request. This is all there is: ``HTTPServer`` only carries it.
  public func handle(_ request: APIRequest) async -> APIResponse {
    let target = RequestTarget(path: request.path)
    let fault = faults.next(for: request)
    guard await arrives(fault) else { return .nothing }
    var user = "unknown"
    inEffect = fault
    readMayLag = request.allowsStaleness
    let response = respond(to: request, target, user: &user)
    inEffect = nil
    log.append(entry(request, target, user: user, response))
    settle()
    return await leaves(response, fault)
  }

  private func respond(to request: APIRequest, _ target: RequestTarget?, user: inout String) -> APIResponse {
    switch inEffect {
    case .answer(let response): return response
    case .closeConnection: return .nothing
    default: break
    }
    do throws(APIStatus) {
      let identity = try impersonated(try authenticate(request), by: request)
      user = identity.user
      guard request.body.count <= configuration.bodyLimit else {
        throw APIStatus(
          code: 413, reason: "RequestEntityTooLarge",
          message: "Request entity too large: limit is \(configuration.bodyLimit)")
      }
      guard let target else {
        try authorize(identity, path: request.path, method: request.method)
        return describe(request)
      }
      guard let verb = target.verb(of: request) else { throw .methodNotAllowed() }
      try authorize(
        identity,
        RoleBasedAccess.Attributes(
          verb: verb, group: target.group, resource: target.plural, subresource: target.subresource,
          name: target.authorizationName(of: request), namespace: target.authorizationNamespace))
      return try serve(request, target, verb: verb, by: identity)
    } catch {
      return APIResponse(status: error.code, json: error.body)
    }
  }

  private func serve(
    _ request: APIRequest, _ target: RequestTarget, verb: String, by identity: Identity
  ) throws(APIStatus) -> APIResponse {
    guard let type = types.type(group: target.group, version: target.version, plural: target.plural) else {
      return APIResponse(status: 404, text: "404 page not found\n")
    }
    switch target.subresource {
    case nil: break
    case "status" where type.hasStatus && ["get", "update", "patch"].contains(verb): break
    case "scale":
      if let paths = type.scale, ["get", "update", "patch"].contains(verb) {
        return try scale(request, target, type, paths, by: identity)
      }
      return APIResponse(status: 404, text: "404 page not found\n")
    case "finalize" where type.plural == "namespaces" && verb == "update": break
    default: return APIResponse(status: 404, text: "404 page not found\n")
    }
    let isObjectVerb = ["get", "update", "patch", "delete", "create"].contains(verb)
    guard type.isNamespaced ? target.namespace != nil || !isObjectVerb : target.namespace == nil else {
      return APIResponse(status: 404, text: "404 page not found\n")
    }
    guard type.verbs.contains(verb) else { throw .methodNotAllowed() }
    switch verb {
    case "get": return try get(request, target, type)
    case "list": return try list(request, target, type)
    case "watch": return try watch(request, target, type)
    case "create": return try create(request, target, type, by: identity)
    case "update": return try replace(request, target, type, by: identity)
    case "patch": return try patch(request, target, type, by: identity)
    case "delete": return try delete(request, target, type)
    case "deletecollection": return try deleteCollection(request, target, type)
    default: throw .methodNotAllowed()
    }
  }

  private func entry(
    _ request: APIRequest, _ target: RequestTarget?, user: String, _ response: APIResponse
  ) -> LoggedRequest {
    LoggedRequest(
      verb: target?.verb(of: request) ?? request.method.lowercased(), group: target?.group ?? "",
      resource: target?.plural ?? request.path, subresource: target?.subresource, namespace: target?.namespace,
      name: target?.name, user: user, userAgent: request.header("user-agent") ?? "",
      isDryRun: request.parameter("dryRun") == "All", code: response.status)
  }
}

extension APIServer {
  /// The requests so far, the newest last.
  public var requestLog: [LoggedRequest] { log.entries }
  /// How many requests there were.
  public var requests: Int { log.requests }
  /// How many of them were writes.
  public var writes: Int { log.writes }
  /// The watches that run now.
  public var openWatches: Int { watchers.count }

  /// Forgets the requests so far, so that a test counts from here.
  public func clearRequestLog() { log.clear() }
}
