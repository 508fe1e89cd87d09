// SPDX-License-Identifier: Apache-2.0

/// Why an object cannot be applied.
public enum ApplyError: Error, Hashable, Sendable {
  /// Other managers own fields that the applied object sets to another value. The API server answers 409.
  case conflict(ApplyConflict)
  /// The applied object does not fit the schema. The API server answers 500, without a reason, with this message.
  case untyped(message: String)
}

/// The fields that an apply would take from other managers, which happens by force only.
///
/// Source: `k8s.io/apimachinery/pkg/util/managedfields/internal/conflict.go`.
public struct ApplyConflict: Hashable, Sendable {
  /// One field that another manager owns.
  public struct Cause: Hashable, Sendable {
    /// `conflict with "operator"`; for a manager that updates, `conflict with "kubectl" using v1`.
    public let message: String
    /// The field: `.spec.template.spec.containers[name="agent"].image`.
    public let field: String
    /// The manager as the summary names it: quoted, with subresource and version where they matter.
    let manager: String
  }

  /// The conflicts, grouped by manager. Each is a cause of the 409 with the reason `FieldManagerConflict`.
  public let causes: [Cause]

  /// The message of the 409.
  public var message: String {
    if causes.count == 1, let only = causes.first {
      return "Apply failed with 1 conflict: \(only.message): \(only.field)"
    }
    var lines: [String] = []
    for manager in Set(causes.map(\.manager)).sorted() {
      lines.append("conflicts with \(manager):")
      lines += causes.filter { $0.manager == manager }.map { "- \($0.field)" }
    }
    return "Apply failed with \(causes.count) conflicts: " + lines.joined(separator: "\n")
  }
}
