// SPDX-License-Identifier: Apache-2.0

import JSON

/// A set of paths into an object: what a field manager owns.
///
/// A path may be a member without the paths below it being members, and the other way round.
/// Source: `sigs.k8s.io/structured-merge-diff`, `fieldpath.Set`.
public struct FieldSet: Hashable, Sendable {
  /// The elements that are members at this level.
  private(set) var members: Set<PathElement> = []
  /// What is below the elements of this level. No value is empty.
  private(set) var children: [PathElement: FieldSet] = [:]

  /// The empty set.
  public init() {}

  /// The set of these paths.
  public init(_ paths: some Sequence<[PathElement]>) {
    for path in paths { insert(path[...]) }
  }

  /// Whether there is no path in the set.
  public var isEmpty: Bool { members.isEmpty && children.isEmpty }

  /// Whether the path is a member. The empty path never is.
  public func contains(_ path: [PathElement]) -> Bool {
    guard let last = path.last else { return false }
    var level = self
    for element in path.dropLast() {
      guard let next = level.children[element] else { return false }
      level = next
    }
    return level.members.contains(last)
  }

  /// Adds an element of this level.
  mutating func insert(_ element: PathElement) {
    members.insert(element)
  }

  /// Adds what is below an element of this level.
  mutating func insert(_ below: FieldSet, under element: PathElement) {
    guard !below.isEmpty else { return }
    children[element] = children[element].map { $0.union(below) } ?? below
  }

  private mutating func insert(_ path: ArraySlice<PathElement>) {
    guard let first = path.first else { return }
    if path.count == 1 {
      members.insert(first)
    } else {
      children[first, default: FieldSet()].insert(path.dropFirst())
    }
  }

  /// What is below an element of this level.
  func below(_ element: PathElement) -> FieldSet {
    children[element] ?? FieldSet()
  }

  /// All paths of the set, in the order in which the API server lists them.
  public var paths: [[PathElement]] {
    var result: [[PathElement]] = members.sorted().map { [$0] }
    for (element, below) in children.sorted(by: { $0.key < $1.key }) {
      result += below.paths.map { [element] + $0 }
    }
    return result
  }
}

extension FieldSet {
  /// The paths that are in either set.
  public func union(_ other: FieldSet) -> FieldSet {
    var result = self
    result.members.formUnion(other.members)
    result.children.merge(other.children) { $0.union($1) }
    return result
  }

  /// The paths that are in both sets.
  public func intersection(_ other: FieldSet) -> FieldSet {
    var result = FieldSet()
    result.members = members.intersection(other.members)
    for (element, below) in children {
      guard let others = other.children[element] else { continue }
      result.insert(below.intersection(others), under: element)
    }
    return result
  }

  /// The paths of this set that are not in the other.
  public func subtracting(_ other: FieldSet) -> FieldSet {
    var result = FieldSet()
    result.members = members.subtracting(other.members)
    for (element, below) in children {
      result.insert(other.children[element].map { below.subtracting($0) } ?? below, under: element)
    }
    return result
  }

  /// The paths of this set that neither are in the other nor lie below one of its paths.
  public func subtractingRecursively(_ other: FieldSet) -> FieldSet {
    var result = FieldSet()
    result.members = members.subtracting(other.members)
    for (element, below) in children where !other.members.contains(element) {
      let kept = other.children[element].map { below.subtractingRecursively($0) } ?? below
      result.insert(kept, under: element)
    }
    return result
  }
}

extension FieldSet {
  /// Reads a set from the `fieldsV1` of a `managedFields` entry; nil if it holds a name that is no path element.
  public init?(fieldsV1: JSONValue) {
    guard case .object(let entries) = fieldsV1 else { return nil }
    for (name, value) in entries where name != "." {
      guard let element = PathElement(fieldsV1Name: name), let below = FieldSet(fieldsV1: value) else { return nil }
      if value == [:] || value["."] != nil { members.insert(element) }
      insert(below, under: element)
    }
  }

  /// The set as the `fieldsV1` of a `managedFields` entry.
  public var fieldsV1: JSONValue {
    var result = JSONObject()
    for element in members.union(children.keys).sorted() {
      var entry = JSONObject()
      if let below = children[element] {
        if members.contains(element) { entry["."] = [:] }
        for (name, value) in below.fieldsV1.object ?? JSONObject() { entry[name] = value }
      }
      result[element.fieldsV1Name] = .object(entry)
    }
    return .object(result)
  }
}
