// SPDX-License-Identifier: Apache-2.0

import JSON

/// How the fields of the CustomResourceDefinition that a cluster serves differ from those of this release. Pure.
///
/// Operator and definition are upgraded apart from each other, so for a while one may be older than the other. The API
/// server refuses a status with a field that it does not know, and drops such a field of a specification; this release
/// refuses a specification with a field that it does not know.
public struct DefinitionDifference: Hashable, Sendable {
  /// The fields that this release has and the served definition does not, such as `status.inventory[].part`.
  public let missing: [String]
  /// The fields of `spec` that the served definition has and this release does not.
  public let unknown: [String]
  private let own: JSONValue
  private let served: JSONValue

  /// The difference to a schema as the API server publishes it.
  public init(served: JSONValue) { self.init(served: served, own: ObservabilitySchema.root.openAPI) }

  init(served: JSONValue, own: JSONValue) {
    self.served = served
    self.own = own
    missing = ["spec", "status"].flatMap { Self.undeclared(own, Self.properties(served)?[$0], $0) }
    unknown = Self.undeclared(served, Self.properties(own)?["spec"], "spec")
  }

  /// Whether both have the same fields.
  public var isEmpty: Bool { missing.isEmpty && unknown.isEmpty }

  /// The part of a status that the served definition has room for.
  public func storable(_ status: JSONObject) -> JSONObject {
    Self.declared(.object(status), Self.properties(served)?["status"] ?? [:]).object ?? status
  }

  /// The object without the fields of `spec` that this release does not know, as far as they have just their defaults by
  /// the served definition: the user did not set them.
  public func withoutUnknownDefaults(_ object: JSONValue) -> JSONValue {
    guard !unknown.isEmpty, let spec = object["spec"], let own = Self.properties(own)?["spec"],
      let served = Self.properties(served)?["spec"]
    else { return object }
    var object = object
    object["spec"] = Self.asked(spec, own: own, served: served)
    return object
  }

  /// The fields below a member of one schema that another does not have.
  private static func undeclared(_ whole: JSONValue, _ other: JSONValue?, _ member: String) -> [String] {
    properties(whole)?[member].map { undeclared($0, in: other, at: member) } ?? []
  }

  private static func undeclared(_ schema: JSONValue, in other: JSONValue?, at path: String) -> [String] {
    guard let other else { return [path] }
    guard !isOpen(other) else { return [] }
    if let items = schema["items"] { return undeclared(items, in: other["items"], at: path + "[]") }
    if let values = schema["additionalProperties"], values.object != nil {
      return undeclared(values, in: other["additionalProperties"], at: path + ".*")
    }
    return (properties(schema) ?? [:]).flatMap { name, schema in
      undeclared(schema, in: properties(other)?[name], at: "\(path).\(name)")
    }
  }

  private static func declared(_ value: JSONValue, _ schema: JSONValue) -> JSONValue {
    switch value {
    case .array(let items):
      guard let schema = schema["items"] else { return value }
      return .array(items.map { declared($0, schema) })
    case .object(let members):
      guard !isOpen(schema), let properties = properties(schema) else { return value }
      return .object(
        JSONObject(members.compactMap { name, value in properties[name].map { (name, declared(value, $0)) } }))
    default: return value
    }
  }

  private static func asked(_ value: JSONValue, own: JSONValue, served: JSONValue) -> JSONValue {
    switch value {
    case .array(let items):
      guard let own = own["items"], let served = served["items"] else { return value }
      return .array(items.map { asked($0, own: own, served: served) })
    case .object(let members):
      guard let own = properties(own), let served = properties(served) else { return value }
      return .object(
        JSONObject(
          members.compactMap { name, value in
            guard let schema = served[name] else { return (name, value) }
            if let known = own[name] { return (name, asked(value, own: known, served: schema)) }
            return isDefault(value, schema) ? nil : (name, value)
          }))
    default: return value
    }
  }

  /// Whether the API server would have filled in just that value.
  private static func isDefault(_ value: JSONValue, _ schema: JSONValue) -> Bool {
    guard let filled = schema["default"] else { return false }
    if value == filled { return true }
    guard let members = value.object, let properties = properties(schema) else { return false }
    return members.allSatisfy { name, value in
      value == filled[name] || properties[name].map { isDefault(value, $0) } == true
    }
  }

  private static func properties(_ schema: JSONValue) -> JSONObject? { schema["properties"]?.object }

  /// Whether fields need not be declared.
  private static func isOpen(_ schema: JSONValue) -> Bool { schema["x-kubernetes-preserve-unknown-fields"] == true }
}
