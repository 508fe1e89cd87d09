// SPDX-License-Identifier: Apache-2.0

/// How a text is best written. libyaml takes quotes on its own where a plain text or a block cannot hold the text.
enum ScalarStyle {
  case plain
  case doubleQuoted
  case literal

  init(_ text: String, mayBeBlock: Bool) {
    if PlainScalar(text) != .text || Self.hasForeignBreak(text) {
      self = .doubleQuoted
    } else if text.utf8.contains(UInt8(ascii: "\n")) {
      self = mayBeBlock && Self.fitsBlock(text) ? .literal : .doubleQuoted
    } else {
      self = .plain
    }
  }

  /// NEL, LS and PS break lines in YAML 1.1 and come back as a line feed, or do not break lines in YAML 1.2.
  private static func hasForeignBreak(_ text: String) -> Bool {
    !text.utf8.allSatisfy { $0 < 0x80 }
      && text.unicodeScalars.contains { $0 == "\u{85}" || $0 == "\u{2028}" || $0 == "\u{2029}" }
  }

  /// A block that begins with white space would need an indentation indicator, and one that keeps blank lines at its
  /// end makes libyaml close the document with `...`: quotes are plainer.
  private static func fitsBlock(_ text: String) -> Bool {
    (text.utf8.first.map { $0 > 0x20 } ?? false) && !text.utf8.suffix(2).elementsEqual("\n\n".utf8)
  }
}
