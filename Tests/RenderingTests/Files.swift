// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The files that tests compare with and start from.
enum Files {
  /// The golden files, beside this source file.
  static let golden = folder(above: 1) + "Golden/"
  /// The samples that users start from.
  static let samples = folder(above: 3) + "config/samples/"

  private static func folder(above levels: Int) -> String {
    (0..<levels).reduce(#filePath[...]) { path, _ in path[..<(path.lastIndex(of: "/") ?? path.startIndex)] } + "/"
  }

  static func read(_ path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&chunk, 1, chunk.count, file)
      guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
      bytes += chunk[..<count]
    }
  }

  static func write(_ text: String, to path: String) -> Bool {
    mkdir(golden, 0o755)
    guard let file = fopen(path, "w") else { return false }
    let bytes = Array(text.utf8)
    let isWritten = fwrite(bytes, 1, bytes.count, file) == bytes.count
    return fclose(file) == 0 && isWritten
  }

  static func names(in folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }

  static func firstDifference(_ rendered: String, _ recorded: String) -> String {
    let lines = (rendered.split(separator: "\n"), recorded.split(separator: "\n"))
    let index = zip(lines.0, lines.1).enumerated().first { $0.element.0 != $0.element.1 }?.offset
    guard let index else { return "one text is longer: \(lines.0.count) lines rendered, \(lines.1.count) recorded" }
    return "line \(index + 1) is \(lines.0[index]), recorded \(lines.1[index])"
  }
}
