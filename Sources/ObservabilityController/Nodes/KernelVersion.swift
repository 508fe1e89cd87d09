// SPDX-License-Identifier: Apache-2.0

/// The start of what `uname -r` says, as far as two kernels can be told apart by it.
///
/// What follows the second number is the distribution's own (`5.15.0-1053-aws`, `6.1.0-custom+`), and a kernel that was
/// built by hand may be called anything.
struct KernelVersion: Hashable, Sendable, CustomStringConvertible {
  var major: Int
  /// nil where the text has no second number.
  var minor: Int?

  /// A version made of its parts.
  init(_ major: Int, _ minor: Int) {
    self.major = major
    self.minor = minor
  }

  /// Reads a version; nil if the text does not begin with a number of at most nine digits.
  init?(_ text: String) {
    let parts = text.utf8.split(separator: UInt8(ascii: "."), maxSplits: 2, omittingEmptySubsequences: false)
    guard let first = parts.first, let major = Self.number(first) else { return nil }
    self.major = major
    // A number that is cut off by a letter is no second number of a first one that was.
    minor = parts.count > 1 && first.allSatisfy(Self.isDigit) ? Self.number(parts[1]) : nil
  }

  /// Whether the version is below another; nil if it cannot be told.
  func isOlder(than floor: KernelVersion) -> Bool? {
    if major != floor.major { return major < floor.major }
    guard let minor, let least = floor.minor else { return nil }
    return minor < least
  }

  /// `5.11`
  var description: String { minor.map { "\(major).\($0)" } ?? "\(major)" }

  /// The number at the start of the text.
  private static func number(_ text: Substring.UTF8View) -> Int? {
    let digits = text.prefix(while: isDigit)
    guard (1...9).contains(digits.count) else { return nil }
    return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
