// SPDX-License-Identifier: Apache-2.0

import Glibc
import JSON
import Rendering
import Testing

/// What is rendered, byte for byte, in `Golden/<case>.json`.
///
/// `UPDATE_GOLDEN=1 swift test` writes the files anew; the difference is then reviewed like any other change.
@Suite struct GoldenTests {
  @Test(arguments: Matrix.all) func rendersAsRecorded(_ fixture: Fixture) throws {
    let text = fixture.children.map { JSONWriter.text(.object($0.manifest), indented: true) + "\n" }
      .joined(separator: "---\n")
    let path = GoldenFiles.folder + fixture.name + ".json"
    if getenv("UPDATE_GOLDEN") != nil {
      try #require(GoldenFiles.write(text, to: path), "cannot write \(path)")
    }
    let recorded = try #require(GoldenFiles.read(path), "\(path) is missing: run with UPDATE_GOLDEN=1 and review it")
    #expect(text == recorded, "\(GoldenFiles.firstDifference(text, recorded))")
  }

  @Test(.disabled(if: getenv("UPDATE_GOLDEN") != nil)) func everyFileHasItsCase() {
    #expect(Set(GoldenFiles.names()) == Set(Matrix.all.map { $0.name + ".json" }))
  }
}

/// The folder of golden files beside this source file.
enum GoldenFiles {
  static let folder: String = {
    let path = #filePath
    return path[...(path.lastIndex(of: "/") ?? path.startIndex)] + "Golden/"
  }()

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
    mkdir(folder, 0o755)
    guard let file = fopen(path, "w") else { return false }
    let bytes = Array(text.utf8)
    let isWritten = fwrite(bytes, 1, bytes.count, file) == bytes.count
    return fclose(file) == 0 && isWritten
  }

  static func names() -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names
  }

  static func firstDifference(_ rendered: String, _ recorded: String) -> String {
    let lines = (rendered.split(separator: "\n"), recorded.split(separator: "\n"))
    let index = zip(lines.0, lines.1).enumerated().first { $0.element.0 != $0.element.1 }?.offset
    guard let index else { return "one text is longer: \(lines.0.count) lines rendered, \(lines.1.count) recorded" }
    return "line \(index + 1) is \(lines.0[index]), recorded \(lines.1[index])"
  }
}
