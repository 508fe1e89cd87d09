// SPDX-License-Identifier: Apache-2.0

import KubernetesCore

/// Takes a URL apart from left to right, refusing what readers of URLs disagree about.
struct HTTPURLParser {
  private var rest: Substring
  private var authorityText: Substring = ""
  private(set) var path = ""
  private(set) var query: String?

  init(_ text: String) { rest = text[...] }

  /// The scheme; path and query are read along with it.
  mutating func scheme() throws(HTTPURLError) -> HTTPURL.Scheme {
    guard !rest.isEmpty else { throw HTTPURLError(.text, "the URL is empty") }
    guard rest.utf8.count <= HTTPURL.limit else {
      throw HTTPURLError(.text, "the URL is longer than \(HTTPURL.limit) bytes")
    }
    guard rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw HTTPURLError(.text, "the URL holds a space, a control character or one beyond ASCII: percent-encode it")
    }
    guard let mark = rest.utf8.firstIndex(of: UInt8(ascii: ":")), rest[mark...].hasPrefix("://") else {
      throw HTTPURLError(.scheme, "the URL has no scheme: begin it with http:// or https://")
    }
    let name = rest[..<mark].lowercased()
    guard let scheme = HTTPURL.Scheme(rawValue: name) else {
      // A scheme with an @ before it is a password in the wrong place; it is not repeated.
      let shown = name.allSatisfy { $0.isLetter || $0.isNumber } ? " \"\(name)\"" : ""
      throw HTTPURLError(.scheme, "the scheme\(shown) is neither http nor https")
    }
    rest = rest[mark...].dropFirst(3)
    let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
    authorityText = rest[..<end]
    try tail(rest[end...])
    return scheme
  }

  private mutating func tail(_ text: Substring) throws(HTTPURLError) {
    guard !text.contains("#") else { throw HTTPURLError(.text, "the URL has a fragment (#…): remove it") }
    guard !text.contains(where: { "\"<>\\^`{|}".contains($0) }) else {
      throw HTTPURLError(.text, "the path or query holds one of \"<>\\^`{|}: percent-encode it")
    }
    guard PercentEncoding.decode(text) != nil else {
      throw HTTPURLError(.text, "a % in the path or query is not followed by two hexadecimal digits")
    }
    let mark = text.firstIndex(of: "?")
    path = String(text[..<(mark ?? text.endIndex)])
    query = mark.map { String(text[text.index(after: $0)...]) }
  }

  /// What stands before the last `@` of the authority, unchecked.
  mutating func userInfo() -> String? {
    guard let mark = authorityText.lastIndex(of: "@") else { return nil }
    let text = String(authorityText[..<mark])
    authorityText = authorityText[authorityText.index(after: mark)...]
    return text
  }

  func authority() throws(HTTPURLError) -> (host: String, port: Int?) {
    let (host, port) = try split()
    guard !host.isEmpty else { throw HTTPURLError(.host, "the URL has no host") }
    guard HostName.isHost(String(host)) else {
      let isLikeOne =
        host.hasPrefix("[") ? host.utf8.count > 2 && host.allSatisfy(Self.isOfAddress) : host.utf8.count > 253
      throw HTTPURLError(
        isLikeOne ? .address : .host, "the host \"\(host)\" is neither a DNS name nor an IP address")
    }
    guard let port else { return (String(host), nil) }
    guard let number = Int(port), 1...65535 ~= number, String(number) == port else {
      // A text that is no number may be a password with a slash in it, so it is not repeated.
      let isShown = !port.isEmpty && port.utf8.count <= 32 && port.utf8.allSatisfy { 0x30...0x39 ~= $0 }
      throw HTTPURLError(.port, "the port\(isShown ? " \"\(port)\"" : "") is not a number from 1 to 65535")
    }
    return (String(host), number)
  }

  private static func isOfAddress(_ character: Character) -> Bool {
    character.isASCII && (character.isHexDigit || "[]:.".contains(character))
  }

  private func split() throws(HTTPURLError) -> (Substring, Substring?) {
    if authorityText.hasPrefix("[") {
      guard let end = authorityText.firstIndex(of: "]") else {
        throw HTTPURLError(.host, "the IPv6 address has no closing bracket")
      }
      let after = authorityText[authorityText.index(after: end)...]
      if after.isEmpty { return (authorityText, nil) }
      guard after.hasPrefix(":") else { throw HTTPURLError(.host, "the IPv6 address is followed by \"\(after)\"") }
      return (authorityText[...end], after.dropFirst())
    }
    guard let colon = authorityText.firstIndex(of: ":") else { return (authorityText, nil) }
    let port = authorityText[authorityText.index(after: colon)...]
    guard !port.contains(":") else {
      throw HTTPURLError(
        .host, "the host is followed by more than one colon: an IPv6 address must stand in brackets: [::1]")
    }
    return (authorityText[..<colon], port)
  }
}
