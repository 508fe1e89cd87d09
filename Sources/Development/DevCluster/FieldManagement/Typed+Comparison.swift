// SPDX-License-Identifier: Apache-2.0

import JSON

/// How two versions of an object differ, as paths.
///
/// Source: `sigs.k8s.io/structured-merge-diff/typed/compare.go`.
struct Comparison {
  var added = FieldSet()
  var removed = FieldSet()
  var modified = FieldSet()

  var isSame: Bool { added.isEmpty && removed.isEmpty && modified.isEmpty }

  fileprivate enum Change {
    case none, added, removed, modified
  }

  fileprivate mutating func insert(_ element: PathElement, _ change: Change, _ below: Comparison) {
    switch change {
    case .none: break
    case .added: added.insert(element)
    case .removed: removed.insert(element)
    case .modified: modified.insert(element)
    }
    added.insert(below.added, under: element)
    removed.insert(below.removed, under: element)
    modified.insert(below.modified, under: element)
  }
}

extension StructuralSchema {
  /// The differences between two values of this schema.
  func compared(_ old: JSONValue, _ new: JSONValue) -> Comparison {
    difference(old, new).below
  }

  private func difference(_ old: JSONValue?, _ new: JSONValue?) -> (change: Comparison.Change, below: Comparison) {
    var below = Comparison()
    let change: Comparison.Change = old == nil ? .added : new == nil ? .removed : .none
    func leaf() -> (Comparison.Change, Comparison) {
      (change == .none && old != new ? .modified : change, Comparison())
    }
    switch Atom(self, old, new) {
    case .leaf: return leaf()
    case .map:
      let (before, after) = (old?.object ?? JSONObject(), new?.object ?? JSONObject())
      guard !before.isEmpty || !after.isEmpty else { return leaf() }
      for name in Set(before.keys).union(after.keys) {
        let (inner, differences) = typedMember(name).difference(before[name], after[name])
        below.insert(.field(name), inner, differences)
      }
    case .list(let items):
      let (before, after) = (old?.array ?? [], new?.array ?? [])
      guard !before.isEmpty || !after.isEmpty else { return leaf() }
      let (left, right) = (indexed(before), indexed(after))
      for element in Set(left.keys).union(right.keys) {
        let (inner, differences) = items.difference(left[element], right[element])
        below.insert(element, inner, differences)
      }
    }
    return (change, below)
  }

  private func indexed(_ elements: [JSONValue]) -> [PathElement: JSONValue] {
    let pairs = elements.enumerated().map { (pathElement(of: $1, at: $0), $1) }
    return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
  }
}
