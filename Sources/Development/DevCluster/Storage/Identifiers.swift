// SPDX-License-Identifier: Apache-2.0

/// The random parts of objects: uids and suffixes of names. A seed makes them repeatable.
struct Identifiers: Sendable {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// A uid in the form of a version 4 UUID.
  mutating func uid() -> String {
    var bytes: [UInt8] = []
    for _ in 0..<2 {
      let word = next()
      bytes += (0..<8).map { UInt8(truncatingIfNeeded: word >> (UInt64($0) * 8)) }
    }
    bytes[6] = bytes[6] & 0x0f | 0x40
    bytes[8] = bytes[8] & 0x3f | 0x80
    let digits = bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    var text = ""
    for (index, digit) in digits.enumerated() {
      if [8, 12, 16, 20].contains(index) { text.append("-") }
      text.append(digit)
    }
    return text
  }

  /// Five characters of the alphabet of `k8s.io/apimachinery/pkg/util/rand`: no vowels, so no words.
  mutating func suffix() -> String {
    let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")
    return String((0..<5).map { _ in alphabet[Int(next() % UInt64(alphabet.count))] })
  }

  // SplitMix64 (Steele, Lea, Flood 2014).
  private mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
