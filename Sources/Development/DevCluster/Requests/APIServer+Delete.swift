// SPDX-License-Identifier: Apache-2.0

import JSON

extension APIServer {
  func delete(_ request: APIRequest, _ target: RequestTarget, _ type: ServedType) throws(APIStatus) -> APIResponse {
    let options = try DeleteOptions(request)
    let object = present(try found(target, type), as: type)
    if let uid = options.uid, uid != object.uid {
      throw .precondition(
        object.name, type,
        "the UID in the precondition (\(uid)) does not match the UID in record (\(object.uid)). "
          + "The object might have been deleted and then recreated")
    }
    if let version = options.resourceVersion, version != object.meta["resourceVersion"]?.string {
      throw .precondition(
        object.name, type,
        "the ResourceVersion in the precondition (\(version)) does not match the ResourceVersion in record "
          + "(\(object.meta["resourceVersion"]?.string ?? "")). The object might have been modified")
    }
    let marked = remove(object, type, options)
    if let marked { return APIResponse(status: 200, json: marked) }
    if !type.isCustom, ["Pod", "Service", "ServiceAccount", "PersistentVolumeClaim"].contains(type.kind) {
      return APIResponse(status: 200, json: object)
    }
    return APIResponse(
      status: 200, json: APIStatus.success(name: object.name, type: type, uid: object.uid))
  }

  func deleteCollection(
    _ request: APIRequest, _ target: RequestTarget, _ type: ServedType
  ) throws(APIStatus) -> APIResponse {
    let options = try DeleteOptions(request)
    let selection = try Selection(request, target, type)
    let revision = store.revision
    let objects = store.objects(type.storage).map { present($0, as: type) }.filter { selection.contains($0) }
    for object in objects { _ = remove(object, type, options) }
    return APIResponse(
      status: 200,
      json: represent(objects, type, .full, metadata: ["resourceVersion": .string(String(revision))]))
  }

  /// Deletes an object, or marks it if somebody has to finish first; gives back the marked object.
  func remove(_ object: JSONValue, _ type: ServedType, _ options: DeleteOptions) -> JSONValue? {
    var marked = object
    switch options.propagation {
    case .foreground where !marked.finalizers.contains("foregroundDeletion"):
      marked.finalizers.append("foregroundDeletion")
    case .orphan where configuration.runsControllers && !marked.finalizers.contains("orphan"):
      marked.finalizers.append("orphan")
    default: break
    }
    if type.storage == CustomResourceDefinition.storage, !marked.isBeingDeleted {
      marked.finalizers.append(CustomResourceDefinition.cleanup)
    }
    let isNamespace = type.storage == Self.namespaces
    let keepsNamespace = isNamespace && !(object[path: "spec", "finalizers"]?.array ?? []).isEmpty
    guard !marked.finalizers.isEmpty || keepsNamespace else {
      if !options.isDryRun { store.remove(type.storage, object.objectKey) }
      return nil
    }
    if !marked.isBeingDeleted {
      marked.meta["deletionTimestamp"] = .string(configuration.now().rfc3339)
      marked.meta["deletionGracePeriodSeconds"] = 0
      if let generation = marked.generation, generation > 0 { marked.generation = generation + 1 }
    }
    if isNamespace { marked["status"] = ["phase": "Terminating"] }
    guard marked != object, !options.isDryRun else { return marked }
    return store.put(marked, type.storage, object.objectKey)
  }
}

/// How something is to be deleted, from the body and the query.
struct DeleteOptions: Sendable {
  enum Propagation: String, Sendable {
    case orphan = "Orphan"
    case background = "Background"
    case foreground = "Foreground"
  }

  var uid: String?
  var resourceVersion: String?
  var propagation = Propagation.background
  var isDryRun = false

  init() {}

  /// - Throws: 400 for a body that is no `DeleteOptions`, 422 for a policy that does not exist.
  init(_ request: APIRequest) throws(APIStatus) {
    let body = try RequestBody.deleteOptions(request)
    uid = body[path: "preconditions", "uid"]?.string
    resourceVersion = body[path: "preconditions", "resourceVersion"]?.string
    if let policy = body["propagationPolicy"]?.string ?? request.parameter("propagationPolicy") {
      guard let known = Propagation(rawValue: policy) else {
        throw .invalid(
          "", group: "meta.k8s.io", kind: "DeleteOptions",
          [
            FieldFailure(
              field: "propagationPolicy", reason: .notSupported,
              message: "Unsupported value: \"\(policy)\": supported values: \"Background\", \"Foreground\", \"Orphan\"")
          ])
      }
      propagation = known
    } else if body["orphanDependents"]?.bool == true {
      propagation = .orphan
    }
    isDryRun = request.parameter("dryRun") == "All" || body["dryRun"]?.array == ["All"]
  }
}
