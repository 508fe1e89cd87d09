// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A point in time in UTC, as the Kubernetes API writes it (RFC 3339).
///
/// `metav1.Time` has whole seconds, `metav1.MicroTime` six decimals
/// (`k8s.io/apimachinery/pkg/apis/meta/v1/{time,micro_time}.go`). Years 1 to 9999.
public struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
  public let secondsSinceEpoch: Int64
  /// The part of a second beyond that, from 0 to 999,999,999.
  public let nanoseconds: Int32

  /// The point that many seconds and nanoseconds after the epoch; nanoseconds of any size and sign carry over. Seconds
  /// beyond 64 bits stay at the last.
  public init(secondsSinceEpoch: Int64, nanoseconds: Int32 = 0) {
    let (quotient, remainder) = Self.floorDivide(Int64(nanoseconds), 1_000_000_000)
    let (sum, overflow) = secondsSinceEpoch.addingReportingOverflow(quotient)
    self.secondsSinceEpoch = overflow ? (quotient < 0 ? .min : .max) : sum
    self.nanoseconds = Int32(remainder)
  }

  /// The system's clock.
  public static func now() -> Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(secondsSinceEpoch: Int64(time.tv_sec), nanoseconds: Int32(time.tv_nsec))
  }

  /// Earlier than.
  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    (left.secondsSinceEpoch, left.nanoseconds) < (right.secondsSinceEpoch, right.nanoseconds)
  }

  /// `2026-01-02T03:04:05Z`; the fraction is cut off.
  public var rfc3339: String { text(fraction: "") }

  /// `2026-01-02T03:04:05.006Z`; anything under a millisecond is cut off.
  public var rfc3339Milli: String { text(fraction: "." + Self.padded(Int64(nanoseconds) / 1_000_000, 3)) }

  /// `2026-01-02T03:04:05.000006Z`; anything under a microsecond is cut off.
  public var rfc3339Micro: String { text(fraction: "." + Self.padded(Int64(nanoseconds) / 1000, 6)) }

  /// The same as ``rfc3339``.
  public var description: String { rfc3339 }

  /// The point that the text names, with any offset from UTC and up to nine decimals; nil if it is not RFC 3339.
  public init?(rfc3339 text: String) {
    var scanner = Scanner(text.utf8)
    guard let year = scanner.number(4), year >= 1, scanner.take("-"),
      let month = scanner.number(2), (1...12).contains(month), scanner.take("-"),
      let day = scanner.number(2), day >= 1, day <= Self.days(inMonth: month, of: year),
      scanner.take("T") || scanner.take("t"),
      let hour = scanner.number(2), hour < 24, scanner.take(":"),
      let minute = scanner.number(2), minute < 60, scanner.take(":"),
      let second = scanner.number(2), second < 60
    else { return nil }
    var nanoseconds: Int64 = 0
    if scanner.take(".") {
      guard let fraction = scanner.fraction() else { return nil }
      nanoseconds = fraction
    }
    guard let offset = scanner.offset(), scanner.isAtEnd else { return nil }
    let days = Self.days(beforeYear: year, month: month, day: day)
    self.init(
      secondsSinceEpoch: days * 86_400 + hour * 3600 + minute * 60 + second - offset, nanoseconds: Int32(nanoseconds))
  }

  private func text(fraction: String) -> String {
    let (days, second) = Self.floorDivide(secondsSinceEpoch, 86_400)
    let (year, month, day) = Self.date(days: days)
    let date = "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))"
    let time = [second / 3600, second / 60 % 60, second % 60].map { Self.padded($0, 2) }.joined(separator: ":")
    return "\(date)T\(time)\(fraction)Z"
  }

  private static func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }

  private static func floorDivide(_ value: Int64, _ by: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: by)
    return remainder < 0 ? (quotient - 1, remainder + by) : (quotient, remainder)
  }

  // The proleptic Gregorian calendar in eras of 400 years that begin in March: Howard Hinnant,
  // "chrono-Compatible Low-Level Date Algorithms", https://howardhinnant.github.io/date_algorithms.html

  private static func days(beforeYear year: Int64, month: Int64, day: Int64) -> Int64 {
    let year = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = floorDivide(year, 400)
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  private static func date(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let (era, dayOfEra) = floorDivide(days + 719_468, 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
  }

  private static func days(inMonth month: Int64, of year: Int64) -> Int64 {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Reads the parts of a date from front to back.
  private struct Scanner {
    private var rest: Substring.UTF8View

    init(_ text: String.UTF8View) { rest = text[...] }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
      guard rest.first == UInt8(ascii: character) else { return false }
      rest.removeFirst()
      return true
    }

    private mutating func digit() -> Int64? {
      guard let byte = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
      rest.removeFirst()
      return Int64(byte - UInt8(ascii: "0"))
    }

    mutating func number(_ width: Int) -> Int64? {
      var value: Int64 = 0
      for _ in 0..<width {
        guard let digit = digit() else { return nil }
        value = value * 10 + digit
      }
      return value
    }

    /// One to nine decimals, as nanoseconds.
    mutating func fraction() -> Int64? {
      guard var value = digit() else { return nil }
      var count = 1
      while let digit = digit() {
        count += 1
        guard count <= 9 else { return nil }
        value = value * 10 + digit
      }
      while count < 9 {
        value *= 10
        count += 1
      }
      return value
    }

    /// `Z` or `+hh:mm`, in seconds.
    mutating func offset() -> Int64? {
      if take("Z") || take("z") { return 0 }
      let sign: Int64
      if take("+") { sign = 1 } else if take("-") { sign = -1 } else { return nil }
      guard let hour = number(2), hour < 24, take(":"), let minute = number(2), minute < 60 else { return nil }
      return sign * (hour * 3600 + minute * 60)
    }
  }
}
