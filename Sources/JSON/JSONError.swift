// SPDX-License-Identifier: Apache-2.0

/// Why a text is not JSON, or not JSON that we accept, with the place where it was seen.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, as a phrase: `unexpected end of the text`.
  public let message: String
  /// The line, counted from 1.
  public let line: Int
  /// The column in bytes, counted from 1.
  public let column: Int
  /// Whether the text may be JSON, but there is more of it than is accepted.
  public var exceedsLimit = false

  /// Place and message: `line 1, column 7: unexpected end of the text`.
  public var description: String { "line \(line), column \(column): \(message)" }
}
