// SPDX-License-Identifier: Apache-2.0

/// Cuts text that is not ours down to a part of a line.
enum Excerpt {
  /// The beginning of the text with its line breaks and control characters as spaces.
  static func line(_ text: String, limit: Int) -> String {
    let words = words(text)
    return words.count > limit ? words.prefix(limit) + "…" : words
  }

  /// The end of the text with its line breaks and control characters as spaces: programs say last what went wrong.
  static func lastLine(_ bytes: [UInt8], limit: Int) -> String {
    let words = words(String(decoding: bytes, as: UTF8.self))
    return words.count > limit ? "…" + words.suffix(limit) : words
  }

  private static func words(_ text: String) -> String {
    text.split { $0.isWhitespace || !$0.isPrintable }.joined(separator: " ")
  }
}

extension Character {
  fileprivate var isPrintable: Bool { unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f } }
}
