// SPDX-License-Identifier: Apache-2.0

import JSON
import YAML

/// A case of `cel-cases.yaml`: an object, or a change, with the verdict that an API server must give.
public struct ValidationCase: Sendable {
  /// The id of the rule that the case is about.
  public let rule: String
  /// Whether the object is accepted.
  public let isAccepted: Bool
  /// Whether the operator alone refuses the object: the definition has no rule that would.
  public let isBeyondCEL: Bool
  /// Where a refusal is reported.
  public let field: String?
  /// A part of the message of a refusal.
  public let says: String?
  /// The object before an update; nil for a create.
  public let old: JSONValue?
  /// The object.
  public let new: JSONValue

  /// All cases, in order.
  ///
  /// - Throws: ``ReplayError`` for an entry that is no case.
  public static func all() throws(ReplayError) -> [ValidationCase] {
    var cases: [ValidationCase] = []
    for entry in try ConformanceFiles.list("cel-cases.yaml") { cases.append(try ValidationCase(entry)) }
    return cases
  }

  init(_ entry: JSONValue) throws(ReplayError) {
    guard let rule = entry["rule"]?.string, let isAccepted = entry["accepted"]?.bool, let spec = entry["spec"],
      isAccepted || (entry["field"]?.string != nil && entry["says"]?.string != nil)
    else { throw ReplayError("cel-cases.yaml: no case: \(JSONWriter.text(entry))") }
    let name = entry["name"]?.string ?? "platform"
    self.rule = rule
    self.isAccepted = isAccepted
    isBeyondCEL = entry["by"]?.string == "operator"
    field = entry["field"]?.string
    says = entry["says"]?.string
    old = entry["old"].map { Self.object(name, $0) }
    new = Self.object(name, spec)
  }

  private static func object(_ name: String, _ spec: JSONValue) -> JSONValue {
    [
      "apiVersion": "observability.cozystack.io/v1alpha1", "kind": "Observability", "metadata": ["name": .string(name)],
      "spec": spec,
    ]
  }
}

/// A rule of `x-kubernetes-validations`, as a definition has it.
public struct ValidationRule: Hashable, Sendable {
  /// Where a refusal is reported; `[*]` stands for the index of an element.
  public let field: String
  /// The CEL expression.
  public let rule: String
  /// What a refusal says.
  public let message: String

  /// The rules of every version of a definition.
  ///
  /// - Throws: ``ReplayError`` for a rule without a constant message.
  public static func all(in definition: JSONValue) throws(ReplayError) -> [ValidationRule] {
    var rules: [ValidationRule] = []
    for version in definition[path: "spec", "versions"]?.array ?? [] {
      try collect(version[path: "schema", "openAPIV3Schema"] ?? [:], at: "", into: &rules)
    }
    return rules
  }

  private static func collect(
    _ schema: JSONValue, at path: String, into rules: inout [ValidationRule]
  ) throws(ReplayError) {
    for entry in schema["x-kubernetes-validations"]?.array ?? [] {
      guard let rule = entry["rule"]?.string, let message = entry["message"]?.string else {
        throw ReplayError("\(path): a rule needs an expression and a message: \(JSONWriter.text(entry))")
      }
      let field = path + (entry["fieldPath"]?.string ?? "")
      rules.append(
        ValidationRule(field: field.first == "." ? String(field.dropFirst()) : field, rule: rule, message: message))
    }
    for (name, member) in schema["properties"]?.object ?? [:] {
      try collect(member, at: "\(path).\(name)", into: &rules)
    }
    if let items = schema["items"] { try collect(items, at: path + "[*]", into: &rules) }
    if let values = schema["additionalProperties"], values.object != nil {
      try collect(values, at: path + "[*]", into: &rules)
    }
  }

  /// Whether a refused case is one of this rule's.
  public func refuses(_ entry: ValidationCase) -> Bool {
    guard let place = entry.field, let says = entry.says else { return false }
    // A rule at the root reads the metadata.
    let isThere = field.isEmpty ? place.hasPrefix("metadata.") : place.replacing(/\[\d+\]/, with: "[*]") == field
    return isThere && message.contains(says)
  }
}
