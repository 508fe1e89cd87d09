// SPDX-License-Identifier: Apache-2.0

import Glibc

/// An IPv4 or IPv6 address. An IPv4 address mapped into IPv6 is the IPv4 address.
public struct IPAddress: Equatable, Sendable, CustomStringConvertible {
  /// Four bytes or sixteen.
  let bytes: [UInt8]
  /// Whether it was written as an IPv4 address mapped into IPv6.
  fileprivate let isMapped: Bool

  /// An address from its text, without brackets, port or zone.
  ///
  /// - Returns: nil if the text is not an address.
  public init?(_ text: String) {
    var bytes = [UInt8](repeating: 0, count: 16)
    if inet_pton(AF_INET, text, &bytes) == 1 {
      self.init(bytes: Array(bytes.prefix(4)))
    } else if inet_pton(AF_INET6, text, &bytes) == 1 {
      self.init(bytes: bytes)
    } else {
      return nil
    }
  }

  /// An address from its bytes, as they are sent.
  ///
  /// - Returns: nil unless there are 4 or 16.
  init?(bytes: [UInt8]) {
    guard bytes.count == 4 || bytes.count == 16 else { return nil }
    isMapped = bytes.count == 16 && bytes.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]
    self.bytes = isMapped ? Array(bytes.suffix(4)) : bytes
  }

  /// The address as it is usually written.
  public var description: String {
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    guard inet_ntop(bytes.count == 4 ? AF_INET : AF_INET6, bytes, &text, socklen_t(text.count)) != nil else {
      return ""
    }
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// Whether it is in `169.254.0.0/16` (RFC 3927) or `fe80::/10` (RFC 4291), or stands for such an IPv4 address by NAT64
  /// (`64:ff9b::/96`, RFC 6052).
  public var isLinkLocal: Bool {
    if bytes.count == 4 { return bytes.starts(with: [169, 254]) }
    if bytes[0] == 0xfe, bytes[1] & 0xc0 == 0x80 { return true }
    return bytes.starts(with: [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, 169, 254])
  }

  /// Whether both are the same address, mapped or not.
  public static func == (one: IPAddress, other: IPAddress) -> Bool { one.bytes == other.bytes }

  /// `127.0.0.0/8` or `::1`.
  var isLoopback: Bool {
    bytes.count == 4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] == 1
  }
}

/// The addresses that share so many leading bits: `10.0.0.0/8`.
struct IPRange {
  private let network: IPAddress
  private let bits: Int

  /// - Returns: nil if the text is not CIDR notation.
  init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let network = IPAddress(String(parts[0])), (1...3).contains(parts[1].utf8.count),
      parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let bits = Int(parts[1]),
      bits <= (network.bytes.count == 4 && !network.isMapped ? 32 : 128)
    else { return nil }
    self.network = network
    self.bits = network.isMapped ? max(0, bits - 96) : bits
  }

  func contains(_ address: IPAddress) -> Bool {
    guard address.bytes.count == network.bytes.count else { return false }
    return zip(address.bytes, network.bytes).enumerated().allSatisfy { index, pair in
      let kept = min(8, max(0, bits - index * 8))
      let mask = UInt8(truncatingIfNeeded: 0xff00 >> kept)
      return pair.0 & mask == pair.1 & mask
    }
  }
}
