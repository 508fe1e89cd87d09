// SPDX-License-Identifier: Apache-2.0

import JSON

extension StructuralSchema {
  /// The live value with the applied one laid over it: maps by member, associative lists by element, the rest as a
  /// whole. What only the live value has is kept.
  ///
  /// Source: `sigs.k8s.io/structured-merge-diff/typed/merge.go`.
  func merged(live: JSONValue?, applied: JSONValue?) -> JSONValue? {
    guard let applied else { return live }
    guard let live else { return applied }
    switch Atom(self, live, applied) {
    case .leaf: return applied
    case .map:
      let (old, new) = (live.object ?? JSONObject(), applied.object ?? JSONObject())
      // That both are empty is a leaf keeps the difference between null and empty.
      guard !old.isEmpty || !new.isEmpty else { return applied }
      var result = JSONObject()
      for name in old.keys { result[name] = typedMember(name).merged(live: old[name], applied: new[name]) }
      for (name, member) in new where old[name] == nil { result[name] = member }
      return .object(result)
    case .list(let items):
      let (old, new) = (live.array ?? [], applied.array ?? [])
      guard !old.isEmpty || !new.isEmpty else { return applied }
      return .array(mergedElements(live: old, applied: new, items: items))
    }
  }

  /// Applied elements keep their order; those that are only live stay where they stood relative to their neighbours.
  private func mergedElements(live: [JSONValue], applied: [JSONValue], items: StructuralSchema) -> [JSONValue] {
    let left = live.enumerated().map { pathElement(of: $1, at: $0) }
    let right = applied.enumerated().map { pathElement(of: $1, at: $0) }
    let liveByElement = Dictionary(zip(left, live), uniquingKeysWith: { first, _ in first })
    let appliedElements = Set(right)
    var shared = right.filter { liveByElement[$0] != nil }[...]
    var merged: Set<PathElement> = []
    var result: [JSONValue] = []

    func takeApplied(_ index: Int) {
      let element = right[index]
      merged.insert(element)
      if let value = items.merged(live: liveByElement[element], applied: applied[index]) { result.append(value) }
      if shared.first == element { shared = shared.dropFirst() }
    }

    var (l, r) = (0, 0)
    while l < left.count || r < right.count {
      if l < left.count, r < right.count {
        if left[l] == right[r] {
          takeApplied(r)
          (l, r) = (l + 1, r + 1)
          continue
        }
        if appliedElements.contains(left[l]), let next = shared.first, next != left[l] {
          // Comes in the place that the applied list gives it.
          l += 1
          continue
        }
      }
      if l < left.count {
        if !appliedElements.contains(left[l]) {
          result.append(live[l])
          l += 1
          continue
        }
        if merged.contains(left[l]) {
          l += 1
          continue
        }
      }
      if r < right.count {
        takeApplied(r)
        r += 1
      }
    }
    return result
  }
}
