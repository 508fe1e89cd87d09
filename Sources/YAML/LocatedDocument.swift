// SPDX-License-Identifier: Apache-2.0

import JSON

/// A place in a text.
public struct Mark: Hashable, Sendable {
  /// The line, counted from 1.
  public let line: Int
  /// The column in characters (Unicode scalars), counted from 1.
  public let column: Int

  /// The place in that line and column, both counted from 1.
  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}

/// One step from a value to a part of it.
public enum PathElement: Hashable, Sendable {
  /// To the member of that name.
  case key(String)
  /// To the element at that index, counted from 0.
  case index(Int)
}

/// A document that remembers where its parts stand in the text.
public struct LocatedDocument: Sendable {
  /// The value of the document.
  public let value: JSONValue
  private let places: Places

  init(_ node: Node) {
    value = node.value
    places = node.places
  }

  /// Where the part at that path stands, or nil if there is no such part.
  ///
  /// A member stands where its name does, an element where its value begins, the whole document (the empty path) where
  /// its first value begins. What comes through an alias or a merge key stands where it was written, under the anchor.
  public func mark(of path: [PathElement]) -> Mark? {
    var place = places
    for element in path {
      switch (element, place.children) {
      case (.key(let key), .members(let members)):
        guard let member = members[key] else { return nil }
        place = member
      case (.index(let index), .elements(let elements)):
        guard elements.indices.contains(index) else { return nil }
        place = elements[index]
      default:
        return nil
      }
    }
    return place.mark
  }
}

/// The places of a value and of its parts.
struct Places: Sendable {
  enum Children: Sendable {
    case none
    case elements([Places])
    case members([String: Places])
  }

  var mark: Mark
  var children = Children.none
}
