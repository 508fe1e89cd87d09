// SPDX-License-Identifier: Apache-2.0

/// What an unquoted scalar means.
///
/// The rules are those of `sigs.k8s.io/yaml`, which kubectl and the API server read manifests with
/// (`goyaml.v2/resolve.go` there): YAML 1.1 with y, n, yes, no, on and off as truth values, without numbers to base 60,
/// with `0o17` and `017` both octal. A timestamp stays text.
enum PlainScalar: Equatable {
  case null
  case bool(Bool)
  case integer(Int64)
  /// An integer beyond 64 bits, as the nearest double.
  case bigInteger(Double)
  case double(Double)
  /// Infinity or not a number, which JSON cannot say.
  case notFinite
  case text
  /// Text to us, but a timestamp, a number to base 60 or a marker to other readers of YAML. Written in quotes.
  case ambiguousText

  init(_ text: String) {
    switch text {
    case "", "~", "null", "Null", "NULL":
      self = .null
    case "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON":
      self = .bool(true)
    case "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF":
      self = .bool(false)
    case ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF":
      self = .notFinite
    case "<<", "=":
      self = .ambiguousText
    default:
      self = Self.startsLikeNumber(text) ? PlainNumber(text).meaning : .text
    }
  }

  private static func startsLikeNumber(_ text: String) -> Bool {
    text.utf8.first.map { "+-.0123456789".utf8.contains($0) } ?? false
  }
}

/// How a text is best written. libyaml takes quotes on its own where a plain text or a block cannot hold the text.
enum ScalarStyle {
  case plain
  case doubleQuoted
  case literal

  init(_ text: String, mayBeBlock: Bool) {
    if PlainScalar(text) != .text || Self.hasForeignBreak(text) {
      self = .doubleQuoted
    } else if text.utf8.contains(UInt8(ascii: "\n")) {
      self = mayBeBlock && Self.fitsBlock(text) ? .literal : .doubleQuoted
    } else {
      self = .plain
    }
  }

  /// NEL, LS and PS break lines in YAML 1.1 and come back as a line feed, or do not break lines in YAML 1.2.
  private static func hasForeignBreak(_ text: String) -> Bool {
    !text.utf8.allSatisfy { $0 < 0x80 }
      && text.unicodeScalars.contains { $0 == "\u{85}" || $0 == "\u{2028}" || $0 == "\u{2029}" }
  }

  /// A block that begins with white space would need an indentation indicator, and one that keeps blank lines at its
  /// end makes libyaml close the document with `...`: quotes are plainer.
  private static func fitsBlock(_ text: String) -> Bool {
    (text.utf8.first.map { $0 > 0x20 } ?? false) && !text.utf8.suffix(2).elementsEqual("\n\n".utf8)
  }
}
