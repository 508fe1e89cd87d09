// SPDX-License-Identifier: Apache-2.0

/// Takes an address apart from left to right, refusing what readers of URLs disagree about.
struct BackendURLParser {
  private var rest: Substring
  private var authorityText: Substring = ""
  private(set) var path = ""
  private(set) var query: String?

  init(_ text: String) { rest = text[...] }

  mutating func scheme() throws(BackendURLError) -> BackendURL.Scheme {
    guard !rest.isEmpty else { throw BackendURLError("the URL is empty") }
    guard rest.utf8.count <= BackendURL.limit else {
      throw BackendURLError("the URL is longer than \(BackendURL.limit) bytes")
    }
    guard rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw BackendURLError("the URL holds a space, a control character or one beyond ASCII: percent-encode it")
    }
    guard let mark = rest.utf8.firstIndex(of: UInt8(ascii: ":")), rest[mark...].hasPrefix("://") else {
      throw BackendURLError("the URL has no scheme: begin it with http:// or https://")
    }
    let name = rest[..<mark].lowercased()
    guard let scheme = BackendURL.Scheme(rawValue: name) else {
      // A scheme with an @ before it is a password in the wrong place; it is not repeated.
      let shown = name.allSatisfy { $0.isLetter || $0.isNumber } ? " \"\(name)\"" : ""
      throw BackendURLError("the scheme\(shown) is neither http nor https")
    }
    rest = rest[mark...].dropFirst(3)
    let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
    authorityText = rest[..<end]
    try tail(rest[end...])
    return scheme
  }

  private mutating func tail(_ text: Substring) throws(BackendURLError) {
    guard !text.contains("#") else { throw BackendURLError("the URL has a fragment (#…): remove it") }
    guard !text.contains(where: { "\"<>\\^`{|}".contains($0) }) else {
      throw BackendURLError("the path or query holds one of \"<>\\^`{|}: percent-encode it")
    }
    guard PercentEncoding.decode(text) != nil else {
      throw BackendURLError("a % in the path or query is not followed by two hexadecimal digits")
    }
    let mark = text.firstIndex(of: "?")
    path = String(text[..<(mark ?? text.endIndex)])
    query = mark.map { String(text[text.index(after: $0)...]) }
  }

  mutating func credentials() throws(BackendURLError) -> BasicCredentials? {
    guard let mark = authorityText.lastIndex(of: "@") else { return nil }
    let userinfo = authorityText[..<mark]
    authorityText = authorityText[authorityText.index(after: mark)...]
    let colon = userinfo.firstIndex(of: ":")
    let name = userinfo[..<(colon ?? userinfo.endIndex)]
    let password = colon.map { userinfo[userinfo.index(after: $0)...] } ?? ""
    do {
      try URLSafeCredential.check(String(name), as: .username, key: "user name", secret: nil)
      try URLSafeCredential.check(String(password), as: .password, key: "password", secret: nil)
    } catch {
      throw BackendURLError("before the @ of the URL, \(error.description)")
    }
    return BasicCredentials(
      username: PercentEncoding.decode(name) ?? "", password: PercentEncoding.decode(password) ?? "")
  }

  func authority() throws(BackendURLError) -> (host: String, port: Int?) {
    let (host, port) = try split()
    guard !host.isEmpty else { throw BackendURLError("the URL has no host") }
    let bare = host.hasPrefix("[") ? host.dropFirst().dropLast() : host
    let allowed = host.hasPrefix("[") ? ":.%" : "-._"
    guard bare.utf8.allSatisfy({ isAlphanumeric($0) || allowed.utf8.contains($0) }), !bare.isEmpty else {
      throw BackendURLError("the host \"\(host)\" holds a character that no host name has")
    }
    guard let port else { return (String(host), nil) }
    guard let number = Int(port), 1...65535 ~= number, port.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else {
      // A text that is no number may be a password with a slash in it, so it is not repeated.
      let shown = !port.isEmpty && port.utf8.allSatisfy { 0x30...0x39 ~= $0 } ? " \"\(port)\"" : ""
      throw BackendURLError("the port\(shown) is not a number from 1 to 65535")
    }
    return (String(host), number)
  }

  private func split() throws(BackendURLError) -> (Substring, Substring?) {
    if authorityText.hasPrefix("[") {
      guard let end = authorityText.firstIndex(of: "]") else {
        throw BackendURLError("the IPv6 address has no closing bracket")
      }
      let after = authorityText[authorityText.index(after: end)...]
      if after.isEmpty { return (authorityText, nil) }
      guard after.hasPrefix(":") else { throw BackendURLError("the IPv6 address is followed by \"\(after)\"") }
      return (authorityText[...end], after.dropFirst())
    }
    guard let colon = authorityText.firstIndex(of: ":") else { return (authorityText, nil) }
    let port = authorityText[authorityText.index(after: colon)...]
    guard !port.contains(":") else { throw BackendURLError("an IPv6 address must stand in brackets: [::1]") }
    return (authorityText[..<colon], port)
  }
}

func isAlphanumeric(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "a")...UInt8(ascii: "z"):
    true
  default: false
  }
}

enum PercentEncoding {
  /// The text with its escapes replaced, or nil if a percent sign does not begin one.
  static func decode(_ text: some StringProtocol) -> String? {
    var bytes: [UInt8] = []
    var input = Array(text.utf8)[...]
    while let byte = input.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      let digits = input.prefix(2)
      guard digits.count == 2, let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16),
        digits.allSatisfy(isAlphanumeric)
      else { return nil }
      bytes.append(value)
      input = input.dropFirst(2)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
