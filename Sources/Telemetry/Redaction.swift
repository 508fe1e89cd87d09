// SPDX-License-Identifier: Apache-2.0

/// Keeps credentials out of what is printed.
public enum Redaction {
  /// The text with the userinfo of every URL in it replaced: `http://user:pass@host` becomes `http://***@host`.
  ///
  /// A URL's authority ends at `/`, `?`, `#`, white space or a quote; what stands before the last `@` in it goes. A
  /// password with an unescaped slash before the `@` is taken as well.
  public static func apply(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "@")), text.contains("://") else { return text }
    var output = ""
    var rest = text[...]
    while let mark = separator(in: rest) {
      output += rest[..<mark]
      rest = redactedHead(of: rest[mark...], into: &output)
    }
    return output + rest
  }

  /// Writes what may stay of the URL that begins behind its `://`, and returns what follows it.
  private static func redactedHead(of text: Substring, into output: inout String) -> Substring {
    let end = text.firstIndex { $0.isWhitespace || $0 == "\"" || $0 == "'" } ?? text.endIndex
    // Another URL in the same word has credentials of its own; its separator is left for the next round.
    let next = separator(in: text[..<end]).map { text.index($0, offsetBy: -3) }
    let word = text[..<(next ?? end)]
    let authority = word.prefix { !"/?#".contains($0) }
    // Beyond the authority an @ is ordinary, except where the "port" is no number: a password with a slash.
    let span = authority.contains("@") || isPlain(authority) ? authority : word
    let start = span.lastIndex(of: "@") ?? text.startIndex
    if start != text.startIndex || span.hasPrefix("@") { output += "***" }
    output += text[start..<word.endIndex]
    return text[word.endIndex...]
  }

  /// The position behind the next `://`.
  private static func separator(in text: Substring) -> Substring.Index? {
    var rest = text
    while let colon = rest.firstIndex(of: ":") {
      if rest[colon...].hasPrefix("://") { return rest.index(colon, offsetBy: 3) }
      rest = rest[rest.index(after: colon)...]
    }
    return nil
  }

  /// Whether an authority without `@` is a host with or without a port.
  private static func isPlain(_ authority: Substring) -> Bool {
    if authority.hasPrefix("[") { return true }
    guard let colon = authority.firstIndex(of: ":") else { return true }
    return authority[colon...].dropFirst().allSatisfy { $0.isASCII && $0.isNumber }
  }
}
