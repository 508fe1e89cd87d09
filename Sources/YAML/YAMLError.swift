// SPDX-License-Identifier: Apache-2.0

/// Why a text is not YAML, or not YAML that we accept, with the place where it was seen.
public struct YAMLError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong and, where there is one, the remedy.
  public let message: String
  /// The line, counted from 1.
  public let line: Int
  /// The column in characters (Unicode scalars), counted from 1.
  public let column: Int

  init(_ message: String, at mark: Mark) {
    self.message = message
    line = mark.line
    column = mark.column
  }

  /// Place and message: `line 3, column 5: the key "a" appears twice; it stands first in line 2`.
  public var description: String { "line \(line), column \(column): \(message)" }
}
