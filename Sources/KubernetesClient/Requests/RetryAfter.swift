// SPDX-License-Identifier: Apache-2.0

import KubernetesCore

/// Reads `Retry-After`: seconds, or a date (RFC 9110, section 10.2.3).
enum RetryAfter {
  /// The longest wait that is read. What acts upon one bounds it much further, see ``KubernetesError/retryAfter(atMost:)``.
  static let longest: Int64 = 366 * 86_400

  /// The wait of that many seconds, bounded.
  static func seconds(_ seconds: Int64) -> Duration { .seconds(min(max(seconds, 0), longest)) }

  /// How long to wait, or nil if the field says neither; a date that is past means not at all.
  ///
  /// - Parameters:
  ///   - field: the value of `Retry-After`.
  ///   - date: the value of `Date` of the same answer, so that a clock that goes differently here does not matter.
  ///   - now: what to take for it if there is none.
  static func wait(_ field: String, date: String?, now: Timestamp) -> Duration? {
    if let seconds = Int64(field) { return seconds >= 0 ? Self.seconds(seconds) : nil }
    guard let end = Timestamp(httpDate: field) else { return nil }
    let start = date.flatMap(Timestamp.init(httpDate:)) ?? now
    // Both lie in the years 1 to 9999.
    return seconds(end.secondsSinceEpoch - start.secondsSinceEpoch)
  }
}

extension KubernetesError {
  /// How long the server asked us to wait, but not longer than that; nil if it did not ask.
  ///
  /// The server may hand on what a webhook or an aggregated server said, and would be obeyed for 68 years.
  public func retryAfter(atMost longest: Duration) -> Duration? {
    guard case .status(let status) = self, let wait = status.retryAfter else { return nil }
    return min(max(wait, .zero), longest)
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
