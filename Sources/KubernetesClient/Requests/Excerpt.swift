// SPDX-License-Identifier: Apache-2.0

import CleanText

/// Cuts text that is not ours down to a part of a line.
enum Excerpt {
  /// The beginning of the text as one clean line.
  static func line(_ text: String, limit: Int) -> String {
    let words = text.cleaned(bytes: .max)
    return words.count > limit ? words.prefix(limit) + "…" : words
  }

  /// The end of the text as one clean line: programs say last what went wrong.
  static func lastLine(_ bytes: [UInt8], limit: Int) -> String {
    let words = String(decoding: bytes, as: UTF8.self).cleaned(bytes: .max)
    return words.count > limit ? "…" + words.suffix(limit) : words
  }
}
