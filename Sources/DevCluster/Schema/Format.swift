// SPDX-License-Identifier: Apache-2.0

import JSON

/// The named formats of OpenAPI that are checked. Others are accepted, as the API server does.
enum Format {
  static func accepts(_ value: JSONValue, _ format: String) -> Bool {
    switch (format, value) {
    case ("int32", .integer(let number)): Int32(exactly: number) != nil
    case ("date-time", .string(let text)): DateTimeReader.isDateTime(text)
    case ("date", .string(let text)): DateTimeReader.isDate(text)
    case ("byte", .string(let text)): Base64.decoded(text) != nil
    case ("uuid", .string(let text)):
      Pattern.matches("(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$", text)
    case ("ipv4", .string(let text)): isIPv4(text)
    default: true
    }
  }

  private static func isIPv4(_ text: String) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4
      && parts.allSatisfy { UInt8($0) != nil && ($0.count == 1 || $0.first != "0") && $0.allSatisfy(\.isNumber) }
  }
}
