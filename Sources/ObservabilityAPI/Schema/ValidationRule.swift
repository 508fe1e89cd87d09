// SPDX-License-Identifier: Apache-2.0

import JSON

/// A demand on a value beyond its shape, as an expression for the API server and the same in Swift.
///
/// `Tests/Conformance/cel-cases.yaml` holds the cases on which both must agree.
public struct ValidationRule: Sendable {
  /// The Swift side of a rule.
  enum Check: Sendable {
    /// On the value as it is, defaults filled in.
    case value(@Sendable (JSONValue) -> Bool)
    /// On the value as it was and as it is (`oldSelf` and `self`).
    case transition(@Sendable (_ old: JSONValue, _ new: JSONValue) -> Bool)
  }

  /// The rule's name in the table of cases.
  public let id: String
  /// The expression in the Common Expression Language, as `x-kubernetes-validations` takes it; nil where the API server
  /// could not bound its cost, so that the operator alone checks.
  public let expression: String?
  /// What is wrong and the remedy.
  public let message: String
  /// The members, from the rule's node down, that the fault is reported at.
  public let field: [String]
  let check: Check

  /// A rule on a value.
  init(
    _ id: String, cel expression: String?, field: [String] = [], message: String,
    holds: @escaping @Sendable (JSONValue) -> Bool
  ) {
    self.id = id
    self.expression = expression
    self.message = message
    self.field = field
    self.check = .value(holds)
  }

  /// A rule on a change.
  init(
    _ id: String, cel expression: String, message: String,
    allows: @escaping @Sendable (_ old: JSONValue, _ new: JSONValue) -> Bool
  ) {
    self.id = id
    self.expression = expression
    self.message = message
    self.field = []
    self.check = .transition(allows)
  }
}
