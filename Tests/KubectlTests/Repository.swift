// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

/// The repository's files.
enum Repository {
  /// The path of something from the root.
  static func path(_ name: String) -> String {
    "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/" + name
  }

  /// The text of a file.
  static func text(_ name: String) throws -> String {
    let file = try #require(fopen(path(name), "r"), "cannot open \(name)")
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
    return String(decoding: bytes, as: UTF8.self)
  }
}
