// SPDX-License-Identifier: Apache-2.0

/// Base64 with padding, RFC 4648 section 4: what the `data` of a Secret is written in.
enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let padding = UInt8(ascii: "=")

  /// The text for these bytes.
  static func encoded(_ bytes: some Collection<UInt8>) -> String {
    var output: [UInt8] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      let group = Array(rest.prefix(3))
      rest = rest.dropFirst(3)
      let bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
      for position in 0..<4 {
        output.append(position <= group.count ? alphabet[Int(bits >> UInt32(18 - 6 * position) & 63)] : padding)
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// Where Go's decoder finds that a text is not base64; nil if it is. Line ends are skipped.
  ///
  /// Source: `decodeQuantum` in Go's `encoding/base64`.
  static func corruptByte(in text: String) -> Int? {
    let input = Array(text.utf8)
    var position = 0
    func skipLineEnds() { while position < input.count, [10, 13].contains(input[position]) { position += 1 } }
    while true {
      var read = 0
      while read < 4 {
        skipLineEnds()
        guard position < input.count else { return read == 0 ? nil : position - read }
        let byte = input[position]
        position += 1
        if alphabet.contains(byte) {
          read += 1
          continue
        }
        guard byte == padding, read >= 2 else { return position - 1 }
        if read == 2 {
          skipLineEnds()
          guard position < input.count else { return input.count }
          guard input[position] == padding else { return position - 1 }
          position += 1
        }
        skipLineEnds()
        return position < input.count ? position : nil
      }
    }
  }

  /// The bytes of the text; nil if it is not base64.
  static func decoded(_ text: String) -> [UInt8]? {
    let input = Array(text.utf8)
    guard input.count % 4 == 0 else { return nil }
    let pads = input.suffix(2).filter { $0 == padding }.count
    var output: [UInt8] = []
    var bits: UInt32 = 0
    for (index, byte) in input.dropLast(pads).enumerated() {
      guard let value = alphabet.firstIndex(of: byte) else { return nil }
      bits = bits << 6 | UInt32(value)
      if index % 4 != 0 { output.append(UInt8(truncatingIfNeeded: bits >> UInt32(6 - 2 * (index % 4)))) }
    }
    return output
  }
}
