// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc

/// Files of text, whole.
enum TextFile {
  /// What stands in a file.
  static func read(_ path: String) throws -> String {
    guard let file = fopen(path, "r") else { throw failure(path) }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
    guard ferror(file) == 0 else { throw failure(path) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Makes a file hold that text.
  static func write(_ path: String, _ text: String) throws {
    guard let file = fopen(path, "w") else { throw failure(path) }
    let bytes = Array(text.utf8)
    let count = fwrite(bytes, 1, bytes.count, file)
    guard fclose(file) == 0, count == bytes.count else { throw failure(path) }
  }

  private static func failure(_ path: String) -> ValidationError {
    ValidationError("\(path): \(String(cString: strerror(errno)))")
  }
}
