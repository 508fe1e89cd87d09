// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import JSON
import KubernetesCore

/// A request to the API server before credentials and host are added: what the methods of ``KubernetesAPI`` come to.
struct APIRequest: Equatable {
  var verb: RequestRecord.Verb
  var method: String
  var type: ResourceType
  var path: String
  var subresource: String?
  var query: [(name: String, value: String)] = []
  var accept = "application/json"
  var contentType: String?
  var body: [UInt8]?
  /// Whether the answer is worth compressing: a list is long, and shrinks to a tenth.
  var acceptsCompression: Bool { verb == .list }
  /// Whether sending it twice does what sending it once does.
  var isIdempotent = false

  /// Path and query, percent-encoded.
  var target: String {
    let query = query.map { "\($0.name)=\(PercentEncoding.encode($0.value))" }.joined(separator: "&")
    return query.isEmpty ? path : "\(path)?\(query)"
  }

  static func == (left: APIRequest, right: APIRequest) -> Bool {
    left.method == right.method && left.target == right.target && left.body == right.body
      && left.contentType == right.contentType && left.accept == right.accept
  }
}

/// How strictly the server reads what we write.
public enum FieldValidation: String, Hashable, Sendable {
  /// A field that the server does not know, or that stands twice, is an error.
  case strict = "Strict"
  /// Such a field is dropped with a warning.
  case warn = "Warn"
  /// Such a field is dropped.
  case ignore = "Ignore"
}

extension APIRequest {
  static func get(_ type: ResourceType, _ key: ObjectKey) throws(KubernetesError) -> APIRequest {
    APIRequest(verb: .get, method: "GET", type: type, path: try path(type, key), isIdempotent: true)
  }

  static func list(_ type: ResourceType, _ query: ListQuery) throws(KubernetesError) -> APIRequest {
    var request = APIRequest(
      verb: .list, method: "GET", type: type, path: try collection(type, query.namespace, isWrite: false),
      accept: query.form.accept("PartialObjectMetadataList"), isIdempotent: true)
    request.add("labelSelector", query.labelSelector)
    request.add("fieldSelector", query.fieldSelector)
    request.add("limit", query.limit.map(String.init))
    request.add("continue", query.continueToken)
    request.add("resourceVersion", query.resourceVersion)
    return request
  }

  static func watch(_ type: ResourceType, _ query: WatchQuery) throws(KubernetesError) -> APIRequest {
    var request = APIRequest(
      verb: .watch, method: "GET", type: type, path: try collection(type, query.namespace, isWrite: false),
      accept: query.form.accept("PartialObjectMetadata"))
    request.add("watch", "true")
    request.add("allowWatchBookmarks", "true")
    request.add("labelSelector", query.labelSelector)
    request.add("fieldSelector", query.fieldSelector)
    request.add("resourceVersion", query.resourceVersion)
    if query.sendInitialEvents {
      // KEP-3157: the server refuses the one without the other.
      request.add("sendInitialEvents", "true")
      request.add("resourceVersionMatch", "NotOlderThan")
    }
    request.add("timeoutSeconds", String(query.timeoutSeconds))
    return request
  }

  static func apply(
    _ type: ResourceType, _ object: KubernetesObject, _ options: ApplyOptions, _ validation: FieldValidation?
  ) throws(KubernetesError) -> APIRequest {
    var request = APIRequest(
      verb: .apply, method: "PATCH", type: type, path: try path(type, object.key, options.subresource),
      subresource: options.subresource, contentType: "application/apply-patch+yaml", body: bytes(object),
      isIdempotent: true)
    request.add("fieldManager", options.fieldManager)
    request.add("force", options.force ? "true" : nil)
    request.add("fieldValidation", validation?.rawValue)
    request.add("dryRun", options.dryRun ? "All" : nil)
    return request
  }

  static func patch(
    _ type: ResourceType, _ key: ObjectKey, _ patch: Patch, _ options: WriteOptions, _ validation: FieldValidation?
  ) throws(KubernetesError) -> APIRequest {
    let (contentType, body) =
      switch patch {
      case .merge(let value): ("application/merge-patch+json", value)
      case .json(let operations): ("application/json-patch+json", JSONValue.array(operations))
      }
    var request = APIRequest(
      verb: .patch, method: "PATCH", type: type, path: try path(type, key, options.subresource),
      subresource: options.subresource, contentType: contentType, body: JSONWriter.bytes(body))
    request.add(options, validation)
    return request
  }

