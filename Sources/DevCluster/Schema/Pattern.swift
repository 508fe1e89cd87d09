// SPDX-License-Identifier: Apache-2.0

/// Regular expressions of schemas.
///
/// The API server uses RE2; this uses the standard library's engine, which knows the same common syntax but
/// backtracks. Hence the limits: patterns up to ``maximumPatternLength`` bytes, text up to ``maximumTextLength``.
enum Pattern {
  static let maximumPatternLength = 2048
  static let maximumTextLength = 65536

  /// Why the pattern cannot be used; nil if it can.
  static func problem(_ pattern: String) -> String? {
    guard pattern.utf8.count <= maximumPatternLength else {
      return "must be a regular expression of at most \(maximumPatternLength) bytes"
    }
    do {
      _ = try Regex(pattern)
      return nil
    } catch {
      return "must be a valid regular expression, but isn't: \(error)"
    }
  }

  /// Whether the pattern matches anywhere in the text. Text that is too long never matches.
  static func matches(_ pattern: String, _ text: String) -> Bool {
    guard text.utf8.count <= maximumTextLength, let regex = try? Regex(pattern) else { return false }
    return text.firstMatch(of: regex.matchingSemantics(.unicodeScalar)) != nil
  }
}
