// SPDX-License-Identifier: Apache-2.0

import JSON

extension APIServer {
  func create(
    _ request: APIRequest, _ target: RequestTarget, _ type: ServedType, by identity: Identity
  ) throws(APIStatus) -> APIResponse {
    let form = try Representation.accepted(by: request)
    let write = try WriteOptions(request, subresource: nil, now: configuration.now())
    let body = try RequestBody.object(request, as: type)
    let (pruned, warnings) = try known(body, type, write)
    var object = pruned
    if let name = target.name {
      guard type.isCustom else { throw .methodNotAllowed() }
      // A custom resource may be created under its own name; the body must agree.
      guard object.name.isEmpty || object.name == name else { throw Self.mismatch(object.name, name) }
      object.meta["name"] = .string(name)
    }
    guard type.isStored else {
      let asked = type.rules.tracked(object, over: nil, write, type: type)
      return APIResponse(status: 201, json: review(asked, type, by: identity))
    }
    let created = try insert(object, target, type, write, tracksFields: true, by: identity)
    return APIResponse(
      status: 201, json: represent(created, type, form),
      warnings: warnings + writeWarnings(created, over: nil, type))
  }

  /// Checks and keeps a new object, in the order of `registry/generic/registry/store.go`.
  func insert(
    _ object: JSONValue, _ target: RequestTarget, _ type: ServedType, _ write: WriteOptions, tracksFields: Bool,
    by identity: Identity
  ) throws(APIStatus) -> JSONValue {
    var object = object
    object["apiVersion"] = .string(type.apiVersion)
    object["kind"] = .string(type.kind)
    try place(&object, target, type)
    if object.name.isEmpty, let prefix = object.meta["generateName"]?.string, !prefix.isEmpty {
      object.meta["name"] = .string(String(prefix.prefix(58)) + identifiers.suffix())
    }
    if type.hasStatus, !keepsStatusOnCreate(type) { object["status"] = nil }
    for field in ["resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "generation"] {
      object.meta[field] = nil
    }
    object = type.rules.completed(object)
    if tracksFields {
      object.meta["managedFields"] = nil
      object = type.rules.tracked(object, over: nil, write, type: type)
    }
    initialize(&object, type)
    try checkEscalation(object, over: nil, type, by: identity)
    let failures = type.rules.failures(object, nil)
    guard failures.isEmpty else { throw .invalid(object.name, type, failures) }
    try checkPodSecurity(object, over: nil, type)
    try admit(object, over: nil, type, write, by: identity)
    if let existing = store.object(type.storage, object.objectKey) {
      throw .alreadyExists(object.name, type, isBeingDeleted: existing.isBeingDeleted)
    }
    object = type.rules.stored(object)
    object.meta["uid"] = .string(identifiers.uid())
    object.meta["creationTimestamp"] = .string(write.now.rfc3339)
    if type.countsGenerations { object.generation = 1 }
    return write.isDryRun ? object : store.put(object, type.storage, object.objectKey)
  }

  /// Prunes fields that the type does not have, and names these and the fields that the body has twice.
  ///
  /// - Throws: 400 if the request asks for strictness.
  func known(
    _ body: RequestBody, _ type: ServedType, _ write: WriteOptions
  ) throws(APIStatus) -> (object: JSONValue, warnings: [String]) {
    let (object, unknown) = try type.rules.decoded(body.value, as: type)
    let messages = Self.duplicate(body.duplicates) + unknown.map { "unknown field \"\($0)\"" }
    return (object, try warnings(messages, type, write))
  }

  /// Names the fields that an applied object has twice.
  ///
  /// - Throws: 400 if the request asks for strictness.
  func repeated(_ fields: [String], _ type: ServedType, _ write: WriteOptions) throws(APIStatus) -> [String] {
    try warnings(Self.duplicate(fields), type, write)
  }

  private static func duplicate(_ fields: [String]) -> [String] { fields.map { "duplicate field \"\($0)\"" } }

  private func warnings(
    _ messages: [String], _ type: ServedType, _ write: WriteOptions
  ) throws(APIStatus) -> [String] {
    guard !messages.isEmpty else { return [] }
    switch write.fieldValidation {
    case .ignore: return []
    case .warn: return messages
    case .strict:
      throw .badRequest(
        "\(type.kind) in version \"\(type.version)\" cannot be handled as a \(type.kind): strict decoding error: "
          + messages.joined(separator: ", "))
    }
  }

  /// What the client is warned about after a write that was accepted: Pod Security, and formats in the schemas of a
  /// definition that the server does not know and the definition did not have before.
  func writeWarnings(
    _ new: JSONValue, over old: JSONValue?, _ type: ServedType, subresource: String? = nil
  ) -> [String] {
    guard type.storage == CustomResourceDefinition.storage else {
      return podSecurityWarnings(new, over: old, type, subresource: subresource)
    }
    let before = old.map { CustomResourceDefinition(object: $0).unknownFormats } ?? []
    return CustomResourceDefinition(object: new).unknownFormats.filter { !before.contains($0) }
      .map { "unrecognized format \"\($0)\"" }
  }

  /// Sets the namespace by the path and refuses one that is not there.
  private func place(_ object: inout JSONValue, _ target: RequestTarget, _ type: ServedType) throws(APIStatus) {
    guard type.isNamespaced, let namespace = target.namespace else {
      object.meta["namespace"] = nil
      return
    }
    let stated = object.namespace
    guard stated.isEmpty || stated == namespace else {
      throw .badRequest("the namespace of the provided object does not match the namespace sent on the request")
    }
    object.meta["namespace"] = .string(namespace)
    guard let found = store.object(Self.namespaces, ObjectKey(namespace: "", name: namespace)) else {
      throw .notFound(namespace: namespace)
    }
    if found.isBeingDeleted {
      let name = object.name
      throw APIStatus(
        code: 403, reason: "Forbidden",
        message: "\(type.qualifiedPlural) \"\(name)\" is forbidden: unable to create new content in namespace "
          + "\(namespace) because it is being terminated",
        details: [
          "name": .string(name), "group": .string(type.group), "kind": .string(type.plural),
          "causes": [
            [
              "reason": "NamespaceTerminating", "field": "metadata.namespace",
              "message": .string("namespace \(namespace) is being terminated"),
            ]
          ],
        ])
    }
  }

  private func keepsStatusOnCreate(_ type: ServedType) -> Bool {
    !type.isCustom && ["Node", "PersistentVolume"].contains(type.kind)
  }

  static func mismatch(_ name: String, _ url: String) -> APIStatus {
    .badRequest("the name of the object (\(name)) does not match the name on the URL (\(url))")
  }
}
