// SPDX-License-Identifier: Apache-2.0

import JSON

/// Where faults take hold of a request.
extension APIServer {
  /// Decides anew what goes wrong on purpose.
  public func setFaults(_ plan: FaultPlan) {
    pastFaults += faults.injected
    faults = plan
  }

  /// Asks a function about each request from now on.
  public func setIntercept(_ intercept: @escaping @Sendable (APIRequest) -> Fault?) { setFaults(FaultPlan(intercept)) }

  /// How many faults there were since the server began.
  public var faultsInjected: Int { pastFaults + faults.injected }

  /// How many requests wait because of ``Fault/hold``.
  public var heldRequests: Int { gate.waiting }

  /// Answers all requests that wait because of ``Fault/hold``.
  public func releaseHeld() { gate.release() }

  /// Waits as a fault says before the request takes effect; says whether the client is still there then.
  func arrives(_ fault: Fault?) async -> Bool {
    switch fault {
    case .hold: await gate.pass()
    case .delay(let duration): (try? await configuration.sleep(duration)) != nil
    default: true
    }
  }

  /// The answer, after what a fault does to it.
  func leaves(_ response: APIResponse, _ fault: Fault?) async -> APIResponse {
    switch fault {
    case .loseAnswer:
      if case .stream(let stream) = response.body { stream.cancel() }
      return .nothing
    case .cut(let bytes):
      var response = response
      response.cutAfter = bytes
      return response
    case .delayAnswer(let duration):
      guard (try? await configuration.sleep(duration)) != nil else { return .nothing }
      return response
    default: return response
    }
  }

  /// The revision that a read of the present request sees.
  var readRevision: Int64 {
    if case .stale(let revisions) = inEffect {
      return min(store.revision, max(store.revision - revisions, store.oldestReadable))
    }
    guard let frozen, readMayLag else { return store.revision }
    return max(store.oldestReadable, frozen)
  }

  /// The object that the path names, as the present request sees it.
  ///
  /// - Throws: 404.
  func seen(_ target: RequestTarget, _ type: ServedType) throws(APIStatus) -> JSONValue {
    let revision = readRevision
    guard revision < store.revision, let past = store.snapshot(type.storage, at: revision) else {
      return try found(target, type)
    }
    let key = ObjectKey(namespace: target.namespace ?? "", name: target.name ?? "")
    guard let object = past.first(where: { $0.key == key })?.object else { throw .notFound(key.name, type) }
    return object
  }
}

extension APIRequest {
  /// Whether a read may be answered from what a server has cached: one that names a version, or takes any. A read
  /// without a version is answered with what is newest (kubernetes.io/docs/reference/using-api/api-concepts, "Semantics
  /// for get and list").
  var allowsStaleness: Bool {
    let version = parameter("resourceVersion") ?? ""
    return !version.isEmpty && parameter("resourceVersionMatch") != "Exact"
  }
}

extension APIResponse {
  /// The connection is closed.
  static let nothing = APIResponse(status: 0, body: .closeConnection)
}
