// SPDX-License-Identifier: Apache-2.0

import JSON

/// The rules for names, after `k8s.io/apimachinery/pkg/util/validation`.
enum ObjectNames {
  /// What a custom resource's validation adds when its rules could not be run.
  static let unchecked = FieldProblem(
    field: "<nil>", reason: "FieldValueInvalid",
    message: "Invalid value: null: some validation rules were not checked because the object was invalid; "
      + "correct the existing errors to complete validation")

  static func problems(_ object: JSONValue, _ type: ServedType) -> [FieldProblem] {
    let name = object.name
    if name.isEmpty { return [.required("metadata.name", "name or generateName is required")] }
    if type.group == "rbac.authorization.k8s.io" {
      let isPathSegment = name != "." && name != ".." && !name.contains("/") && !name.contains("%")
      return isPathSegment ? [] : [.invalid("metadata.name", value: .string(name), "may not contain '/' or '%'")]
    }
    if ["Namespace", "Service"].contains(type.kind), type.group.isEmpty {
      return isLabel(name)
        ? []
        : [
          .invalid(
            "metadata.name", value: .string(name),
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and "
              + "end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
              + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')")
        ]
    }
    return isSubdomain(name)
      ? []
      : [
        .invalid(
          "metadata.name", value: .string(name),
          "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
            + "start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
            + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')")
      ]
  }

  static func isSubdomain(_ name: String) -> Bool {
    name.utf8.count <= 253 && name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { isPart($0) }
  }

  static func isLabel(_ name: String) -> Bool { name.utf8.count <= 63 && isPart(Substring(name)) }

  private static func isPart(_ part: Substring) -> Bool {
    let isAlphanumeric = { (byte: UInt8) in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
    guard let first = part.utf8.first, let last = part.utf8.last else { return false }
    return isAlphanumeric(first) && isAlphanumeric(last)
      && part.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
  }
}
