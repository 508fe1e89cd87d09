// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import JSON
import KubernetesClient
import KubernetesCore

/// The cluster as its administrator sees it.
struct Admin: Sendable {
  let client: KubernetesClient
  private let transport: CurlTransport
  private let patience: Duration

  init(_ configuration: ClusterConfiguration, patience: Duration) throws {
    transport = try CurlTransport(userAgent: Names.manager, connectionsPerHost: 16)
    client = Self.client(transport, configuration)
    self.patience = patience
  }

  /// The same cluster as somebody else, whose groups are those that come with the name.
  func acting(as user: String, groups: [String] = []) -> KubernetesClient {
    var configuration = client.configuration
    configuration.impersonation = Impersonation(user: user, groups: groups)
    return Self.client(transport, configuration)
  }

  func close() async { await transport.shutdown() }

  private static func client(_ transport: CurlTransport, _ configuration: ClusterConfiguration) -> KubernetesClient {
    let retry = RetryPolicy.patient
    return KubernetesClient(
      transport: transport, configuration: configuration, options: .init(userAgent: Names.manager, retry: retry))
  }

  /// The object, or nil if it is not there.
  func find(_ type: ResourceType, _ key: ObjectKey) async throws(KubernetesError) -> KubernetesObject? {
    do throws(KubernetesError) {
      return try await client.get(type, key)
    } catch {
      guard error.isNotFound else { throw error }
      return nil
    }
  }

  /// The objects of a type; none if the server does not serve it.
  func all(
    _ type: ResourceType, in namespace: String? = nil, labelled selector: String? = nil, form: ObjectForm = .whole
  ) async throws(KubernetesError) -> [KubernetesObject] {
    do throws(KubernetesError) {
      return try await client.listAll(
        type, ListQuery(namespace: namespace, labelSelector: selector, form: form)
      ).items
    } catch {
      guard error.isNotFound else { throw error }
      return []
    }
  }

  /// The JSON at a path that is no resource.
  func json(_ path: String, accept: String = "application/json") async throws -> JSONValue {
    try JSONParser.parse(try await client.raw("GET", path, accept: accept), limits: .list)
  }

  /// The type of a kind, as discovery has it; nil if it is not served.
  func type(apiVersion: String, kind: String) async throws -> ResourceType? {
    let path = apiVersion.contains("/") ? "/apis/\(apiVersion)" : "/api/\(apiVersion)"
    do {
      return Discovery.types(in: try await json(path)).first { $0.type.kind == kind }?.type
    } catch let error as KubernetesError {
      guard error.isNotFound else { throw error }
      return nil
    }
  }

  /// Waits for a state of one object.
  @discardableResult
  func wait(
    for expected: String, _ type: ResourceType, _ key: ObjectKey, within limit: Duration? = nil,
    _ isMet: (KubernetesObject) -> Bool
  ) async throws -> KubernetesObject {
    try await awaiting(expected, Request.get(type, key), within: limit ?? patience) {
      guard let object = try await find(type, key) else { return .not("\(type) \(key) is missing") }
      return isMet(object) ? .met(object) : .not(Digest.text(object))
    }
  }

  /// Waits until an object is gone.
  func waitForAbsence(_ type: ResourceType, _ key: ObjectKey, uid: String? = nil) async throws {
    let _: Bool = try await awaiting("\(type) \(key) to be gone", Request.get(type, key), within: patience) {
      guard let object = try await find(type, key), uid == nil || object.uid == uid else { return .met(true) }
      return .not(Digest.text(object))
    }
  }

  /// Deletes an object if it is there, and waits until it is gone.
  func remove(
    _ type: ResourceType, _ key: ObjectKey, uid: String? = nil,
    propagation: DeleteOptions.Propagation = .background
  ) async throws {
    do throws(KubernetesError) {
      try await client.delete(type, key, DeleteOptions(uid: uid, propagation: propagation))
    } catch {
      // Another object of that name is not ours to delete.
      guard error.isNotFound || (uid != nil && error.isConflict) else { throw error }
      return
    }
    try await waitForAbsence(type, key, uid: uid)
  }
}

/// How a request is named in a report: as a person can send it with `kubectl get --raw`.
enum Request {
  static func get(_ type: ResourceType, _ key: ObjectKey) -> String {
    "GET \(type.path(namespace: key.namespace, name: key.name))"
  }

  static func list(_ type: ResourceType, in namespace: String? = nil, query: String = "") -> String {
    "GET \(type.path(namespace: namespace))\(query.isEmpty ? "" : "?\(query)")"
  }

  static func send(
    _ method: String, _ type: ResourceType, _ key: ObjectKey, query: String = "", _ body: JSONValue? = nil
  ) -> String {
    let path =
      method == "POST" ? type.path(namespace: key.namespace) : type.path(namespace: key.namespace, name: key.name)
    let text = body.map { " \(JSONWriter.text($0))" } ?? ""
    return "\(method) \(path)\(query.isEmpty ? "" : "?\(query)")\(text)"
  }
}
