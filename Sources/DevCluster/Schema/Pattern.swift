// SPDX-License-Identifier: Apache-2.0

/// Regular expressions of schemas.
///
/// The API server uses RE2; this uses the standard library's engine, which knows the same common syntax but
/// backtracks. Hence the limits: patterns up to ``maximumPatternLength`` bytes, text up to ``maximumTextLength``.
enum Pattern {
  static let maximumPatternLength = 2048
  static let maximumTextLength = 65536

  /// Whether the pattern matches anywhere in the text. Text that is too long never matches.
  static func matches(_ pattern: String, _ text: String) -> Bool {
    guard text.utf8.count <= maximumTextLength, let regex = try? Regex(pattern) else { return false }
    return text.firstMatch(of: regex.matchingSemantics(.unicodeScalar)) != nil
  }
}
