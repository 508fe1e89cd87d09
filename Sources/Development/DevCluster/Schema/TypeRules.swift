// SPDX-License-Identifier: Apache-2.0

import JSON

/// All that this server knows about one kind of object: its schema, what is filled in and what is refused.
///
/// An object passes through in this order: ``decodingProblem(_:)`` and ``StructuralSchema/pruned(_:)`` on what came,
/// then ``canonicalize``, ``defaults``, ``FieldManagement``, ``validate``. For an apply, ``FieldManagement`` comes
/// first and works on the object as it came.
public struct TypeRules: Sendable {
  /// The schema of whole objects, with `apiVersion`, `kind` and `metadata`.
  public let schema: StructuralSchema
  /// Fills in what the API server fills in, whoever the client is. Clusters' addresses are not among it.
  public let defaults: @Sendable (_ object: JSONValue) -> JSONValue
  /// Everything that is wrong with an object, or with the change from the old to the new one; empty if nothing is.
  /// `metadata` is included: names, labels, annotations, owners and what must not change.
  public let validate: @Sendable (_ new: JSONValue, _ old: JSONValue?) -> [FieldFailure]
  /// Everything that is wrong with a change through the endpoint `status`.
  public let validateStatus: @Sendable (_ new: JSONValue, _ old: JSONValue) -> [FieldFailure]
  /// Brings an object into the form in which the API server stores and writes it.
  public let canonicalize: @Sendable (_ object: JSONValue) -> JSONValue
  /// Whether status is written through its own endpoint only.
  public let hasStatusSubresource: Bool

  /// What a client cannot write through an endpoint: `status` through the object's own, all but `status` and
  /// `metadata` through `status`. Give it to ``FieldManagement`` as `ignoring`.
  public func resetFields(subresource: String?) -> FieldSet {
    guard hasStatusSubresource else { return FieldSet() }
    if subresource == nil { return FieldSet([[.field("status")]]) }
    guard subresource == "status" else { return FieldSet() }
    return FieldSet([[.field("spec")], [.field("metadata"), .field("labels")]])
  }
}

extension TypeRules {
  /// The rules of a built-in kind; nil if this server has none. The version does not matter.
  public static func builtIn(group: String, kind: String) -> TypeRules? {
    guard groups[kind]?.contains(group) == true else { return nil }
    // Two groups have a kind of this name.
    let name = group == "events.k8s.io" ? "RegardingEvent" : kind
    guard let schema = SchemaTable.builtIn.types[name] else { return nil }
    let isDefinition = name == "CustomResourceDefinition"
    let validate: @Sendable (JSONValue, JSONValue?) -> [FieldFailure] = { new, old in
      ObjectMetaRules.validate(new, old, naming: .init(kind: name)) + BuiltInValidation.failures(new, old, kind: name)
    }
    return TypeRules(
      schema: schema,
      defaults: { BuiltInDefaults.filled(schema.defaulted($0), kind: name) },
      validate: validate,
      validateStatus: validate,
      canonicalize: {
        let object = BuiltInDefaults.converted(schema.canonical($0), kind: name)
        return isDefinition ? CustomResourceDefinition.canonical(object) : object
      },
      hasStatusSubresource: schema.properties["status"] != nil)
  }

  /// The rules of a custom resource.
  ///
  /// Rules in `x-kubernetes-validations` are not evaluated. Where the schema has such rules and the object is so broken
  /// that the API server would not evaluate them either, the failure that says so is among the failures.
  ///
  /// - Parameter schema: the schema of the version, as the definition has it.
  public static func custom(_ schema: StructuralSchema, hasStatusSubresource: Bool) -> TypeRules {
    let complete = schema.withObjectMembers
    let rules = CustomResourceRules(schema: schema)
    return TypeRules(
      schema: complete,
      defaults: { complete.defaulted($0) },
      validate: { rules.failures($0, over: $1) },
      validateStatus: { rules.statusFailures($0, over: $1) },
      canonicalize: { complete.canonical($0) },
      hasStatusSubresource: hasStatusSubresource)
  }

  /// Each built-in kind and the groups that have it.
  private static let groups: [String: [String]] = [
    "Namespace": [""], "Node": [""], "Pod": [""], "Service": [""], "ServiceAccount": [""], "Secret": [""],
    "ConfigMap": [""], "PersistentVolumeClaim": [""], "Event": ["", "events.k8s.io"], "DaemonSet": ["apps"],
    "Deployment": ["apps"], "StatefulSet": ["apps"], "NetworkPolicy": ["networking.k8s.io"],
    "Ingress": ["networking.k8s.io"], "PodDisruptionBudget": ["policy"], "Role": ["rbac.authorization.k8s.io"],
    "ClusterRole": ["rbac.authorization.k8s.io"], "RoleBinding": ["rbac.authorization.k8s.io"],
    "ClusterRoleBinding": ["rbac.authorization.k8s.io"], "Lease": ["coordination.k8s.io"],
    "CustomResourceDefinition": ["apiextensions.k8s.io"],
  ]
}

extension StructuralSchema {
  /// The schema of a custom resource with the members that every object has.
  var withObjectMembers: StructuralSchema {
    let own = propertyOrder.filter { !["apiVersion", "kind", "metadata"].contains($0) }
      .compactMap { name in properties[name].map { (name, $0) } }
    let meta = SchemaTable.builtIn.types["ObjectMeta"] ?? .anything
    let shared = [
      ("apiVersion", StructuralSchema(kind: .string)), ("kind", StructuralSchema(kind: .string)), ("metadata", meta),
    ]
    return StructuralSchema(
      kind: .object, rules: rules, merging: merging, properties: shared + own,
      additionalProperties: additionalProperties, defaultValue: defaultValue, description: description)
  }
}
