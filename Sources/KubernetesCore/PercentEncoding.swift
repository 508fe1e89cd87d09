// SPDX-License-Identifier: Apache-2.0

/// Escapes of RFC 3986, section 2.1.
public enum PercentEncoding {
  /// The text with its escapes replaced, or nil if a percent sign does not begin one.
  public static func decode(_ text: some StringProtocol) -> String? {
    var bytes: [UInt8] = []
    var input = Array(text.utf8)[...]
    while let byte = input.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      let digits = input.prefix(2)
      guard digits.count == 2, digits.allSatisfy(\.isASCIIAlphanumeric),
        let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
      else { return nil }
      bytes.append(value)
      input = input.dropFirst(2)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// All but the unreserved characters of RFC 3986, section 2.3, as `%XX` of their UTF-8 bytes.
  public static func encode(_ text: String) -> String {
    var output: [UInt8] = []
    for byte in text.utf8 {
      if byte.isASCIIAlphanumeric || "-._~".utf8.contains(byte) {
        output.append(byte)
      } else {
        output += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  private static let digits = Array("0123456789ABCDEF".utf8)
}

extension UInt8 {
  /// Whether the byte is a letter or digit of ASCII.
  public var isASCIIAlphanumeric: Bool {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"):
      true
    default: false
    }
  }
}
