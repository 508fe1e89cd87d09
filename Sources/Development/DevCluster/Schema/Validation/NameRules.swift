// SPDX-License-Identifier: Apache-2.0

/// How names, keys and values may be written; each function gives the sentence of the API server, or nil if the text
/// is good.
///
/// Source: `k8s.io/apimachinery/pkg/util/validation/validation.go`.
enum NameRules {
  static func subdomain(_ text: String) -> String? {
    if text.utf8.count > 253 { return tooLong(253) }
    if text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy(isLabel) { return nil }
    return "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
      + "start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
      + #"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"#
  }

  static func wildcardSubdomain(_ text: String) -> String? {
    if text.utf8.count > 253 { return tooLong(253) }
    if text.hasPrefix("*."), subdomain(String(text.dropFirst(2))) == nil { return nil }
    return
      "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of "
      + "lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', "
      + #"regex used for validation is '\*\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"#
  }

  static func label(_ text: String) -> String? {
    if text.utf8.count > 63 { return tooLong(63) }
    if isLabel(text[...]) { return nil }
    return "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and "
      + "end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
      + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
  }

  static func serviceName(_ text: String) -> String? {
    if text.utf8.count > 63 { return tooLong(63) }
    if isLabel(text[...]), text.utf8.first.map({ $0 > UInt8(ascii: "9") }) == true { return nil }
    return "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic "
      + "character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation "
      + "is '[a-z]([-a-z0-9]*[a-z0-9])?')"
  }

  static func pathSegment(_ text: String) -> String? {
    if text == "." || text == ".." { return "may not be '\(text)'" }
    for character in ["/", "%"] where text.contains(character) { return "may not contain '\(character)'" }
    return nil
  }

  static func qualifiedName(_ text: String) -> String? {
    let parts = text.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
    guard parts.count <= 2, let name = parts.last else { return qualifiedNameSentence + " with an optional prefix" }
    if parts.count == 2 {
      if parts[0].isEmpty { return "prefix part must be non-empty" }
      if let problem = subdomain(parts[0]) { return "prefix part \(problem)" }
    }
    if name.isEmpty { return "name part must be non-empty" }
    if name.utf8.count > 63 { return "name part \(tooLong(63))" }
    return isNamePart(name) ? nil : "name part \(qualifiedNameSentence)"
  }

  static func labelValue(_ text: String) -> String? {
    if text.utf8.count > 63 { return tooLong(63) }
    if text.isEmpty || isNamePart(text) { return nil }
    return "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must "
      + "start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for "
      + "validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
  }

  static func configKey(_ text: String) -> String? {
    if text.utf8.count > 253 { return tooLong(253) }
    if text == "." || text == ".." { return "must not be '\(text)'" }
    if text.hasPrefix("..") { return "must not start with '..'" }
    if !text.isEmpty, text.utf8.allSatisfy({ isAlphanumeric($0) || "-_.".utf8.contains($0) }) { return nil }
    return "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or "
      + "'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
  }

  private static let qualifiedNameSentence =
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
    + "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
    + "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"

  private static func tooLong(_ limit: Int) -> String { "must be no more than \(limit) bytes" }

  private static func isLabel(_ text: Substring) -> Bool {
    guard let first = text.utf8.first, let last = text.utf8.last else { return false }
    let isLower = { (byte: UInt8) in isAlphanumeric(byte) && !(UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }
    return isLower(first) && isLower(last) && text.utf8.allSatisfy { isLower($0) || $0 == UInt8(ascii: "-") }
  }

  private static func isNamePart(_ text: String) -> Bool {
    guard let first = text.utf8.first, let last = text.utf8.last else { return false }
    return isAlphanumeric(first) && isAlphanumeric(last)
      && text.utf8.allSatisfy { isAlphanumeric($0) || "-_.".utf8.contains($0) }
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }
}
