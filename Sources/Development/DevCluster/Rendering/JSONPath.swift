// SPDX-License-Identifier: Apache-2.0

import JSON

/// The part of kubectl's JSONPath that printer columns use: members, indexes, `[*]` and `[?(@.a=="b")]`.
///
/// After `k8s.io/client-go/util/jsonpath`. A missing member yields nothing.
struct JSONPath: Hashable, Sendable {
  enum Step: Hashable, Sendable {
    case member(String)
    case index(Int)
    case all
    case filter(path: [String], value: String, isEqual: Bool)
  }

  var steps: [Step] = []

  /// The path, or nil if it is not understood.
  init?(_ text: String) {
    var rest = Substring(text)
    if rest.first == "{", rest.last == "}" { rest = rest.dropFirst().dropLast() }
    if rest.first == "$" { rest.removeFirst() }
    while let first = rest.first {
      if first == "." {
        rest.removeFirst()
        let name = Self.member(&rest)
        if !name.isEmpty { steps.append(.member(name)) }
      } else if first == "[" {
        guard let close = Self.closing(rest) else { return nil }
        guard let step = Self.bracket(rest[rest.index(after: rest.startIndex)..<close]) else { return nil }
        steps.append(step)
        rest = rest[rest.index(after: close)...]
      } else {
        return nil
      }
    }
  }

  /// What the path finds, in order.
  func values(in value: JSONValue) -> [JSONValue] {
    steps.reduce([value]) { values, step in values.flatMap { Self.follow(step, $0) } }
  }

  private static func follow(_ step: Step, _ value: JSONValue) -> [JSONValue] {
    switch step {
    case .member(let name): return value[name].map { [$0] } ?? []
    case .index(let index):
      guard let elements = value.array else { return [] }
      let place = index < 0 ? elements.count + index : index
      return elements.indices.contains(place) ? [elements[place]] : []
    case .all: return value.array ?? value.object?.map(\.value) ?? []
    case .filter(let path, let wanted, let isEqual):
      return (value.array ?? []).filter { element in
        let found = path.reduce(Optional(element)) { $0?[$1] }
        guard let found else { return false }
        return ((found.string ?? JSONWriter.text(found)) == wanted) == isEqual
      }
    }
  }

  private static func member(_ rest: inout Substring) -> String {
    var name = ""
    while let next = rest.first, next != ".", next != "[" {
      rest.removeFirst()
      // A dot inside a name is written `\.`.
      if next == "\\", let escaped = rest.popFirst() { name.append(escaped) } else { name.append(next) }
    }
    return name
  }

  private static func closing(_ text: Substring) -> Substring.Index? {
    var quote: Character?
    for index in text.indices {
      let character = text[index]
      if let open = quote {
        if character == open { quote = nil }
      } else if character == "\"" || character == "'" {
        quote = character
      } else if character == "]" {
        return index
      }
    }
    return nil
  }

  private static func bracket(_ text: Substring) -> Step? {
    if text == "*" { return .all }
    if let index = Int(text) { return .index(index) }
    if let name = unquoted(text) { return .member(name) }
    guard text.hasPrefix("?("), text.hasSuffix(")") else { return nil }
    let condition = text.dropFirst(2).dropLast()
    for (sign, isEqual) in [("==", true), ("!=", false)] {
      guard let range = condition.firstRange(of: sign) else { continue }
      let left = condition[..<range.lowerBound].filter { $0 != " " }
      let right = Substring(condition[range.upperBound...].drop { $0 == " " })
      guard left.hasPrefix("@.") else { return nil }
      return .filter(
        path: left.dropFirst(2).split(separator: ".").map(String.init), value: unquoted(right) ?? String(right),
        isEqual: isEqual)
    }
    return nil
  }

  private static func unquoted(_ text: Substring) -> String? {
    guard text.count >= 2, let first = text.first, first == text.last, first == "\"" || first == "'" else { return nil }
    return String(text.dropFirst().dropLast())
  }
}
