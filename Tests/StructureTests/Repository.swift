// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A Swift file or a document of the repository.
struct SourceFile: Sendable {
  /// The path from the root: `Sources/JSON/JSONValue.swift`.
  let path: String
  let text: String

  var isSource: Bool { path.hasPrefix("Sources/") }
  var isTest: Bool { path.hasPrefix("Tests/") }

  /// Whether it is of what only developers run, or of what serves tests.
  var isDevelopment: Bool { path.hasPrefix("Sources/Development/") }
  /// Whether it is part of the operator.
  var isShipped: Bool { isSource && !isDevelopment }

  /// The folder that holds the target's code: `Sources/JSON`, `Sources/Development/bench`, `Tests/Support/Example`.
  var folder: String {
    let parts = path.split(separator: "/").dropLast()
    let isDeep = parts.count > 2 && ["Development", "Support"].contains(parts[1])
    return parts.prefix(isDeep ? 3 : 2).joined(separator: "/")
  }

  /// The last part of ``folder``, which is the name of the target but for an executable in `Tests/Support`.
  var target: String { folder.split(separator: "/").dropFirst().last.map(String.init) ?? "" }

  var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

  /// The number of lines as `wc -l` counts them.
  var lineCount: Int { text.utf8.count { $0 == UInt8(ascii: "\n") } }
}

/// The repository that this file stands in.
enum Repository {
  struct Unreadable: Error {
    let path: String
    let reason: String
  }

  private static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
    .joined(separator: "/")

  /// Every Swift file below `Sources` and `Tests`.
  static func swiftFiles() throws -> [SourceFile] {
    try (files(below: "Sources") + files(below: "Tests")).filter { $0.hasSuffix(".swift") }.sorted()
      .map { SourceFile(path: $0, text: try text(of: $0)) }
  }

  /// Every document, wherever it lies.
  static func documents() throws -> [SourceFile] {
    try files(below: "").filter { $0.hasSuffix(".md") }.sorted().map { SourceFile(path: $0, text: try text(of: $0)) }
  }

  /// Whether there is a file or a folder.
  static func exists(_ path: String) -> Bool { access("\(root)/\(path)", F_OK) == 0 }

  static func text(of path: String) throws -> String {
    guard let file = fopen("\(root)/\(path)", "r") else { throw unreadable(path) }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
    guard ferror(file) == 0 else { throw unreadable(path) }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func files(below folder: String) throws -> [String] {
    try entries(in: folder).flatMap { entry in
      let path = folder.isEmpty ? entry.name : "\(folder)/\(entry.name)"
      return entry.isFolder ? try files(below: path) : [path]
    }
  }

  private static func entries(in folder: String) throws -> [(name: String, isFolder: Bool)] {
    guard let stream = opendir("\(root)/\(folder)") else { throw unreadable(folder) }
    defer { closedir(stream) }
    var entries: [(String, Bool)] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if !name.hasPrefix(".") { entries.append((name, Int32(entry.pointee.d_type) == Int32(DT_DIR))) }
    }
    return entries
  }

  private static func unreadable(_ path: String) -> Unreadable {
    Unreadable(path: path, reason: String(cString: strerror(errno)))
  }
}
