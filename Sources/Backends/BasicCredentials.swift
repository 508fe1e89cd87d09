// SPDX-License-Identifier: Apache-2.0

/// A user name and a password for HTTP's Basic scheme (RFC 7617). Printing one shows neither.
public struct BasicCredentials: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// The user name, not encoded.
  public let username: String
  /// The password, not encoded.
  public let password: String

  /// Credentials made of their parts.
  public init(username: String, password: String) {
    self.username = username
    self.password = password
  }

  /// The value of the `Authorization` header.
  public var authorization: String {
    "Basic " + Self.base64(Array("\(username):\(password)".utf8))
  }

  /// Neither name nor password.
  public var description: String { "<credentials>" }
  /// Neither name nor password.
  public var debugDescription: String { description }
  /// Empty, so that dumping shows nothing either.
  public var customMirror: Mirror { Mirror(self, children: [:]) }

  private static func base64(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var output: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let value = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      for index in 0..<4 {
        output.append(index <= group.count ? alphabet[value >> (18 - 6 * index) & 63] : UInt8(ascii: "="))
      }
    }
    return String(decoding: output, as: UTF8.self)
  }
}
