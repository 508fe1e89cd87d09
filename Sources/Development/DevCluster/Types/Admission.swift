// SPDX-License-Identifier: Apache-2.0

import JSON

/// The rules of a type as the request handlers call them, with what they find in the words of the API.
struct Admission: Sendable {
  private let rules: TypeRules
  private let isCustom: Bool

  /// The rules of a built-in kind. One that has none is kept as it comes.
  static func builtIn(group: String, kind: String, hasStatus: Bool) -> Admission {
    let isReview = ["authentication.k8s.io", "authorization.k8s.io"].contains(group)
    let fallback = isReview ? review : StructuralSchema.anything
    return Admission(
      rules: TypeRules.builtIn(group: group, kind: kind) ?? .custom(fallback, hasStatusSubresource: hasStatus),
      isCustom: false)
  }

  /// A review is answered and not stored; only its managed fields ask for a schema.
  private static let review = StructuralSchema(
    kind: .object,
    properties: [
      (
        "spec",
        StructuralSchema(
          kind: .object, additionalProperties: .anything, presence: .alwaysStructure)
      ), ("status", .anything),
    ])

  /// The schema of whole objects.
  var schema: StructuralSchema { rules.schema }

  /// The rules of a custom resource, by the schema of its version, which was checked when the definition was written.
  static func custom(openAPI: JSONValue, hasStatus: Bool) throws(SchemaError) -> Admission {
    Admission(
      rules: .custom(try StructuralSchema(structural: openAPI), hasStatusSubresource: hasStatus), isCustom: true)
  }

  /// The object without the fields that the type does not have, and these fields. A null where null is no value counts as
  /// absent. An applied object is not decoded as one of the type: there both are refused.
  ///
  /// - Throws: 400 if it cannot become an object of the type at all.
  func decoded(
    _ object: JSONValue, as type: ServedType
  ) throws(APIStatus) -> (object: JSONValue, unknown: [String]) {
    if !isCustom, let problem = rules.decodingProblem(object, kind: type.kind) {
      throw .badRequest("\(type.kind) in version \"\(type.version)\" cannot be handled as a \(type.kind): \(problem)")
    }
    let (value, unknown) = rules.schema.pruned(object)
    guard isCustom else { return (value, unknown) }
    return (rules.schema.withoutNulls(value), unknown.sorted())
  }

  /// The object in the form in which it is stored, with everything filled in.
  func completed(_ object: JSONValue) -> JSONValue { rules.defaults(rules.canonicalize(object)) }

  /// The object as it is read again once it was kept.
  func stored(_ object: JSONValue) -> JSONValue { isCustom ? object.asStored : object }

  /// What is wrong with an object, or with a change.
  func failures(_ new: JSONValue, _ old: JSONValue?, subresource: String? = nil) -> [FieldFailure] {
    if subresource == "status", let old { return rules.validateStatus(new, old) }
    return rules.validate(new, old)
  }

  /// The live object with an applied one merged in, and who owns what.
  ///
  /// - Throws: 409 for fields of other managers, 500 for an object that does not fit the schema.
  func merged(
    _ applied: JSONValue, into live: JSONValue?, _ write: WriteOptions, type: ServedType
  ) throws(APIStatus) -> JSONValue {
    let merged: JSONValue
    do throws(ApplyError) {
      merged = try FieldManagement.apply(
        live: live, applied: applied, manager: write.manager, subresource: write.subresource,
        apiVersion: type.apiVersion, force: write.isForced, schema: rules.schema,
        ignoring: rules.resetFields(subresource: write.subresource), now: write.now.rfc3339
      ).object
    } catch {
      switch error {
      case .untyped(let message): throw .internalError(message)
      case .conflict(let conflict): throw .applyConflict(conflict)
      }
    }
    // What fits the schema may still not fit the Go type: base64, quantities, times.
    if !isCustom, let problem = rules.conversionProblem(merged, kind: type.kind) {
      let kind = "\(type.group)/\(type.version), Kind=\(type.kind)"
      throw .internalError(
        "failed to convert new object (\(applied.namespace)/\(applied.name); \(kind)) to proper version: unable to convert "
          + "unstructured object to \(kind): \(problem)")
    }
    return merged
  }

  /// The new object with a note of who owns what it changes.
  func tracked(_ new: JSONValue, over live: JSONValue?, _ write: WriteOptions, type: ServedType) -> JSONValue {
    FieldManagement.update(
      live: live, new: new, manager: write.manager, subresource: write.subresource, apiVersion: type.apiVersion,
      schema: rules.schema, ignoring: rules.resetFields(subresource: write.subresource), now: write.now.rfc3339)
  }

  /// How the lists of the type merge under a strategic merge patch.
  var strategicMerge: StrategicMergePatch {
    let schema = rules.schema
    return StrategicMergePatch(
      mergeKey: { path in
        guard case .map(let keys)? = Self.list(at: path, in: schema)?.merging else { return nil }
        // Where several members make the key (a port and its protocol), the patch names the first.
        return keys.first
      },
      isMergingSet: { Self.list(at: $0, in: schema)?.merging == .set })
  }

  private static func list(at path: [String], in schema: StructuralSchema) -> StructuralSchema? {
    path.reduce(Optional(schema)) { schema, name in
      guard let schema else { return nil }
      return (schema.kind == .array ? schema.items : schema)?.member(name)?.schema
    }
  }
}

extension APIStatus {
  /// The 409 of an apply that would take fields from other managers.
  static func applyConflict(_ conflict: ApplyConflict) -> APIStatus {
    APIStatus(
      code: 409, reason: "Conflict", message: conflict.message,
      details: [
        "causes": .array(
          conflict.causes.map {
            ["reason": "FieldManagerConflict", "message": .string($0.message), "field": .string($0.field)]
          })
      ])
  }
}
