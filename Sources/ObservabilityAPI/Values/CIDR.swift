// SPDX-License-Identifier: Apache-2.0

/// A network in CIDR notation, of IPv4 or IPv6: `10.0.0.0/8`, `fd00::/8` (RFC 4632, RFC 4291 section 2.3).
public struct CIDR: Hashable, Sendable {
  /// The address as it was written.
  public let address: String
  /// The number of leading bits that make the network.
  public let prefixLength: Int
  /// Whether the network is of IPv6.
  public let isIPv6: Bool

  /// The network that the text spells; nil if it spells none.
  public init?(_ text: String) {
    guard text.utf8.count <= 64, let slash = text.firstIndex(of: "/") else { return nil }
    let address = String(text[..<slash])
    let digits = text[text.index(after: slash)...]
    let isIPv6 = address.contains(":")
    guard digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let prefixLength = Int(digits), String(prefixLength) == digits, prefixLength <= (isIPv6 ? 128 : 32),
      isIPv6 ? HostName.isIPv6(address) : HostName.isIPv4(address)
    else { return nil }
    self.address = address
    self.prefixLength = prefixLength
    self.isIPv6 = isIPv6
  }
}
