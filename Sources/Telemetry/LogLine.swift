// SPDX-License-Identifier: Apache-2.0

import CleanText
import KubernetesCore
import Logging

/// How an event is spelled; pure.
struct LogLine: Sendable {
  /// The longest value that is written, in bytes of UTF-8 before escaping; the rest is replaced by `…`.
  static let valueLimit = 8192

  let format: LineLogHandler.Format
  let timestamps: Bool

  /// The line without its newline.
  func text(level: Logger.Level, message: String, fields: [(String, String)], time: Timestamp) -> String {
    let ordered = fields.sorted { Self.rank($0.0) < Self.rank($1.0) }
    let message = Self.clean(message)
    switch format {
    case .text:
      var line = timestamps ? time.rfc3339Milli + " " : ""
      line += Self.padded(Self.name(level), to: 5) + " "
      let head = Self.escaped(message, quotes: false)
      line += ordered.isEmpty ? head : Self.padded(head, to: 22)
      for (key, value) in ordered { line += " \(Self.key(key))=\(Self.value(Self.clean(value)))" }
      return line
    case .json:
      var line = "{\"time\":\"\(time.rfc3339Milli)\""
      line += ",\"level\":\"\(level.rawValue)\",\"message\":\"\(Self.escaped(message, quotes: true))\""
      for (key, value) in ordered {
        // The members of every event cannot be taken by one's metadata.
        let name = ["time", "level", "message"].contains(key) ? key + "_" : key
        line += ",\"\(Self.escaped(name, quotes: true))\":\"\(Self.escaped(Self.clean(value), quotes: true))\""
      }
      return line + "}"
    }
  }

  private static func rank(_ key: String) -> (Int, String) {
    (["object", "child", "node"].firstIndex(of: key) ?? 3, key)
  }

  private static func clean(_ text: String) -> String {
    let redacted = Redaction.apply(text)
    guard redacted.utf8.count > valueLimit else { return redacted }
    // By scalars: a single character may be a megabyte of combining marks.
    var end = redacted.utf8.index(redacted.startIndex, offsetBy: valueLimit)
    while end.samePosition(in: redacted.unicodeScalars) == nil { end = redacted.utf8.index(before: end) }
    return redacted[..<end] + "…"
  }

  private static func name(_ level: Logger.Level) -> String {
    switch level {
    case .trace: "TRACE"
    case .debug: "DEBUG"
    case .info: "INFO"
    case .notice: "NOTE"
    case .warning: "WARN"
    case .error: "ERROR"
    case .critical: "FATAL"
    }
  }

  private static func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  /// A key as one word.
  private static func key(_ text: String) -> String {
    let plain = text.unicodeScalars.allSatisfy { !$0.isInvisible && !"= \"".unicodeScalars.contains($0) }
    return plain && !text.isEmpty ? text : "\"\(escaped(text, quotes: true))\""
  }

  /// A value as it is, or in quotes if it would not read as one word.
  private static func value(_ text: String) -> String {
    let plain = text.unicodeScalars.allSatisfy { !$0.isInvisible && !$0.properties.isWhitespace && $0 != "\"" }
    return plain && !text.isEmpty ? text : "\"\(escaped(text, quotes: true))\""
  }

  /// The text with everything escaped that could end the line or move the cursor; as JSON spells it.
  private static func escaped(_ text: String, quotes: Bool) -> String {
    var output = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": output += "\\n"
      case "\r": output += "\\r"
      case "\t": output += "\\t"
      case "\"" where quotes, "\\" where quotes: output += "\\\(scalar)"
      case _ where scalar.isInvisible: for unit in String(scalar).utf16 { output += "\\u" + hex(unit) }
      default: output.unicodeScalars.append(scalar)
      }
    }
    return output
  }

  private static func hex(_ unit: UInt16) -> String {
    let digits = String(unit, radix: 16)
    return String(repeating: "0", count: 4 - digits.count) + digits
  }
}
