// SPDX-License-Identifier: Apache-2.0

import KubernetesCore

/// Durations as Go writes them: `15s`, `1h30m`, `1.5m` (Go's `time.ParseDuration`, without a sign).
public enum GoDuration {
  private static let units: [(name: String, nanoseconds: Int128)] = [
    ("ns", 1), ("us", 1000), ("µs", 1000), ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
  ]

  /// The duration that the text spells, cut to whole nanoseconds; nil if it spells none or one beyond 292 years.
  public static func parse(_ text: String) -> Duration? {
    if text == "0" { return .zero }
    guard !text.isEmpty, text.utf8.count <= 64 else { return nil }
    var rest = Substring(text)
    var total: Int128 = 0
    while !rest.isEmpty {
      guard let number = DecimalNumber(takingFrom: &rest) else { return nil }
      let name = rest.prefix { !($0.isASCII && $0.isNumber) && $0 != "." }
      guard let unit = units.first(where: { $0.name == name }) else { return nil }
      rest = rest.dropFirst(name.count)
      total += number.mantissa * unit.nanoseconds / number.divisor
      guard total <= Int128(Int64.max) else { return nil }
    }
    return .nanoseconds(Int64(total))
  }
}

/// Spans of days, as retention is given: `7d`.
public enum Days {
  /// The number of days; nil if the text is not a whole number above 0 followed by `d`.
  public static func parse(_ text: String) -> Int? {
    guard text.hasSuffix("d"), text.utf8.count <= 6, let days = Int(text.dropLast()), days > 0,
      text.utf8.first != UInt8(ascii: "+")
    else { return nil }
    return days
  }
}
