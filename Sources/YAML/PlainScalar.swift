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
