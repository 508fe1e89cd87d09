// SPDX-License-Identifier: Apache-2.0

/// The names of members that a parser dropped, so that one that appears twice is refused as if it had been kept.
///
/// One stack for all objects around the parser's cursor, so that an object costs no memory of its own.
struct DroppedNames {
  private var names: ContiguousArray<String> = []
  /// The names of the objects that have many, by the place where they begin.
  private var indexes: [Int: Set<JSONObject.Name>] = [:]

  /// Begins an object, and says where.
  func open() -> Int { names.count }

  /// Adds a name to the object that began there, which must be the innermost; says whether it is new.
  mutating func insert(_ name: String, _ start: Int) -> Bool {
    guard names.count - start >= JSONObject.indexThreshold else {
      guard !names[start...].contains(where: { $0.hasSameBytes(as: name) }) else { return false }
      names.append(name)
      return true
    }
    return indexes[start, default: Set(names[start...].map { JSONObject.Name(text: $0) })]
      .insert(JSONObject.Name(text: name)).inserted
  }

  /// Ends the object that began there, which must be the innermost.
  mutating func close(_ start: Int) {
    names.removeLast(names.count - start)
    if !indexes.isEmpty { indexes[start] = nil }
  }
}
