// SPDX-License-Identifier: Apache-2.0

import JSON

/// Server-side apply and the bookkeeping of who owns which field.
///
/// All functions are pure. They take objects as they are stored, in canonical form with their defaults, and leave
/// `resourceVersion`, `generation`, defaulting and validation to the caller. Sources: KEP-555,
/// `k8s.io/apimachinery/pkg/util/managedfields`, `sigs.k8s.io/structured-merge-diff/merge/update.go`.
public enum FieldManagement {
  /// Applies an object.
  ///
  /// Fields that the manager applied before and does not apply now are removed unless another manager owns them. What
  /// the server filled in is owned by nobody, so defaulting comes after this. Afterwards, see ``keepingTimes(of:in:)``.
  ///
  /// - Parameters:
  ///   - live: the stored object, nil to create one.
  ///   - applied: the object of the request, without `metadata.managedFields`.
  ///   - subresource: `status` for an apply to that subresource.
  ///   - force: whether to take fields from other managers instead of failing.
  ///   - ignoring: what cannot be written through this endpoint, see ``TypeRules/resetFields(subresource:)``; neither
  ///     is it taken from the applied object nor owned.
  ///   - now: the time for the entry in `managedFields`, RFC 3339 in UTC to the second.
  /// - Returns: the object with its `managedFields`, and whether object or owners differ from the live ones.
  public static func apply(
    live: JSONValue?, applied: JSONValue, manager name: String, subresource: String? = nil, apiVersion: String,
    force: Bool, schema: StructuralSchema, ignoring: FieldSet = FieldSet(), now: String
  ) throws(ApplyError) -> (object: JSONValue, changed: Bool) {
    try check(applied, schema: schema, apiVersion: apiVersion)
    let manager = ManagedFields.Manager(name: name, operation: .apply, subresource: subresource, apiVersion: nil)
    let before = live.map(withoutManagedFields) ?? schema.zeroValue
    var managed = ManagedFields(live?[path: "metadata", "managedFields"]) ?? ManagedFields()
    let last = managed.entries[manager]?.fields

    let configuration = schema.removing(ignoring, from: applied)
    let owned = schema.fieldSet(of: configuration).subtractingRecursively(ignoring).subtracting(unowned)
    let old = managed.entries[manager]
    managed.entries[manager] = ManagedFields.Entry(fields: owned, apiVersion: apiVersion, time: old?.time)
    var merged = schema.merged(live: before, applied: configuration) ?? configuration
    merged = withdraw(last, from: merged, managed: managed, schema: schema)

    let comparison = schema.compared(before, merged)
    let taken = comparison.modified.union(comparison.added).subtractingRecursively(ignoring)
    let conflicts = conflicts(managed, taken, except: manager)
    if !force, !conflicts.causes.isEmpty { throw .conflict(conflicts) }
    managed.change(except: manager) { $0.subtracting(taken).subtracting(comparison.removed) }

    let isUnchanged = live != nil && comparison.isSame && old?.fields == owned && old?.apiVersion == apiVersion
    // The entry of a manager whose apply changes no field has no new time, so the first such has none.
    if live == nil || !comparison.isSame { managed.entries[manager]?.time = now }
    if owned.isEmpty { managed.entries[manager] = nil }
    return (setting(managed, in: merged), live == nil || !isUnchanged)
  }

  /// Records a create, update or patch: the manager owns what it changed and takes it from the others.
  ///
  /// - Parameters:
  ///   - live: the stored object, nil when one is created.
  ///   - new: the object to be stored, in canonical form with its defaults; a `managedFields` that the client sent in
  ///     it replaces the live one, as in the API server, unless this is a subresource.
  ///   - ignoring: what cannot be written through this endpoint, see ``TypeRules/resetFields(subresource:)``.
  ///   - now: the time for the entry in `managedFields`, RFC 3339 in UTC to the second.
  /// - Returns: the new object with its `managedFields`; their times are the live ones if nothing changed.
  public static func update(
    live: JSONValue?, new: JSONValue, manager name: String, subresource: String? = nil, apiVersion: String,
    schema: StructuralSchema, ignoring: FieldSet = FieldSet(), now: String
  ) -> JSONValue {
    let manager = ManagedFields.Manager(
      name: name, operation: .update, subresource: subresource, apiVersion: apiVersion)
    let (before, after) = (live.map(withoutManagedFields) ?? schema.zeroValue, withoutManagedFields(new))
    let given = subresource == nil ? ManagedFields(new[path: "metadata", "managedFields"]) : nil
    var managed = given ?? ManagedFields(live?[path: "metadata", "managedFields"]) ?? ManagedFields()

    let comparison = schema.compared(before, after)
    let taken = comparison.modified.union(comparison.added).subtractingRecursively(ignoring)
    managed.change(except: nil) { $0.subtracting(taken).subtracting(comparison.removed) }
    let owned = taken.subtracting(unowned)
    if !owned.isEmpty {
      let earlier = managed.entries[manager]?.fields ?? FieldSet()
      managed.entries[manager] = ManagedFields.Entry(fields: earlier.union(owned), apiVersion: apiVersion, time: now)
    }
    managed.capUpdaters()
    let result = setting(managed, in: after)
    return live.map { keepingTimes(of: $0, in: result) } ?? result
  }

