// SPDX-License-Identifier: Apache-2.0

import JSON

/// A value read from YAML, with what the reader must know to go on.
struct Node {
  let value: JSONValue
  let places: Places
  /// The number of values it is made of, itself included and aliases followed.
  let size: Int
  /// The levels of nesting below and including it; 0 for a scalar.
  let height: Int

  init(scalar value: JSONValue, at mark: Mark) {
    self.init(value: value, places: Places(mark: mark), size: 1, height: 0)
  }

  init(elements: [Node], at mark: Mark) {
    self.init(
      value: .array(elements.map(\.value)),
      places: Places(mark: mark, children: .elements(elements.map(\.places))),
      size: elements.reduce(1) { $0 + $1.size },
      height: 1 + (elements.map(\.height).max() ?? 0))
  }

  init(value: JSONValue, places: Places, size: Int, height: Int) {
    self.value = value
    self.places = places
    self.size = size
    self.height = height
  }

  /// The same value, standing somewhere else; its parts stay where they were written.
  func moved(to mark: Mark) -> Node {
    var places = places
    places.mark = mark
    return Node(value: value, places: places, size: size, height: height)
  }
}

/// A mapping that is being read.
struct MappingBuilder {
  private var members = JSONObject()
  private var merged = JSONObject()
  private var places: [String: Places] = [:]
  private var size = 1
  private var height = 0

  /// - Throws: ``YAMLError`` if the key is there already.
  mutating func add(_ key: String, at mark: Mark, _ node: Node) throws(YAMLError) {
    guard members.insert(key, node.value) else {
      let first = places[key].map { "; it stands first in line \($0.mark.line)" } ?? ""
      throw YAMLError("the key \"\(key)\" appears twice" + first, at: mark)
    }
    places[key] = node.moved(to: mark).places
    count(node)
  }

  /// Takes over the members of the mapping, or the mappings, behind a merge key (https://yaml.org/type/merge.html).
  ///
  /// A key of the mapping itself wins over a merged one, an earlier merged mapping over a later one. go-yaml v2 lets a
  /// merge key that does not come first win over what stands before it; no manifest should rest on that.
  ///
  /// - Throws: ``YAMLError`` if the value is neither a mapping nor a sequence of mappings.
  mutating func merge(_ node: Node) throws(YAMLError) {
    count(node)
    switch (node.value, node.places.children) {
    case (.object(let object), .members(let places)):
      take(object, places)
    case (.array(let elements), .elements(let places)):
      for (element, place) in zip(elements, places) {
        guard case (.object(let object), .members(let places)) = (element, place.children) else {
          throw YAMLError("\"<<\" takes a mapping or a sequence of mappings, found \(element.typeName)", at: place.mark)
        }
        take(object, places)
      }
    default:
      throw YAMLError(
        "\"<<\" takes a mapping or a sequence of mappings, found \(node.value.typeName)", at: node.places.mark)
    }
  }

  private mutating func take(_ object: JSONObject, _ places: [String: Places]) {
    for (key, value) in object where merged.insert(key, value) && members[key] == nil {
      self.places[key] = places[key]
    }
  }

  private mutating func count(_ node: Node) {
    size += node.size
    height = max(height, node.height)
  }

  /// The whole mapping: merged members first, then its own.
  func node(at mark: Mark) -> Node {
    var all = JSONObject(merged.lazy.filter { members[$0.key] == nil }.map { ($0.key, $0.value) })
    for (key, value) in members { all[key] = value }
    return Node(
      value: .object(all), places: Places(mark: mark, children: .members(places)), size: size, height: height + 1)
  }
}
