// SPDX-License-Identifier: Apache-2.0

import JSON

extension APIServer {
  func get(_ request: APIRequest, _ target: RequestTarget, _ type: ServedType) throws(APIStatus) -> APIResponse {
    let form = try Representation.accepted(by: request)
    let object = present(try seen(target, type), as: type)
    return APIResponse(status: 200, json: represent(object, type, form))
  }

  func list(_ request: APIRequest, _ target: RequestTarget, _ type: ServedType) throws(APIStatus) -> APIResponse {
    let form = try Representation.accepted(by: request)
    let selection = try Selection(request, target, type)
    try ListOptions.check(request, isWatch: false)
    var page = try ListPage(request, current: readRevision)
    guard let snapshot = store.snapshot(type.storage, at: page.revision) else { throw page.expired }
    let matching = snapshot.filter { entry in
      (page.start.map { $0 < entry.key } ?? true) && selection.contains(present(entry.object, as: type))
    }
    let shown = page.limit.map { Array(matching.prefix($0)) } ?? matching
    var metadata: JSONValue = ["resourceVersion": .string(String(page.revision))]
    if shown.count < matching.count, let last = shown.last {
      page.start = last.key
      metadata["continue"] = .string(page.token)
      if selection.labels.requirements.isEmpty, selection.fields.terms.isEmpty {
        metadata["remainingItemCount"] = .integer(Int64(matching.count - shown.count))
      }
    } else if type.isCustom, form == .full {
      metadata["continue"] = ""
    }
    return APIResponse(
      status: 200, json: represent(shown.map { present($0.object, as: type) }, type, form, metadata: metadata))
  }

  /// The object that the path names.
  ///
  /// - Throws: 404.
  func found(_ target: RequestTarget, _ type: ServedType) throws(APIStatus) -> JSONValue {
    let key = ObjectKey(namespace: target.namespace ?? "", name: target.name ?? "")
    guard let object = store.object(type.storage, key) else { throw .notFound(key.name, type) }
    return object
  }

  /// A stored object in the version in which it is asked for.
  func present(_ object: JSONValue, as type: ServedType) -> JSONValue {
    guard object["apiVersion"]?.string != type.apiVersion else { return object }
    if type.kind == "Event", !type.isCustom { return EventConversion.convert(object, to: type.apiVersion) }
    var object = object
    object["apiVersion"] = .string(type.apiVersion)
    return object
  }

  /// One object in the form that the client wants.
  func represent(_ object: JSONValue, _ type: ServedType, _ form: Representation) -> JSONValue {
    switch form {
    case .full: return object
    case .metadata: return PartialMetadata.of(object)
    case .table(let rows):
      return Table(type: type, objects: rows, now: configuration.now())
        .table([object], metadata: ["resourceVersion": object.meta["resourceVersion"] ?? ""])
    }
  }

  /// A list in the form that the client wants. Items of built-in types carry no type, as the real server has it.
  func represent(
    _ objects: [JSONValue], _ type: ServedType, _ form: Representation, metadata: JSONValue
  ) -> JSONValue {
    switch form {
    case .full:
      let items = type.isCustom ? objects : objects.map { $0.without("apiVersion").without("kind") }
      return [
        "kind": .string(type.listKind), "apiVersion": .string(type.apiVersion), "metadata": metadata,
        "items": .array(items),
      ]
    case .metadata:
      return [
        "kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "metadata": metadata,
        "items": .array(objects.map(PartialMetadata.of)),
      ]
    case .table(let rows):
      return Table(type: type, objects: rows, now: configuration.now()).table(objects, metadata: metadata)
    }
  }
}
