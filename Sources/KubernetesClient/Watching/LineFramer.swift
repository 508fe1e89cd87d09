// SPDX-License-Identifier: Apache-2.0

/// Cuts a stream of bytes into lines, however the network cut it into chunks.
struct LineFramer {
  /// A line goes beyond what is accepted.
  struct TooLong: Error, Hashable {
    let limit: Int
  }

  private let limit: Int
  private var partial: [UInt8] = []

  init(limit: Int) {
    self.limit = limit
  }

  /// Whether the stream ended in the middle of a line, if it ended now.
  var hasPartialLine: Bool { !partial.isEmpty }

  /// The lines that the chunk completes, without their line breaks; empty ones are left out.
  mutating func push(_ chunk: [UInt8]) throws(TooLong) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    var rest = chunk[...]
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      guard partial.count + rest[..<end].count <= limit else { throw TooLong(limit: limit) }
      partial += rest[..<end]
      rest = rest[(end + 1)...]
      if partial.last == UInt8(ascii: "\r") { partial.removeLast() }
      if !partial.isEmpty { lines.append(partial) }
      partial = []
    }
    guard partial.count + rest.count <= limit else { throw TooLong(limit: limit) }
    partial += rest
    return lines
  }
}
