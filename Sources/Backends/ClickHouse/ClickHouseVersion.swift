// SPDX-License-Identifier: Apache-2.0

/// A server's version: `24.9.2.42`.
public struct ClickHouseVersion: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The numbers, the year first.
  public let numbers: [Int]
  /// The version as the server wrote it, without surrounding text.
  public let description: String

  /// Reads the numbers at the start of the text; what follows (`-testing`, `.altinitystable`) is not compared.
  ///
  /// - Returns: nil unless the text begins with two numbers.
  public init?(_ text: String) {
    guard let match = text.prefixMatch(of: /v?(\d{1,6}(?:\.\d{1,6}){1,5})[0-9A-Za-z.+_-]{0,40}/) else { return nil }
    numbers = match.1.split(separator: ".").compactMap { Int($0) }
    description = String(match.0.hasPrefix("v") ? match.0.dropFirst() : match.0)
  }

  init(_ year: Int, _ month: Int) {
    numbers = [year, month]
    description = "\(year).\(month)"
  }

  /// The oldest release that is taken: 24.3, with long-term support, the oldest that a reader or writer of these tables is
  /// published with (Coroot's compose file; Cozystack ships 24.9). What the schema uses is older: DateTime64 (20.1), Map
  /// (21.8), TTL by part (19.14).
  public static let floor = ClickHouseVersion(24, 3)

  /// The first release that is asked by `CHECK GRANT`; one that does not know it is proved by a probe table.
  static let checkGrant = ClickHouseVersion(24, 10)

  /// Whether the version is older, number by number; missing numbers count as zero.
  public static func < (one: ClickHouseVersion, other: ClickHouseVersion) -> Bool {
    let count = max(one.numbers.count, other.numbers.count)
    return padded(one, count).lexicographicallyPrecedes(padded(other, count))
  }

  /// Whether both have the same numbers.
  public static func == (one: ClickHouseVersion, other: ClickHouseVersion) -> Bool {
    let count = max(one.numbers.count, other.numbers.count)
    return padded(one, count) == padded(other, count)
  }

  /// Consistent with `==`.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(Array(numbers.reversed().drop { $0 == 0 }.reversed()))
  }

  private static func padded(_ version: ClickHouseVersion, _ count: Int) -> [Int] {
    version.numbers + Array(repeating: 0, count: count - version.numbers.count)
  }
}
