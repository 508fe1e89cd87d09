// SPDX-License-Identifier: Apache-2.0

import JSON

/// Regular expressions of the parts of addresses, in RE2. ``HTTPURL`` and ``HostName`` have the last word: no expression
/// tells the length of a name, or an IPv6 address.
enum AddressPatterns {
  private static let label = "[a-zA-Z0-9_]([-a-zA-Z0-9_]{0,61}[a-zA-Z0-9_])?"
  /// A DNS name, an IPv4 address, or an IPv6 address in brackets.
  static let host = "(\\[[0-9a-fA-F:.]+\\]|\(label)(\\.\(label))*\\.?)"
  /// A number from 1 to 65535.
  static let port =
    "([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
  private static let octet = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
  static let ipv4 = "(\(octet)\\.){3}\(octet)"
  /// The last label of a host is a number, which is an address for some and a name for others.
  static let number = "([^/?#:]*\\.)?([0-9]+|0[xX][0-9a-fA-F]*)\\.?"
}

extension Schema {
  /// A URL without a login. The three rules say what of it is wrong, which a pattern could not.
  static func url(_ description: String) -> Schema {
    .text(description, .url).demanding(URLRules.host, URLRules.address, URLRules.port, URLRules.text)
  }
}

private enum URLRules {
  static let host = rule(
    "url-host", .host,
    cel: matches("(\(AddressPatterns.host))(:[^:/?#]*)?([/?]|$)")
      + " && (!\(matches("\(AddressPatterns.number)(:|/|\\?|$)")) || \(matches("\(AddressPatterns.ipv4)(:|/|\\?|$)")))",
    message: "the URL needs a host: a DNS name, an IPv4 address, or an IPv6 address in brackets, such as "
      + "https://vm.example.org:8480/api/v1/write or https://[fd00::1]:8480/api/v1/write")

  static let address = rule(
    "url-address", .address, cel: nil,
    message: "the host of the URL is no address: check the IPv6 address in brackets; a DNS name has at most 253 "
      + "characters")

  static let port = rule(
    "url-port", .port,
    cel: "!\(matches("\(anyHost):[^:/?#]*([/?]|$)")) || \(matches("\(anyHost):\(AddressPatterns.port)([/?]|$)"))",
    message: "the port of the URL must be a number from 1 to 65535, such as in https://vm.example.org:8480/api/v1/write"
  )

  static let text = rule(
    "url-text", .text,
    cel: "!self.matches(r'[^!-~]|[\"<>\\\\^`{|}]|%([^0-9a-fA-F]|$|[0-9a-fA-F]([^0-9a-fA-F]|$))')",
    message: "percent-encode what a URL cannot hold: spaces, characters beyond ASCII, any of \"<>\\^`{|}, and a % that "
      + "is not followed by two hexadecimal digits")

  private static let anyHost = "(\\[[^/?#]*\\]|[^:/?#\\[\\]]*)"

  private static func matches(_ rest: String) -> String { "self.matches(r'^https?://\(rest)')" }

  private static func rule(
    _ id: String, _ part: HTTPURLError.Part, cel: String?, message: String
  ) -> ValidationRule {
    ValidationRule(id, cel: cel, message: message) { value in
      do throws(HTTPURLError) {
        _ = try HTTPURL(value.string ?? "")
        return true
      } catch {
        return error.part != part
      }
    }
  }
}
