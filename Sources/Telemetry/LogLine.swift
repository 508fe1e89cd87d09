// SPDX-License-Identifier: Apache-2.0

import CleanText
import Logging

/// How an event is spelled; pure.
struct LogLine: Sendable {
  /// The longest value that is written, in bytes of UTF-8 before escaping; the rest is replaced by `…`.
  static let valueLimit = 8192

  let format: LineLogHandler.Format
  let timestamps: Bool

  /// The line without its newline. The time is UTC, since the Unix epoch.
  func text(
    level: Logger.Level, message: String, fields: [(String, String)], seconds: Int64, milliseconds: Int
  ) -> String {
    let ordered = fields.sorted { Self.rank($0.0) < Self.rank($1.0) }
    let message = Self.clean(message)
    switch format {
    case .text:
      var line = timestamps ? Timestamp.rfc3339(seconds: seconds, milliseconds: milliseconds) + " " : ""
      line += Self.padded(Self.name(level), to: 5) + " "
      let head = Self.escaped(message, quotes: false)
      line += ordered.isEmpty ? head : Self.padded(head, to: 22)
      for (key, value) in ordered { line += " \(Self.key(key))=\(Self.value(Self.clean(value)))" }
      return line
    case .json:
      var line = "{\"time\":\"\(Timestamp.rfc3339(seconds: seconds, milliseconds: milliseconds))\""
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

/// Times as text.
enum Timestamp {
  /// `2026-01-31T23:59:59.123Z`
  static func rfc3339(seconds: Int64, milliseconds: Int) -> String {
    let (days, rest) = floored(seconds, 86_400)
    // Days since 0000-03-01 in the proleptic Gregorian calendar; the year begins in March, so a leap day is last.
    let (era, dayOfEra) = floored(days + 719_468, 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shifted + 2) / 5 + 1
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    let date = "\(digits(year, 4))-\(digits(month, 2))-\(digits(day, 2))"
    let time = "\(digits(rest / 3600, 2)):\(digits(rest / 60 % 60, 2)):\(digits(rest % 60, 2))"
    return "\(date)T\(time).\(digits(Int64(milliseconds), 3))Z"
  }

  private static func floored(_ value: Int64, _ divisor: Int64) -> (Int64, Int64) {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }

  private static func digits(_ value: Int64, _ width: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }
}
