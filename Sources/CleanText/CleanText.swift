// SPDX-License-Identifier: Apache-2.0

extension Unicode.Scalar {
  /// Whether a scalar has no shape of its own, or changes how the text around it is shown.
  ///
  /// These are controls (ESC begins a terminal's commands), line and paragraph separators, and format characters (those
  /// that turn the direction of text, U+202A to U+202E and U+2066 to U+2069, and those without a width). See the Unicode
  /// Standard, section 4.5, General Category.
  public var isInvisible: Bool {
    switch properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator, .format: true
    default: false
    }
  }
}

extension String {
  /// Returns text from outside as it may be shown in a status, an Event or on a terminal: one line, nothing invisible,
  /// bounded.
  ///
  /// Each run of white space and of invisible scalars becomes one space, and a longer text is cut at a character and ends
  /// in an ellipsis. What was not UTF-8 already reads U+FFFD. Markup stays: the text is no HTML, and a page that shows it
  /// must escape it as any other text. Cleaning a clean text changes nothing.
  ///
  /// - Parameter limit: the most bytes of UTF-8, at least 3.
  public func cleaned(bytes limit: Int) -> String {
    guard !isPlain(within: limit) else { return self }
    var words = ""
    var isGap = false
    for scalar in unicodeScalars {
      if scalar.isInvisible || scalar.properties.isWhitespace {
        isGap = !words.isEmpty
        continue
      }
      if isGap { words += " " }
      isGap = false
      words.unicodeScalars.append(scalar)
      if words.utf8.count > limit { return words.bounded(bytes: limit) }
    }
    return words
  }

  /// Whether the text is ASCII on one line without double spaces, and not too long: most are.
  private func isPlain(within limit: Int) -> Bool {
    guard utf8.count <= limit else { return false }
    var isSpace = true
    for byte in utf8 {
      guard (0x20..<0x7F).contains(byte), byte != 0x20 || !isSpace else { return false }
      isSpace = byte == 0x20
    }
    return isEmpty || !isSpace
  }
}
