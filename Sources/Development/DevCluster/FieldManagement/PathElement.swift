// SPDX-License-Identifier: Apache-2.0

import JSON

/// One step of a path into an object, as field management counts them.
///
/// Source: `sigs.k8s.io/structured-merge-diff`, package `fieldpath`.
public enum PathElement: Hashable, Sendable {
  /// A member of an object: `f:name`.
  case field(String)
  /// The element of an associative list that has these key members: `k:{"name":"agent"}`.
  case key(JSONObject)
  /// The element of a set that equals this scalar: `v:"x"`.
  case value(JSONValue)
  /// The element at a position: `i:0`.
  case index(Int)
}

extension PathElement: CustomStringConvertible {
  /// The element as conflicts and errors spell it: `.spec`, `[name="agent"]`, `[="x"]`, `[0]`.
  public var description: String {
    switch self {
    case .field(let name): ".\(name)"
    case .key(let members):
      "["
        + members.sorted { $0.key < $1.key }.map { "\($0.key)=\(JSONWriter.text($0.value))" }
        .joined(separator: ",") + "]"
    case .value(let value): "[=\(JSONWriter.text(value))]"
    case .index(let position): "[\(position)]"
    }
  }
}

extension PathElement {
  /// Reads an element from its name in `fieldsV1`; nil if the text is none.
  init?(fieldsV1Name text: String) {
    let rest = String(text.dropFirst(2))
    switch text.prefix(2) {
    case "f:": self = .field(rest)
    case "k:":
      guard case .object(let members)? = try? JSONParser.parse(rest) else { return nil }
      self = .key(members)
    case "v:":
      guard let value = try? JSONParser.parse(rest) else { return nil }
      self = .value(value)
    case "i:":
      guard let position = Int(rest) else { return nil }
      self = .index(position)
    default: return nil
    }
  }

  /// The name of the element in `fieldsV1`.
  var fieldsV1Name: String {
    switch self {
    case .field(let name): "f:\(name)"
    case .key(let members): "k:\(JSONWriter.text(.object(members)))"
    case .value(let value): "v:\(JSONWriter.text(value))"
    case .index(let position): "i:\(position)"
    }
  }
}

extension PathElement: Comparable {
  /// Fields come first, then keys, values and positions; each sort is ordered by its text.
  public static func < (left: PathElement, right: PathElement) -> Bool {
    if case .index(let first) = left, case .index(let second) = right { return first < second }
    return left.rank == right.rank ? left.fieldsV1Name < right.fieldsV1Name : left.rank < right.rank
  }

  private var rank: Int {
    switch self {
    case .field: 0
    case .key: 1
    case .value: 2
    case .index: 3
    }
  }
}