  static func create(
    _ type: ResourceType, _ object: KubernetesObject, _ options: WriteOptions, _ validation: FieldValidation?
  ) throws(KubernetesError) -> APIRequest {
    let path =
      options.subresource == nil
      ? try collection(type, object.namespace, isWrite: true)
      : try path(type, object.key, options.subresource)
    var request = APIRequest(
      verb: .create, method: "POST", type: type, path: path, subresource: options.subresource,
      contentType: "application/json", body: bytes(object))
    request.add(options, validation)
    return request
  }

  static func replace(
    _ type: ResourceType, _ object: KubernetesObject, _ options: WriteOptions, _ validation: FieldValidation?
  ) throws(KubernetesError) -> APIRequest {
    var request = APIRequest(
      verb: .update, method: "PUT", type: type, path: try path(type, object.key, options.subresource),
      subresource: options.subresource, contentType: "application/json", body: bytes(object))
    request.add(options, validation)
    return request
  }

  static func delete(
    _ type: ResourceType, _ key: ObjectKey, _ options: DeleteOptions
  ) throws(KubernetesError) -> APIRequest {
    var body: JSONObject = [
      "apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": .string(options.propagation.rawValue),
    ]
    var preconditions = JSONObject()
    preconditions["uid"] = options.uid.map(JSONValue.string)
    preconditions["resourceVersion"] = options.resourceVersion.map(JSONValue.string)
    if !preconditions.isEmpty { body["preconditions"] = .object(preconditions) }
    if options.dryRun { body["dryRun"] = ["All"] }
    return APIRequest(
      verb: .delete, method: "DELETE", type: type, path: try path(type, key), contentType: "application/json",
      body: JSONWriter.bytes(.object(body)), isIdempotent: options.uid != nil)
  }

  private mutating func add(_ name: String, _ value: String?) {
    if let value { query.append((name, value)) }
  }

  private mutating func add(_ options: WriteOptions, _ validation: FieldValidation?) {
    add("fieldManager", options.fieldManager)
    add("fieldValidation", validation?.rawValue)
    add("dryRun", options.dryRun ? "All" : nil)
  }

  private static func bytes(_ object: KubernetesObject) -> [UInt8] { JSONWriter.bytes(.object(object.content)) }

  /// The path of one object. An empty name would be the path of the whole collection, so it is refused here.
  private static func path(
    _ type: ResourceType, _ key: ObjectKey, _ subresource: String? = nil
  ) throws(KubernetesError) -> String {
    guard !["", ".", ".."].contains(key.name) else { throw refused("\(type): metadata.name: a name is needed") }
    try check(type, key.namespace, isWrite: true)
    return type.path(
      namespace: key.namespace.map(PercentEncoding.encode), name: PercentEncoding.encode(key.name),
      subresource: subresource.map(PercentEncoding.encode))
  }

  private static func collection(
    _ type: ResourceType, _ namespace: String?, isWrite: Bool
  ) throws(KubernetesError) -> String {
    try check(type, namespace, isWrite: isWrite)
    return type.path(namespace: namespace.map(PercentEncoding.encode))
  }

  private static func check(
    _ type: ResourceType, _ namespace: String?, isWrite: Bool
  ) throws(KubernetesError) {
    if type.isNamespaced {
      guard namespace != nil || !isWrite else { throw refused("\(type): metadata.namespace: a namespace is needed") }
      guard !["", ".", ".."].contains(namespace) else { throw refused("\(type): metadata.namespace: not a namespace") }
    } else if namespace != nil {
      throw refused("\(type): metadata.namespace: objects of this type have none")
    }
  }

  private static func refused(_ message: String) -> KubernetesError {
    .status(APIStatus(code: 400, reason: "BadRequest", message: message))
  }
}

extension ObjectForm {
  /// What to accept. A server that cannot make metadata of a type sends whole objects, of which we keep as much.
  fileprivate func accept(_ kind: String) -> String {
    switch self {
    case .whole: "application/json"
    case .metadata: "application/json;as=\(kind);g=meta.k8s.io;v=v1,application/json"
    }
  }
}
