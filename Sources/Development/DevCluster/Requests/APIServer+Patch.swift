// SPDX-License-Identifier: Apache-2.0

import JSON

extension APIServer {
  func patch(
    _ request: APIRequest, _ target: RequestTarget, _ type: ServedType, by identity: Identity
  ) throws(APIStatus) -> APIResponse {
    let form = try Representation.accepted(by: request)
    let media = MediaType(request.header("content-type") ?? "").name
    var accepted = ["application/json-patch+json", "application/merge-patch+json"]
    if !type.isCustom { accepted.append("application/strategic-merge-patch+json") }
    accepted.append("application/apply-patch+yaml")
    guard accepted.contains(media) else { throw .unsupportedMediaType(accepted) }
    if media == "application/apply-patch+yaml" { return try apply(request, target, type, form, by: identity) }

    let write = try WriteOptions(request, subresource: target.subresource, now: configuration.now())
    if request.parameter("force") != nil {
      throw .invalid(
        "", group: "meta.k8s.io", kind: "PatchOptions",
        [.forbidden("force", "may not be specified for non-apply patch")])
    }
    let old = present(try found(target, type), as: type)
    let body = try RequestBody.patch(request.body)
    var patched = body
    switch media {
    case "application/json-patch+json": patched.value = try JSONPatch.apply(body.value, to: old)
    case "application/merge-patch+json": patched.value = MergePatch.apply(body.value, to: old)
    default: patched.value = type.rules.strategicMerge.apply(body.value, to: old)
    }
    try RequestBody.check(patched.value, is: type)
    guard patched.value.name == old.name else { throw Self.mismatch(patched.value.name, old.name) }
    let (new, warnings) = try known(patched, type, write)
    let updated = try update(old, to: new, type, write, tracksFields: true, by: identity)
    return APIResponse(
      status: 200, json: represent(updated, type, form),
      warnings: warnings + writeWarnings(updated, over: old, type, subresource: target.subresource))
  }

  /// Server-side apply (KEP-555).
  private func apply(
    _ request: APIRequest, _ target: RequestTarget, _ type: ServedType, _ form: Representation,
    by identity: Identity
  ) throws(APIStatus) -> APIResponse {
    let write = try WriteOptions(request, subresource: target.subresource, now: configuration.now())
    guard request.parameter("fieldManager") ?? "" != "" else {
      throw .invalid(
        "", group: "meta.k8s.io", kind: "PatchOptions",
        [.required("fieldManager", "is required for apply patch")])
    }
    let body = try RequestBody.applied(request, as: type)
    var applied = body.value
    try RequestBody.check(applied, is: type)
    let name = target.name ?? ""
    guard applied.meta["managedFields"] == nil else { throw .badRequest("metadata.managedFields must be nil") }
    guard applied.name.isEmpty || applied.name == name else { throw Self.mismatch(applied.name, name) }
    applied.meta["name"] = .string(name)
    if let namespace = target.namespace {
      guard applied.namespace.isEmpty || applied.namespace == namespace else {
        throw .badRequest("the namespace of the provided object does not match the namespace sent on the request")
      }
      applied.meta["namespace"] = .string(namespace)
    }
    let key = ObjectKey(namespace: target.namespace ?? "", name: name)
    // A field that the type does not have is not pruned here: what is applied must fit the schema.
    let warnings = type.isCustom ? try repeated(body.duplicates, type, write) : []
    guard let stored = store.object(type.storage, key) else {
      guard target.subresource == nil else { throw .notFound(name, type) }
      try checkCreation(name, target, type, by: identity)
      if let version = applied.resourceVersion, version != 0 { throw .conflict(name, type) }
      let merged = try type.rules.merged(applied, into: nil, write, type: type)
      let created = try insert(merged, target, type, write, tracksFields: false, by: identity)
      return APIResponse(
        status: 201, json: represent(created, type, form),
        warnings: warnings + writeWarnings(created, over: nil, type))
    }
    let old = present(stored, as: type)
    if let version = applied.resourceVersion, version != 0, version != old.resourceVersion {
      throw .conflict(name, type)
    }
    if !applied.uid.isEmpty, applied.uid != old.uid {
      throw .precondition(
        name, type, "Precondition failed: UID in precondition: \(applied.uid), UID in object meta: \(old.uid)")
    }
    let merged = try type.rules.merged(applied, into: old, write, type: type)
    let updated = try update(old, to: merged, type, write, tracksFields: false, by: identity)
    return APIResponse(
      status: 200, json: represent(updated, type, form),
      warnings: warnings + writeWarnings(updated, over: old, type, subresource: target.subresource))
  }

  /// Refuses an apply that would create an object to who may only patch.
  ///
  /// Source: `withAuthorization` in `k8s.io/apiserver/pkg/endpoints/handlers/update.go`; RBAC gives no reason, so the
  /// message ends where one would follow.
  ///
  /// - Throws: 403.
  private func checkCreation(
    _ name: String, _ target: RequestTarget, _ type: ServedType, by identity: Identity
  ) throws(APIStatus) {
    let isAllowed =
      identity.groups.contains("system:masters")
      || access.allows(
        identity,
        RoleBasedAccess.Attributes(
          verb: "create", group: type.group, resource: type.plural, name: name,
          namespace: target.authorizationNamespace))
    guard !isAllowed else { return }
    throw APIStatus(
      code: 403, reason: "Forbidden", message: "\(type.qualifiedPlural) \"\(name)\" is forbidden: ",
      details: APIStatus.details(name: name, group: type.group, kind: type.plural))
  }
}
