// SPDX-License-Identifier: Apache-2.0

import CleanText

/// A label selector in the API's text form, built so that no key or value can change its meaning.
///
/// The syntax of keys and values is that of `k8s.io/apimachinery/pkg/util/validation`.
public struct LabelSelector: Hashable, Sendable, CustomStringConvertible {
  /// One condition; an object must meet all of them.
  public enum Requirement: Hashable, Sendable {
    /// The label has that value.
    case equals(String, String)
    /// The label has one of these values.
    case isIn(String, [String])
    /// The label is there.
    case exists(String)
    /// The label is not there.
    case isAbsent(String)
  }

  /// Why no selector can be built.
  public struct Invalid: Error, Hashable, Sendable, CustomStringConvertible {
    /// The label at fault and what is wrong with it.
    public let description: String
  }

  /// The selector's text.
  public let description: String

  /// A selector of those conditions.
  ///
  /// - Throws: ``Invalid`` if a key or value is not one that a label can have.
  public init(_ requirements: [Requirement]) throws(Invalid) {
    var parts: [String] = []
    for requirement in requirements {
      switch requirement {
      case .equals(let key, let value): parts.append("\(try Self.key(key))=\(try Self.value(value, of: key))")
      case .isIn(let key, let values):
        guard !values.isEmpty else { throw Invalid(description: "label \(key): at least one value is needed") }
        var checked: [String] = []
        for value in values { checked.append(try Self.value(value, of: key)) }
        parts.append("\(try Self.key(key)) in (\(checked.joined(separator: ",")))")
      case .exists(let key): parts.append(try Self.key(key))
      case .isAbsent(let key): parts.append("!\(try Self.key(key))")
      }
    }
    description = parts.joined(separator: ",")
  }

  /// A selector of labels and their values, in the order of the keys.
  public init(matching labels: [String: String]) throws(Invalid) {
    try self.init(labels.sorted { $0.key < $1.key }.map { .equals($0.key, $0.value) })
  }

  private static func key(_ key: String) throws(Invalid) -> String {
    let parts = key.split(separator: "/", omittingEmptySubsequences: false)
    let isValid =
      switch parts.count {
      case 1: isName(parts[0])
      case 2: isSubdomain(parts[0]) && isName(parts[1])
      default: false
      }
    guard isValid else { throw Invalid(description: "label \(shown(key)): not a label's key") }
    return key
  }

  private static func value(_ value: String, of key: String) throws(Invalid) -> String {
    guard value.isEmpty || isName(value[...]) else {
      throw Invalid(description: "label \(shown(key)): \(shown(value)) is not a label's value")
    }
    return value
  }

  private static func shown(_ text: String) -> String { text.cleaned(bytes: 400) }

  private static func isName(_ text: Substring) -> Bool {
    guard let first = text.utf8.first, let last = text.utf8.last, text.utf8.count <= 63 else { return false }
    return first.isASCIIAlphanumeric && last.isASCIIAlphanumeric
      && text.utf8.allSatisfy { $0.isASCIIAlphanumeric || "-_.".utf8.contains($0) }
  }

  private static func isSubdomain(_ text: Substring) -> Bool {
    text.utf8.count <= 253
      && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
        guard let first = label.utf8.first, let last = label.utf8.last else { return false }
        return first != UInt8(ascii: "-") && last != UInt8(ascii: "-")
          && label.utf8.allSatisfy {
            $0.isASCIIAlphanumeric && !(UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) || $0 == UInt8(ascii: "-")
          }
      }
  }
}
