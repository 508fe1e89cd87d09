// SPDX-License-Identifier: Apache-2.0

import JSON

/// Validation of custom resources of one version.
///
/// Rules in `x-kubernetes-validations` are not evaluated. Where the schema has such rules and the object is so broken
/// that the API server would not evaluate them either, the failure that says so is among the failures. Source:
/// `apiextensions-apiserver/pkg/registry/customresource`, `strategy.go` and `status_strategy.go`.
struct CustomResourceRules: Sendable {
  /// The schema as the definition has it.
  let schema: StructuralSchema

  /// What is wrong with a new object, or with an update of all but the status.
  func failures(_ new: JSONValue, over old: JSONValue?) -> [FieldFailure] {
    complete(
      metaFailures(new, over: old) + schema.validate(withoutMeta(new), over: old.map(withoutMeta))
        + duplicates(new, over: old))
  }

  /// What is wrong with an update of the status. The status is validated by itself: messages name fields from there.
  func statusFailures(_ new: JSONValue, over old: JSONValue) -> [FieldFailure] {
    var failures = metaFailures(new, over: old)
    if let status = new["status"], let part = schema.properties["status"] {
      failures += part.validate(status, over: old["status"]).map { $0.under("status") }
    }
    return complete(failures + duplicates(new, over: old))
  }

  private func metaFailures(_ new: JSONValue, over old: JSONValue?) -> [FieldFailure] {
    // The API server checks what must not change in metadata twice, and both show among the causes.
    ObjectMetaRules.validate(new, old, naming: .subdomain) + (old.map { ObjectMetaRules.changeFailures(new, $0) } ?? [])
  }

  /// An object that had duplicates before may keep them.
  private func duplicates(_ new: JSONValue, over old: JSONValue?) -> [FieldFailure] {
    let failures = schema.duplicates(new)
    guard !failures.isEmpty, let old, !schema.duplicates(old).isEmpty else { return failures }
    return []
  }

  private func complete(_ failures: [FieldFailure]) -> [FieldFailure] {
    let blocks = failures.contains { Self.blocking.contains($0.reason) }
    return blocks && schema.hasValidations ? failures + [Self.rulesNotChecked] : failures
  }

  /// A definition may declare `metadata` only to restrict names; the rest of it is validated apart.
  private func withoutMeta(_ object: JSONValue) -> JSONValue {
    var result = object
    if let name = object[path: "metadata", "name"] { result["metadata"] = ["name": name] }
    return result
  }

  private static let blocking: Set<FieldFailure.Reason> = [
    .notSupported, .required, .tooLong, .tooMany, .typeInvalid,
  ]

  private static let rulesNotChecked = FieldFailure.invalid(
    "", .null,
    "some validation rules were not checked because the object was invalid; "
      + "correct the existing errors to complete validation")
}
