// SPDX-License-Identifier: Apache-2.0

import JSON

/// How one place of an object is merged and owned, found from its schema and, where that admits anything, its value.
///
/// Source: `sigs.k8s.io/structured-merge-diff`, packages `schema` and `typed`.
enum Atom {
  /// Owned as a whole: a scalar, an atomic list or an atomic map.
  case leaf
  /// Owned element by element.
  case list(items: StructuralSchema)
  /// Owned member by member.
  case map

  init(_ schema: StructuralSchema, _ values: JSONValue?...) {
    switch schema.kind {
    case .object: self = schema.merging == .atomic ? .leaf : .map
    case .array:
      switch schema.merging {
      case .set, .map: self = schema.items.map { .list(items: $0) } ?? .leaf
      case .atomic, .granular: self = .leaf
      }
    case .any:
      let present = values.compactMap { $0 }.filter { !$0.isNull }
      self = !present.isEmpty && present.allSatisfy { $0.object != nil } ? .map : .leaf
    case .string, .integer, .number, .boolean, .intOrString: self = .leaf
    }
  }
}

extension StructuralSchema {
  /// The schema of a member; what is unknown counts as anything.
  func typedMember(_ name: String) -> StructuralSchema {
    member(name)?.schema ?? .anything
  }

  /// What tells an element of this associative list from the others. A key member that is missing has its default.
  func pathElement(of item: JSONValue, at index: Int) -> PathElement {
    switch merging {
    case .set: return .value(item)
    case .map(let keys):
      var members = JSONObject()
      for key in keys.sorted() {
        members[key] = item[key] ?? items?.properties[key]?.defaultValue
      }
      return members.isEmpty ? .index(index) : .key(members)
    case .atomic, .granular: return .index(index)
    }
  }

  /// The paths of all fields that a value sets: what a manager owns who applies it.
  func fieldSet(of value: JSONValue) -> FieldSet {
    owned(value).below
  }

  private func owned(_ value: JSONValue) -> (isMember: Bool, below: FieldSet) {
    var below = FieldSet()
    switch Atom(self, value) {
    case .leaf: return (true, below)
    case .map:
      for (name, member) in value.object ?? JSONObject() {
        let schema = typedMember(name)
        let (isMember, inner) = schema.owned(member)
        let isEmpty = member.isNull || member == [:]
        if isMember || isEmpty || properties[name] == nil { below.insert(.field(name)) }
        below.insert(inner, under: .field(name))
      }
    case .list(let items):
      for (index, item) in (value.array ?? []).enumerated() {
        let element = pathElement(of: item, at: index)
        below.insert(element)
        below.insert(items.owned(item).below, under: element)
      }
    }
    return (false, below)
  }

  /// The set with the declared members that lie on the way to its paths: who owns `a.b` is also taken to own `a`.
  func namedFieldsAsMembers(_ set: FieldSet) -> FieldSet {
    var result = FieldSet()
    for element in set.members { result.insert(element) }
    for (element, below) in set.children {
      if case .field(let name) = element, properties[name] != nil { result.insert(element) }
      result.insert(descend(element).namedFieldsAsMembers(below), under: element)
    }
    return result
  }

  private func descend(_ element: PathElement) -> StructuralSchema {
    if case .field(let name) = element { return typedMember(name) }
    return items ?? .anything
  }

  /// The value without the fields of the set. A list or map that loses all it had becomes null, as in the API server,
  /// which then refuses a custom resource for it (kubernetes/kubernetes#117447). The first patches of 1.36 leave it empty
  /// instead, which was taken back (kubernetes-sigs/structured-merge-diff#331): whoever gets by here, gets by on both.
  func removing(_ set: FieldSet, from value: JSONValue) -> JSONValue {
    guard !set.isEmpty else { return value }
    switch Atom(self, value) {
    case .leaf: return value
    case .map:
      guard case .object(let members) = value, !members.isEmpty else { return value }
      var kept = JSONObject()
      for (name, member) in members where !set.members.contains(.field(name)) {
        kept[name] = typedMember(name).removing(set.below(.field(name)), from: member)
      }
      return kept.isEmpty ? .null : .object(kept)
    case .list(let items):
      guard case .array(let elements) = value, !elements.isEmpty else { return value }
      var kept: [JSONValue] = []
      for (index, item) in elements.enumerated() {
        let element = pathElement(of: item, at: index)
        guard !set.members.contains(element) else { continue }
        kept.append(items.removing(set.below(element), from: item))
      }
      return kept.isEmpty ? .null : .array(kept)
    }
  }
}