  /// The live object if the new one differs from it in nothing but the times of `managedFields`, else the new one.
  ///
  /// With this a request that changes nothing leaves the `resourceVersion` alone, even where the applied text was
  /// written differently (`0.1` for `100m`). Call it when canonical form and defaults are restored.
  public static func keepingTimes(of live: JSONValue, in new: JSONValue) -> JSONValue {
    withoutTimes(live) == withoutTimes(new) ? live : new
  }
}

extension FieldManagement {
  /// What nobody owns, because everybody sends it or only the server sets it.
  static let unowned = FieldSet(
    [["apiVersion"], ["kind"], ["metadata"]].map { $0.map(PathElement.field) }
      + [
        "name", "namespace", "creationTimestamp", "selfLink", "uid", "clusterName", "generation", "managedFields",
        "resourceVersion",
      ].map { [.field("metadata"), .field($0)] })

  private static func check(
    _ applied: JSONValue, schema: StructuralSchema, apiVersion: String
  ) throws(ApplyError) {
    let errors = schema.typingErrors(applied)
    guard !errors.isEmpty else { return }
    let name = applied[path: "metadata", "name"]?.string ?? ""
    let namespace = applied[path: "metadata", "namespace"]?.string ?? ""
    let kind = applied["kind"]?.string ?? ""
    let detail = errors.count == 1 ? errors[0] : "errors:\n" + errors.map { "  \($0)" }.joined(separator: "\n")
    let object = "\(namespace)/\(name); \(apiVersion), Kind=\(kind)"
    throw .untyped(message: "failed to create typed patch object (\(object)): \(detail)")
  }

  /// Removes what the manager applied last and no longer applies, except what others own.
  private static func withdraw(
    _ last: FieldSet?, from merged: JSONValue, managed: ManagedFields, schema: StructuralSchema
  ) -> JSONValue {
    guard let last, !last.isEmpty else { return merged }
    let lastNamed = schema.namedFieldsAsMembers(last)
    let all = schema.namedFieldsAsMembers(schema.fieldSet(of: merged))
    let claimed = managed.entries.values.reduce(FieldSet()) { $0.union($1.fields) }
    var pruned = schema.removing(lastNamed, from: merged)
    // Whoever owns something below a removed element keeps it, and with it the element.
    let left = schema.namedFieldsAsMembers(schema.fieldSet(of: pruned))
    pruned = schema.removing(all.subtracting(left.union(schema.namedFieldsAsMembers(claimed))), from: merged)
    // Nothing goes that this manager did not own, such as what the server filled in beside it.
    let remaining = schema.namedFieldsAsMembers(schema.fieldSet(of: pruned))
    return schema.removing(all.subtracting(remaining).intersection(lastNamed), from: merged)
  }

  private static func conflicts(
    _ managed: ManagedFields, _ taken: FieldSet, except own: ManagedFields.Manager
  ) -> ApplyConflict {
    let others = managed.entries.filter { $0.key != own }
      .map { (manager: $0.key.description, fields: $0.value.fields) }.sorted { $0.manager < $1.manager }
    return ApplyConflict(
      causes: others.flatMap { manager, fields in
        fields.intersection(taken).paths.map { path in
          ApplyConflict.Cause(
            message: "conflict with \(manager)", field: path.map(\.description).joined(), manager: manager)
        }
      })
  }

  private static func withoutManagedFields(_ object: JSONValue) -> JSONValue {
    var result = object
    if result["metadata"]?.object != nil { result["metadata"]?["managedFields"] = nil }
    return result
  }

  private static func setting(_ managed: ManagedFields, in object: JSONValue) -> JSONValue {
    var result = object
    var metadata = result["metadata"] ?? [:]
    metadata["managedFields"] = managed.value
    result["metadata"] = metadata
    return result
  }

  private static func withoutTimes(_ object: JSONValue) -> JSONValue {
    guard case .array(let entries)? = object[path: "metadata", "managedFields"] else { return object }
    var result = object
    // The order of the entries depends on their times, so it is left out as well.
    let timeless = entries.map { entry in
      var entry = entry
      entry["time"] = nil
      return entry
    }
    result["metadata"]?["managedFields"] = .array(
      timeless.sorted { JSONWriter.bytes($0).lexicographicallyPrecedes(JSONWriter.bytes($1)) })
    return result
  }
}
