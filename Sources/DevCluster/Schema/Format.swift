// SPDX-License-Identifier: Apache-2.0

import JSON

/// The named formats of OpenAPI that are checked. Others are accepted, as the API server does.
enum Format {
  static func accepts(_ value: JSONValue, _ format: String) -> Bool {
    switch (format, value) {
    case ("int32", .integer(let number)): Int32(exactly: number) != nil
    case ("date-time", .string(let text)): isDateTime(text)
    case ("date", .string(let text)): Pattern.matches("^\(datePattern)$", text)
    case ("byte", .string(let text)): Base64.decoded(text) != nil
    case ("uuid", .string(let text)):
      Pattern.matches("(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$", text)
    case ("ipv4", .string(let text)): isIPv4(text)
    default: true
    }
  }

  /// Whether the text is a time as RFC 3339 has it.
  static func isDateTime(_ text: String) -> Bool {
    Pattern.matches("^\(datePattern)[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)\(zonePattern)$", text)
  }

  private static let datePattern = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
  private static let zonePattern = #"(\.[0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"#

  private static func isIPv4(_ text: String) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4
      && parts.allSatisfy { UInt8($0) != nil && ($0.count == 1 || $0.first != "0") && $0.allSatisfy(\.isNumber) }
  }
}
