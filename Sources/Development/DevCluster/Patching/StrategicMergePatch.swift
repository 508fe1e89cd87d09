// SPDX-License-Identifier: Apache-2.0

import JSON

/// A strategic merge patch of a built-in type (`k8s.io/apimachinery/pkg/util/strategicpatch`).
///
/// Lists of objects whose merge key is known are merged by it; all other lists are replaced. `$patch: delete`,
/// `$patch: replace`, `$retainKeys`, `$setElementOrder/…` and `$deleteFromPrimitiveList/…` are understood.
struct StrategicMergePatch {
  /// The merge key of the list at a path of member names, and whether the list is a set of scalars that merges.
  var mergeKey: @Sendable (_ path: [String]) -> String?
  var isMergingSet: @Sendable (_ path: [String]) -> Bool

  func apply(_ patch: JSONValue, to value: JSONValue?) -> JSONValue { merge(patch, into: value, path: []) }

  private func merge(_ patch: JSONValue, into value: JSONValue?, path: [String]) -> JSONValue {
    guard case .object(let changes) = patch else { return patch }
    if changes["$patch"]?.string == "replace" { return stripped(patch) }
    var result = value?.object ?? [:]
    if let retained = changes["$retainKeys"]?.array?.compactMap(\.string) {
      for key in Array(result.keys) where !retained.contains(key) { result[key] = nil }
    }
    for (key, change) in changes {
      if key.hasPrefix("$deleteFromPrimitiveList/") {
        let name = String(key.dropFirst("$deleteFromPrimitiveList/".count))
        let gone = change.array ?? []
        if let elements = result[name]?.array { result[name] = .array(elements.filter { !gone.contains($0) }) }
      } else if key.hasPrefix("$") {
        continue
      } else if change.isNull {
        result[key] = nil
      } else if change["$patch"]?.string == "delete" {
        result[key] = nil
      } else if let additions = change.array {
        result[key] = .array(
          list(additions, into: result[key]?.array ?? [], order: changes["$setElementOrder/\(key)"], path: path + [key])
        )
      } else {
        result[key] = merge(change, into: result[key], path: path + [key])
      }
    }
    return .object(result)
  }

  private func list(
    _ patch: [JSONValue], into old: [JSONValue], order: JSONValue?, path: [String]
  ) -> [JSONValue] {
    if isMergingSet(path) {
      return old + patch.filter { !old.contains($0) }
    }
    guard let key = mergeKey(path) else { return patch.map(stripped) }
    if patch.contains(where: { $0["$patch"]?.string == "replace" }) {
      return patch.filter { $0["$patch"] == nil }.map(stripped)
    }
    var result = old
    for element in patch {
      let index = result.firstIndex { $0[key] != nil && $0[key] == element[key] }
      if element["$patch"]?.string == "delete" {
        if let index { result.remove(at: index) }
      } else if let index {
        result[index] = merge(element, into: result[index], path: path)
      } else {
        result.append(stripped(element))
      }
    }
    guard let wanted = order?.array?.map({ $0[key] ?? $0 }) else { return result }
    let place = { (element: JSONValue) in element[key].flatMap { wanted.firstIndex(of: $0) } ?? wanted.count }
    return result.enumerated().sorted { (place($0.element), $0.offset) < (place($1.element), $1.offset) }.map(\.element)
  }

  /// The value without directives.
  private func stripped(_ value: JSONValue) -> JSONValue {
    switch value {
    case .object(let members):
      var result: JSONObject = [:]
      for (key, member) in members where !key.hasPrefix("$") && !member.isNull { result[key] = stripped(member) }
      return .object(result)
    case .array(let elements): return .array(elements.map(stripped))
    default: return value
    }
  }
}
