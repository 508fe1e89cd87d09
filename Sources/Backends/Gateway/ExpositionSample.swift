// SPDX-License-Identifier: Apache-2.0

/// One line of the Prometheus text format, version 0.0.4: `name{label="value",…} number [timestamp]`
/// (https://prometheus.io/docs/instrumenting/exposition_formats/).
struct ExpositionSample {
  let name: String
  let labels: [String: String]
  let value: Double

  private struct Scanner {
    let bytes: [UInt8]
    var position = 0

    var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func skipBlanks() {
      while let byte = current, byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { position += 1 }
    }

    mutating func skip(_ byte: Unicode.Scalar) -> Bool {
      guard current == UInt8(ascii: byte) else { return false }
      position += 1
      return true
    }

    mutating func text(while isPart: (UInt8) -> Bool) -> String {
      let start = position
      while let byte = current, isPart(byte) { position += 1 }
      return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// A value in quotes; nil if it does not end.
    mutating func quoted() -> String? {
      guard skip("\"") else { return nil }
      var result: [UInt8] = []
      while let byte = current {
        position += 1
        if byte == UInt8(ascii: "\"") { return String(decoding: result, as: UTF8.self) }
        guard byte == UInt8(ascii: "\\"), let escaped = current else {
          result.append(byte)
          continue
        }
        position += 1
        result.append(escaped == UInt8(ascii: "n") ? UInt8(ascii: "\n") : escaped)
      }
      return nil
    }

    mutating func labels() -> [String: String]? {
      guard skip("{") else { return [:] }
      var labels: [String: String] = [:]
      while true {
        skipBlanks()
        if skip("}") { return labels }
        let name = text { ExpositionSample.isNameByte($0) || $0 == UInt8(ascii: ".") }
        guard !name.isEmpty, skip("="), let value = quoted() else { return nil }
        labels[name] = value
        skipBlanks()
        guard skip(",") || current == UInt8(ascii: "}") else { return nil }
      }
    }
  }

  /// Nil for a comment and for what is no sample.
  init?(_ line: [UInt8]) {
    var scanner = Scanner(bytes: line)
    scanner.skipBlanks()
    name = scanner.text(while: Self.isNameByte)
    guard !name.isEmpty else { return nil }
    scanner.skipBlanks()
    guard let labels = scanner.labels() else { return nil }
    self.labels = labels
    scanner.skipBlanks()
    let number = scanner.text { $0 > 0x20 }
    // Also `NaN`, `+Inf` and `-Inf`.
    guard let value = Double(number) else { return nil }
    self.value = value
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: ":"):
      true
    default: false
    }
  }
}
