// SPDX-License-Identifier: Apache-2.0

/// The named formats of OpenAPI. A format that the API server does not know is not checked; it warns of one when a
/// definition is written.
///
/// Sources: `apiextensions-apiserver/pkg/apiserver/validation/formats.go`, `k8s.io/kube-openapi/pkg/validation/strfmt`.
enum Format {
  /// Whether values of the kind are checked against the format.
  static func isKnown(_ format: String, for kind: StructuralSchema.Kind) -> Bool {
    switch kind {
    case .string, .any, .intOrString: checks[normalized(format)] != nil
    case .integer: ["int32", "int64"].contains(format)
    case .number: ["float", "double"].contains(format)
    case .object, .array, .boolean: false
    }
  }

  /// Whether a text has the format; any has a format that is not known.
  static func accepts(_ text: String, _ format: String) -> Bool { checks[normalized(format)]?(text) ?? true }

  /// A format is the same with hyphens and without.
  private static func normalized(_ format: String) -> String {
    format.contains("-") ? format.filter { $0 != "-" } : format
  }

  private static let checks: [String: @Sendable (String) -> Bool] = [
    "datetime": { DateTimeReader.isDateTime($0) },
    "date": { DateTimeReader.isDate($0) },
    "duration": { DurationFormat.accepts($0) },
    "uri": { URIFormat.accepts($0) },
    "byte": { !$0.isEmpty && Base64.decoded($0) != nil },
    "quantity": { Quantity.isValid($0) },
    "password": { _ in true },
    "email": { matches("^([^<>@]*<)?[^\\s<>@]+@[^\\s<>@]+>?$", $0) },
    "hostname": { isHostname($0) },
    "ipv4": { AddressFormat.isIPv4($0) || $0.contains(".") && AddressFormat.isIPv6($0) },
    "ipv6": { AddressFormat.isIPv6($0) },
    "cidr": { AddressFormat.isCIDR($0) },
    "mac": { AddressFormat.isMAC($0) },
    "uuid": { isUUID($0, version: "[0-9a-f]", variant: "[0-9a-f]") },
    "uuid3": { isUUID($0, version: "3", variant: "[0-9a-f]") },
    "uuid4": { isUUID($0, version: "4", variant: "[89ab]") },
    "uuid5": { isUUID($0, version: "5", variant: "[89ab]") },
    "isbn": { CheckDigits.isISBN10($0) || CheckDigits.isISBN13($0) },
    "isbn10": { CheckDigits.isISBN10($0) },
    "isbn13": { CheckDigits.isISBN13($0) },
    "creditcard": { CheckDigits.isCreditCard($0) },
    "ssn": { matches("^[0-9]{3}[- ]?[0-9]{2}[- ]?[0-9]{4}$", $0) },
    "hexcolor": { matches("^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$", $0) },
    "rgbcolor": { isColor($0) },
    "bsonobjectid": { matches("^[0-9a-fA-F]{24}$", $0) },
    "k8sshortname": { NameRules.label($0) == nil },
    "k8slongname": { NameRules.subdomain($0) == nil },
  ]

  private static func matches(_ pattern: String, _ text: String) -> Bool { Pattern.matches(pattern, text) }

  private static func isUUID(_ text: String, version: String, variant: String) -> Bool {
    matches("(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?\(version)[0-9a-f]{3}-?\(variant)[0-9a-f]{3}-?[0-9a-f]{12}$", text)
  }

  private static func isColor(_ text: String) -> Bool {
    matches("^rgb\\( *[0-9]{1,3} *, *[0-9]{1,3} *, *[0-9]{1,3} *\\)$", text)
      && text.split(whereSeparator: { !$0.isNumber }).allSatisfy { Int($0).map { $0 <= 255 } ?? false }
  }

  private static func isHostname(_ text: String) -> Bool {
    let labels = text.split(separator: ".", omittingEmptySubsequences: false)
    return text.utf8.count <= 255
      && labels.allSatisfy { label in
        !label.isEmpty && label.utf8.count <= 63 && label.first != "-" && label.last != "-"
          && label.allSatisfy { $0.isLetter || $0.isNumber || $0.isSymbol || $0 == "-" }
      } && (labels.count == 1 || (labels.last?.count ?? 0) > 1)
  }
}

/// Numbers that end with a digit computed from the others.
private enum CheckDigits {
  static func isISBN10(_ text: String) -> Bool {
    let digits = text.filter { $0 != "-" && $0 != " " }
    guard digits.wholeMatch(of: /[0-9]{9}[0-9X]/) != nil else { return false }
    let sum = zip(digits, stride(from: 10, to: 0, by: -1)).reduce(0) { $0 + ($1.0.wholeNumberValue ?? 10) * $1.1 }
    return sum % 11 == 0
  }

  static func isISBN13(_ text: String) -> Bool {
    let digits = text.filter { $0 != "-" && $0 != " " }
    guard digits.wholeMatch(of: /[0-9]{13}/) != nil else { return false }
    let sum = digits.enumerated().reduce(0) { $0 + ($1.element.wholeNumberValue ?? 0) * ($1.offset % 2 == 0 ? 1 : 3) }
    return sum % 10 == 0
  }

  static func isCreditCard(_ text: String) -> Bool {
    let digits = text.filter { $0.isASCII && $0.isNumber }
    guard (13...16).contains(digits.count) else { return false }
    let sum = digits.reversed().enumerated().reduce(0) { sum, digit in
      let value = (digit.element.wholeNumberValue ?? 0) * (digit.offset % 2 == 0 ? 1 : 2)
      return sum + (value > 9 ? value - 9 : value)
    }
    return sum % 10 == 0
  }
}
