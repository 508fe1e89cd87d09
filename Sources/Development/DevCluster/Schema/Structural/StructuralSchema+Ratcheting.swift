// SPDX-License-Identifier: Apache-2.0

import JSON

/// Ratcheting (KEP-4008): what an update leaves alone is not refused for a rule that it broke before.
///
/// Source: `k8s.io/apiserver/pkg/cel/common/equality.go`, `CorrelatedObject`.
extension StructuralSchema {
  /// The element of the old list that the new element comes after; only lists with keys tell.
  func predecessor(of element: JSONValue, in old: JSONValue?) -> JSONValue? {
    guard case .map = merging, let elements = old?.array else { return nil }
    let identity = pathElement(of: element, at: 0)
    return elements.first { pathElement(of: $0, at: 0) == identity }
  }

  /// Whether both values are the same; the elements of a list with keys may have changed their order.
  func isUnchanged(_ old: JSONValue, _ new: JSONValue) -> Bool {
    switch (old, new) {
    case (.array(let before), .array(let after)):
      guard case .map = merging, let items else { return before == after }
      return before.count == after.count
        && after.allSatisfy { element in
          predecessor(of: element, in: old).map { items.isUnchanged($0, element) } ?? false
        }
    case (.object(let before), .object(let after)):
      return before.count == after.count
        && after.allSatisfy { name, member in
          guard let earlier = before[name] else { return false }
          guard let schema = properties[name] ?? additionalProperties else { return earlier == member }
          return schema.isUnchanged(earlier, member)
        }
    default: return old == new
    }
  }
}
