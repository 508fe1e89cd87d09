// SPDX-License-Identifier: Apache-2.0

/// Makes text from outside safe for a line that a person reads in a terminal, a log or a condition.
///
/// Controls, line and paragraph separators, and the format characters that turn the direction of text or hide in it
/// (Unicode general categories Cc, Cf, Zl and Zp) never pass.
public enum PrintableText {
  /// The text with what must not pass written as an escape, `\\u{1b}`; the middle is left out of a longer text, because
  /// a message names its object first and its remedy last.
  ///
  /// - Parameter limit: the longest result, in Unicode scalars.
  public static func line(_ text: String, limit: Int = 4096) -> String {
    var output = String.UnicodeScalarView()
    let scalars = text.unicodeScalars
    // Cut before it is escaped: a text of a megabyte is not worth walking through.
    let kept = max(limit, 2) / 2
    if scalars.count > limit {
      append(scalars.prefix(kept), to: &output)
      output.append(contentsOf: " … ".unicodeScalars)
      append(scalars.suffix(kept), to: &output)
    } else {
      append(scalars[...], to: &output)
    }
    return String(output)
  }

  private static func append(_ scalars: Substring.UnicodeScalarView, to output: inout String.UnicodeScalarView) {
    for scalar in scalars {
      if isVisible(scalar) {
        output.append(scalar)
      } else {
        output.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
      }
    }
  }

  fileprivate static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator, .format: false
    default: true
    }
  }
}

/// Cuts text from outside down to a part of a line, with one space for everything that must not pass.
enum Excerpt {
  /// The beginning of the text.
  static func line(_ text: String, limit: Int) -> String {
    let words = words(text)
    return words.count > limit ? words.prefix(limit) + "…" : words
  }

  /// The end of the text: programs say last what went wrong.
  static func lastLine(_ bytes: [UInt8], limit: Int) -> String {
    let words = words(String(decoding: bytes, as: UTF8.self))
    return words.count > limit ? "…" + words.suffix(limit) : words
  }

  private static func words(_ text: String) -> String {
    text.unicodeScalars.split { $0.properties.isWhitespace || !PrintableText.isVisible($0) }.map(String.init)
      .joined(separator: " ")
  }
}
