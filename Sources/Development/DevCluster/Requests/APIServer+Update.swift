// SPDX-License-Identifier: Apache-2.0

import JSON

extension APIServer {
  func replace(
    _ request: APIRequest, _ target: RequestTarget, _ type: ServedType, by identity: Identity
  ) throws(APIStatus) -> APIResponse {
    let form = try Representation.accepted(by: request)
    let write = try WriteOptions(request, subresource: target.subresource, now: configuration.now())
    let (new, warnings) = try known(try RequestBody.object(request, as: type), type, write)
    guard new.name.isEmpty || new.name == target.name else { throw Self.mismatch(new.name, target.name ?? "") }
    let old = present(try found(target, type), as: type)
    if new.resourceVersion == nil, needsVersion(type) {
      throw .invalid(
        old.name, type, [.invalid("metadata.resourceVersion", 0, "must be specified for an update")])
    }
    let updated = try update(old, to: new, type, write, tracksFields: true, by: identity)
    return APIResponse(
      status: 200, json: represent(updated, type, form),
      warnings: warnings + writeWarnings(updated, over: old, type, subresource: target.subresource))
  }

  /// Checks and keeps a change, in the order of `registry/rest/update.go` and of the types' strategies.
  ///
  /// A change that changes nothing is not written: its answer is the object as it is.
  func update(
    _ old: JSONValue, to wanted: JSONValue, _ type: ServedType, _ write: WriteOptions, tracksFields: Bool,
    by identity: Identity
  ) throws(APIStatus) -> JSONValue {
    var new = wanted
    if let version = new.resourceVersion, version != 0, version != old.resourceVersion {
      throw .conflict(old.name, type)
    }
    if !new.uid.isEmpty, new.uid != old.uid {
      throw .precondition(
        old.name, type, "Precondition failed: UID in precondition: \(new.uid), UID in object meta: \(old.uid)")
    }
    new["apiVersion"] = .string(type.apiVersion)
    new["kind"] = .string(type.kind)
    if write.subresource == "status" {
      var merged = old
      merged["status"] = new["status"]
      merged.meta["managedFields"] = new.meta["managedFields"]
      new = merged
    } else if type.hasStatus, write.subresource == nil {
      new["status"] = old["status"]
    }
    for field in [
      "name", "namespace", "uid", "resourceVersion", "creationTimestamp", "generation", "deletionTimestamp",
      "deletionGracePeriodSeconds", "generateName",
    ] {
      new.meta[field] = old.meta[field]
    }
    new = type.rules.completed(new)
    if tracksFields { new = type.rules.tracked(new, over: old, write, type: type) }
    carryOver(&new, from: old, type)
    try checkEscalation(new, over: old, type, by: identity)
    let failures = type.rules.failures(new, old, subresource: write.subresource)
    guard failures.isEmpty else { throw .invalid(old.name, type, failures) }
    if write.subresource == nil { try checkPodSecurity(new, over: old, type) }
    new = type.rules.stored(new)
    try admit(new, over: old, type, write, by: identity)
    countGeneration(&new, old, type)
    guard FieldManagement.keepingTimes(of: old, in: new) != old else { return old }
    if write.isDryRun { return new }
    if new.isBeingDeleted, new.finalizers.isEmpty, type.storage != Self.namespaces {
      store.remove(type.storage, new.objectKey, last: new)
      return new
    }
    return store.put(new, type.storage, new.objectKey)
  }

  /// Whether an update must name the version that it is based on.
  private func needsVersion(_ type: ServedType) -> Bool {
    type.isCustom || ["Lease", "CustomResourceDefinition", "Event"].contains(type.kind)
  }

  /// What the server allocated stays although the client does not send it.
  private func carryOver(_ new: inout JSONValue, from old: JSONValue, _ type: ServedType) {
    switch (type.group, type.kind) {
    case ("", "Service"):
      for field in ["clusterIP", "clusterIPs"] where new[path: "spec", field] == nil {
        guard let value = old[path: "spec", field] else { continue }
        new["spec"] = MergePatch.apply(.object([field: value]), to: new["spec"])
      }
    case ("", "Namespace") where new[path: "spec", "finalizers"] == nil && !new.isBeingDeleted:
      new["spec"] = old["spec"]
    default: break
    }
  }

  private func countGeneration(_ new: inout JSONValue, _ old: JSONValue, _ type: ServedType) {
    guard type.countsGenerations, let generation = old.generation else { return }
    if type.group == "apps", type.kind == "DaemonSet",
      new[path: "spec", "template"] != old[path: "spec", "template"]
    {
      let key = "deprecated.daemonset.template.generation"
      let last = old[path: "metadata", "annotations", key]?.string.flatMap { Int64($0) } ?? generation
      new.meta = MergePatch.apply(["annotations": .object([key: .string(String(last + 1))])], to: new.meta)
    }
    let isChanged =
      type.isCustom
      ? Self.desired(new, hasStatus: type.hasStatus) != Self.desired(old, hasStatus: type.hasStatus)
      : new["spec"] != old["spec"]
    new.generation = isChanged ? generation + 1 : generation
  }

  private static func desired(_ object: JSONValue, hasStatus: Bool) -> JSONValue {
    hasStatus ? object.without("metadata").without("status") : object.without("metadata")
  }
}
