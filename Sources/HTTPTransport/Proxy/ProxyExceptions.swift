// SPDX-License-Identifier: Apache-2.0

/// Which hosts are reached without the proxy: a `NO_PROXY` list, by the rules of Go's
/// `golang.org/x/net/http/httpproxy` (`config.init` and `config.useProxy`).
///
/// - `example.com` stands for itself and all names below it; `.example.com` and `*.example.com` for those below only.
/// - An address stands for itself, a CIDR range for what it holds. Names are not resolved to see.
/// - A port limits an entry to that port; a range takes none. `*` stands for every host.
/// - An entry that is none of these matches nothing.
struct ProxyExceptions {
  private enum Entry {
    case all
    case range(IPRange)
    case address(IPAddress, port: String)
    /// The suffix begins with a dot.
    case name(suffix: String, itself: Bool, port: String)
  }

  private let entries: [Entry]
  private let loopback: Bool

  init(_ texts: [String], loopback: Bool) {
    entries = texts.compactMap(Self.entry)
    self.loopback = loopback
  }

  /// Whether the host is reached directly.
  ///
  /// - Parameters:
  ///   - host: a name, or an address without brackets.
  ///   - port: in digits.
  func contain(host: String, port: String) -> Bool {
    let host = host.lowercased()
    let address = IPAddress(String(host.prefix { $0 != "%" }))
    if loopback, host == "localhost" || address?.isLoopback == true { return true }
    return entries.contains { entry in
      switch entry {
      case .all: true
      case .range(let range): address.map(range.contains) ?? false
      case .address(let other, let only): address == other && (only.isEmpty || only == port)
      case .name(let suffix, let itself, let only):
        address == nil && (host.hasSuffix(suffix) || itself && host == suffix.dropFirst())
          && (only.isEmpty || only == port)
      }
    }
  }

  private static func entry(_ text: String) -> Entry? {
    let text = trimmed(text.lowercased())
    guard !text.isEmpty else { return nil }
    if text == "*" { return .all }
    if let range = IPRange(text) { return .range(range) }
    let (split, port) = hostAndPort(text) ?? (text, "")
    if let address = IPAddress(split) { return .address(address, port: port) }
    let name = split.hasPrefix("*.") ? String(split.dropFirst()) : split
    guard !name.isEmpty else { return nil }
    return name.hasPrefix(".")
      ? .name(suffix: name, itself: false, port: port) : .name(suffix: ".\(name)", itself: true, port: port)
  }

  /// Go's `net.SplitHostPort`: nil unless there is a port, if only an empty one.
  private static func hostAndPort(_ text: String) -> (String, String)? {
    guard let colon = text.lastIndex(of: ":") else { return nil }
    let (host, port) = (text[..<colon], text[text.index(after: colon)...])
    if host.hasPrefix("["), host.hasSuffix("]") { return (String(host.dropFirst().dropLast()), String(port)) }
    guard !host.contains(where: { $0 == ":" || $0 == "[" || $0 == "]" }) else { return nil }
    return (String(host), String(port))
  }

  private static func trimmed(_ text: String) -> String {
    var text = text[...]
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
