// SPDX-License-Identifier: Apache-2.0

import JSON

/// The subresource `scale`: the number of replicas of an object, read and written without knowing its kind.
///
/// After `pkg/registry/apps/deployment/storage.ScaleREST`.
extension APIServer {
  func scale(
    _ request: APIRequest, _ target: RequestTarget, _ type: ServedType, _ paths: ScalePaths, by identity: Identity
  ) throws(APIStatus) -> APIResponse {
    let form = try Representation.accepted(by: request)
    guard form == .full else { throw .notAcceptable }
    let object = present(try found(target, type), as: type)
    let scale = Self.scale(of: object, paths)
    let wanted: JSONValue
    switch request.method {
    case "PUT": wanted = try RequestBody.object(request, as: Self.scaleType).value
    case "PATCH": wanted = try patched(scale, request)
    default: return APIResponse(status: 200, json: scale)
    }
    guard wanted.name.isEmpty || wanted.name == object.name else { throw Self.mismatch(wanted.name, object.name) }
    let replicas = wanted[path: "spec", "replicas"] ?? 0
    guard let count = replicas.integer, (0...Int64(Int32.max)).contains(count) else {
      throw .invalid(
        object.name, group: "autoscaling", kind: "Scale",
        [.invalid("spec.replicas", replicas, "must be greater than or equal to 0")])
    }
    var changed = object
    changed.set(.integer(count), at: paths.replicas[...])
    for field in ["resourceVersion", "uid"] { changed.meta[field] = wanted.meta[field] ?? object.meta[field] }
    let write = try WriteOptions(request, subresource: "scale", now: configuration.now())
    return APIResponse(
      status: 200,
      json: Self.scale(of: try update(object, to: changed, type, write, tracksFields: true, by: identity), paths))
  }

  private func patched(_ scale: JSONValue, _ request: APIRequest) throws(APIStatus) -> JSONValue {
    let body = try RequestBody.patch(request.body).value
    switch MediaType(request.header("content-type") ?? "").name {
    case "application/json-patch+json": return try JSONPatch.apply(body, to: scale)
    case "application/merge-patch+json", "application/strategic-merge-patch+json":
      // A Scale has no list, so both mean the same.
      return MergePatch.apply(body, to: scale)
    default: throw .unsupportedMediaType(["application/json-patch+json", "application/merge-patch+json"])
    }
  }

  /// The `Scale` of an object.
  static func scale(of object: JSONValue, _ paths: ScalePaths) -> JSONValue {
    var meta: JSONValue = [:]
    for field in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
      if let value = object.meta[field] { meta[field] = value }
    }
    var spec: JSONValue = [:]
    if let replicas = object.value(at: paths.replicas), replicas != 0 { spec["replicas"] = replicas }
    var status: JSONValue = ["replicas": object.value(at: paths.current) ?? 0]
    if let selector = paths.selector.flatMap({ object.value(at: $0) }) {
      let text =
        selector.string
        ?? (selector["matchLabels"].map(JSONValue.texts) ?? [:])
        .sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
      if !text.isEmpty { status["selector"] = .string(text) }
    }
    return ["kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": meta, "spec": spec, "status": status]
  }

  private static let scaleType = ServedType(
    group: "autoscaling", version: "v1", kind: "Scale", plural: "scales", singular: "scale", listKind: "ScaleList",
    isNamespaced: true, hasStatus: false, countsGenerations: false,
    rules: .builtIn(group: "autoscaling", kind: "Scale", hasStatus: false))
}

extension JSONValue {
  fileprivate func value(at path: [String]) -> JSONValue? {
    path.reduce(Optional(self)) { value, name in value?[name] }
  }

  fileprivate mutating func set(_ value: JSONValue, at path: ArraySlice<String>) {
    guard let name = path.first else {
      self = value
      return
    }
    var member = self[name] ?? [:]
    member.set(value, at: path.dropFirst())
    self[name] = member
  }
}
