// SPDX-License-Identifier: Apache-2.0

/// As much of Go's `net/url` as decides whether an integration is valid.
struct GoURL {
  let scheme: String
  /// What stands before the `@`; nil for none.
  let login: String?
  /// Host and port.
  let host: String

  /// Nil where `url.Parse` fails.
  init?(_ text: String) {
    guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else { return nil }
    var rest = text[...]
    var scheme = ""
    if let colon = text.firstIndex(of: ":"), let first = text.unicodeScalars.first {
      let name = text[..<colon]
      guard !name.isEmpty else { return nil }
      let isScheme =
        Self.isLetter(first)
        && name.unicodeScalars.allSatisfy { Self.isLetter($0) || "0123456789+-.".unicodeScalars.contains($0) }
      if isScheme {
        scheme = name.lowercased()
        rest = text[text.index(after: colon)...]
      } else if !name.contains("/") {
        // "first path segment in URL cannot contain colon"
        return nil
      }
    }
    self.scheme = scheme
    guard rest.hasPrefix("//") else {
      (login, host) = (nil, "")
      return
    }
    let authority = rest.dropFirst(2).prefix { !"/?#".contains($0) }
    let at = authority.lastIndex(of: "@")
    login = at.map { String(authority[..<$0]) }
    let host = authority[(at.map { authority.index(after: $0) } ?? authority.startIndex)...]
    if host.hasPrefix("["), !host.contains("]") { return nil }
    if !host.hasPrefix("["), let colon = host.firstIndex(of: ":") {
      guard host[host.index(after: colon)...].allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
    }
    self.host = String(host)
  }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    "a"..."z" ~= scalar || "A"..."Z" ~= scalar
  }

  /// Whether a text is a selector that Coroot takes: a name, matchers in braces, or both.
  static func isSelector(_ text: String) -> Bool {
    let matcher = /\s*[a-zA-Z_]\w*\s*(?:=~|!~|!=|=)\s*"(?:[^"\\]|\\.)*"\s*/
    guard let match = text.wholeMatch(of: /\s*([a-zA-Z_:][\w:]*)?\s*(?:\{(.*)\})?\s*/) else { return false }
    guard let matchers = match.2, !matchers.allSatisfy({ $0.isWhitespace }) else { return match.1 != nil }
    var rest = matchers[...]
    while let one = rest.prefixMatch(of: matcher) {
      rest = rest[one.range.upperBound...]
      if rest.isEmpty { return true }
      guard rest.hasPrefix(",") else { return false }
      rest = rest.dropFirst()
    }
    return rest.allSatisfy { $0.isWhitespace }
  }

  /// Milliseconds of a duration as Go writes it: `15s`, `1m30s`, `500ms`; nil if it is none.
  static func milliseconds(_ text: String) -> Int? {
    let units: [Substring: Double] = ["ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000]
    guard text.wholeMatch(of: /(?:\d+(?:\.\d+)?(?:ms|s|m|h))+/) != nil else { return nil }
    return text.matches(of: /(\d+(?:\.\d+)?)(ms|s|m|h)/).reduce(0) { sum, match in
      sum + Int((Double(match.1) ?? 0) * (units[match.2] ?? 0))
    }
  }
}
