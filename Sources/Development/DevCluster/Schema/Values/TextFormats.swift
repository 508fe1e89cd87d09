// SPDX-License-Identifier: Apache-2.0

/// Durations such as `1h30m`, as Go reads them, and such as `2 days`, as Scala does.
///
/// Source: `k8s.io/kube-openapi/pkg/validation/strfmt/duration.go`.
enum DurationFormat {
  static func accepts(_ text: String) -> Bool { isGoDuration(text) || isScalaDuration(text) }

  /// `time.ParseDuration`: a sign, then numbers with a fraction and a unit each; `0` needs none.
  private static func isGoDuration(_ text: String) -> Bool {
    var rest = Substring(text)
    if let sign = rest.first, "+-".contains(sign) { rest = rest.dropFirst() }
    if rest == "0" { return true }
    guard !rest.isEmpty else { return false }
    while !rest.isEmpty {
      let number = rest.prefix { isDigit($0) || $0 == "." }
      guard number.contains(where: isDigit), number.filter({ $0 == "." }).count <= 1 else { return false }
      rest = rest.dropFirst(number.count)
      let unit = rest.prefix { !isDigit($0) && $0 != "." }
      guard ["ns", "us", "\u{b5}s", "\u{3bc}s", "ms", "s", "m", "h"].contains(unit) else { return false }
      rest = rest.dropFirst(unit.count)
    }
    return true
  }

  /// Whole numbers with a unit each, of which one at least is known. A long name of a unit may have any ending.
  private static func isScalaDuration(_ text: String) -> Bool {
    var rest = text.drop(while: \.isWhitespace)
    var isKnown = false
    guard !rest.isEmpty else { return false }
    while !rest.isEmpty {
      let number = rest.prefix(while: isDigit)
      guard !number.isEmpty, Int(number) != nil else { return false }
      rest = rest.dropFirst(number.count).drop(while: \.isWhitespace)
      let unit = rest.prefix { $0.isASCII && $0.isLetter || $0 == "\u{b5}" }
      guard !unit.isEmpty else { return false }
      rest = rest.dropFirst(unit.count).drop(while: \.isWhitespace)
      let name = unit.lowercased()
      isKnown = isKnown || units.contains { name == $0 } || longUnits.contains { name.hasPrefix($0) }
    }
    return isKnown
  }

  private static let units = ["ns", "us", "\u{b5}s", "ms", "s", "m", "h", "hr", "d", "w", "wk"]
  private static let longUnits = ["nano", "micro", "milli", "sec", "min", "hour", "day", "week"]

  private static func isDigit(_ character: Character) -> Bool { character.isASCII && character.isNumber }
}

/// URIs as `net/url.ParseRequestURI` of Go reads them: with a scheme, or a path that begins with a slash.
enum URIFormat {
  static func accepts(_ text: String) -> Bool {
    guard !text.isEmpty, !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) else { return false }
    if text == "*" { return true }
    guard let (scheme, rest) = split(text) else { return false }
    guard rest.hasPrefix("/") else { return !scheme.isEmpty }
    let path = rest.prefix { $0 != "?" }
    guard path.hasPrefix("//"), !scheme.isEmpty || !path.hasPrefix("///") else { return hasValidEscapes(path) }
    let authority = path.dropFirst(2).prefix { $0 != "/" }
    return isAuthority(authority) && hasValidEscapes(path.dropFirst(2 + authority.count))
  }

  /// The scheme, empty if there is none, and the rest; nil if a colon begins the text.
  private static func split(_ text: String) -> (scheme: Substring, rest: Substring)? {
    let scheme = text.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
    guard text.dropFirst(scheme.count).first == ":" else { return ("", text[...]) }
    guard let first = scheme.first else { return nil }
    return first.isLetter ? (scheme, text.dropFirst(scheme.count + 1)) : ("", text[...])
  }

  private static func isAuthority(_ text: Substring) -> Bool {
    let host = text.lastIndex(of: "@").map { text[text.index(after: $0)...] } ?? text
    var port = Substring()
    if host.hasPrefix("[") {
      guard let end = host.lastIndex(of: "]") else { return false }
      port = host[host.index(after: end)...]
    } else if let colon = host.lastIndex(of: ":") {
      port = host[colon...]
    }
    let isPort = port.isEmpty || port.first == ":" && port.dropFirst().allSatisfy { $0.isASCII && $0.isNumber }
    return isPort && !host.contains { " \"<>\\^`{|}".contains($0) } && hasValidEscapes(host)
  }

  private static func hasValidEscapes(_ text: Substring) -> Bool {
    text.split(separator: "%", omittingEmptySubsequences: false).dropFirst()
      .allSatisfy { $0.prefix(2).count == 2 && $0.prefix(2).allSatisfy(\.isHexDigit) }
  }
}

/// Addresses as package `net` of Go reads them.
enum AddressFormat {
  static func isIPv4(_ text: some StringProtocol) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4
      && parts.allSatisfy { UInt8($0) != nil && ($0.count == 1 || $0.first != "0") && $0.allSatisfy(\.isNumber) }
  }

  static func isIPv6(_ text: some StringProtocol) -> Bool {
    let halves = text.split(separator: "::", omittingEmptySubsequences: false)
    guard text.contains(":"), halves.count <= 2, !text.contains(":::") else { return false }
    var count = 0
    for (position, half) in halves.enumerated() where !half.isEmpty {
      let groups = half.split(separator: ":", omittingEmptySubsequences: false)
      for (index, group) in groups.enumerated() {
        let isLast = position == halves.count - 1 && index == groups.count - 1
        if isLast, isIPv4(group) {
          count += 2
        } else if (1...4).contains(group.count), group.allSatisfy(\.isHexDigit) {
          count += 1
        } else {
          return false
        }
      }
    }
    return halves.count == 2 ? count < 8 : count == 8
  }

  static func isCIDR(_ text: String) -> Bool {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let length = UInt8(parts[1]), parts[1].allSatisfy(\.isNumber) else { return false }
    return isIPv4(parts[0]) ? length <= 32 : isIPv6(parts[0]) && length <= 128
  }

  /// Six, eight or twenty bytes with colons or hyphens between, or with a dot after each second.
  static func isMAC(_ text: String) -> Bool {
    for (separator, digits) in [(Character(":"), 2), ("-", 2), (".", 4)] where text.contains(separator) {
      let groups = text.split(separator: separator, omittingEmptySubsequences: false)
      return [6, 8, 20].contains(groups.count * digits / 2)
        && groups.allSatisfy { $0.count == digits && $0.allSatisfy(\.isHexDigit) }
    }
    return false
  }
}
