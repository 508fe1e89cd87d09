// SPDX-License-Identifier: Apache-2.0

import Gzip
import Testing

@Suite struct GzipTests {
  static let examples: [[UInt8]] = [
    [], [0], Array("{\"title\":\"Übersicht\"}".utf8), [UInt8](repeating: 65, count: 300_000),
    (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) },
  ]

  @Test("What is compressed is had back byte for byte", arguments: examples)
  func roundTrip(_ bytes: [UInt8]) throws {
    let packed = try Gzip.compress(bytes)
    #expect(try Gzip.decompress(packed, limit: bytes.count) == bytes)
  }

  @Test("The same bytes give the same member, without a time and an operating system", arguments: examples)
  func determinism(_ bytes: [UInt8]) throws {
    let packed = try Gzip.compress(bytes)
    #expect(try Gzip.compress(bytes) == packed)
    // RFC 1952, 2.3: magic, deflate, no flags, no time, best compression, unknown system.
    #expect(packed.prefix(10) == [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255])
  }

  @Test("Repetition is compressed")
  func size() throws {
    #expect(try Gzip.compress([UInt8](repeating: 65, count: 300_000)).count < 1000)
  }

  @Test("What is no member, is damaged, cut or larger than allowed is refused, with the cause")
  func refusals() throws {
    let packed = try Gzip.compress(Array("some text, and some more text".utf8))
    var damaged = packed
    damaged[packed.count - 6] ^= 1
    for bytes in [Array("plain text".utf8), damaged, Array(packed.dropLast(3)), []] {
      #expect(throws: Gzip.Failure.self) { try Gzip.decompress(bytes, limit: 1000) }
    }
    #expect(throws: Gzip.Failure.self) { try Gzip.decompress(packed, limit: 5) }
  }
}
