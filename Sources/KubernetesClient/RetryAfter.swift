// SPDX-License-Identifier: Apache-2.0

/// Reads `Retry-After`: seconds, or a date (RFC 9110, section 10.2.3).
enum RetryAfter {
  /// How long to wait, or nil if the field says neither; a date that is past means not at all.
  ///
  /// - Parameters:
  ///   - field: the value of `Retry-After`.
  ///   - date: the value of `Date` of the same answer, so that a clock that goes differently here does not matter.
  ///   - now: what to take for it if there is none.
  static func wait(_ field: String, date: String?, now: Timestamp) -> Duration? {
    if let seconds = Int64(field) { return seconds >= 0 ? .seconds(seconds) : nil }
    guard let end = Timestamp(httpDate: field) else { return nil }
    let start = date.flatMap(Timestamp.init(httpDate:)) ?? now
    return .seconds(max(0, end.secondsSinceEpoch - start.secondsSinceEpoch))
  }
}

extension Timestamp {
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// The point that a date as HTTP writes it names, `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7). Its two
  /// older forms, which nothing has sent for decades, are nil like any other text.
  init?(httpDate text: String) {
    let parts = text.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 6, parts[0].utf8.count == 4, parts[0].last == ",", parts[5] == "GMT", parts[1].utf8.count == 2,
      let month = Self.months.firstIndex(of: String(parts[2]))
    else { return nil }
    self.init(rfc3339: "\(parts[3])-\(month < 9 ? "0" : "")\(month + 1)-\(parts[1])T\(parts[4])Z")
  }
}
