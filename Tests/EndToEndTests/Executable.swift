// SPDX-License-Identifier: Apache-2.0

import Glibc
import ProcessSupport

/// The operator's executable, as the build has put it beside the tests.
enum Executable {
  /// The path of the executable.
  static func path() throws -> String { try BuiltExecutable.path("observability-operator") }

  /// Runs it to its end.
  static func run(
    _ arguments: [String], environment: [String: String] = [:]
  ) async throws -> (ending: ChildProcess.Ending, output: String, errors: [String]) {
    let process = try ChildProcess(try path(), arguments, environment: environment)
    let ending = try await process.waitForEnd()
    return (ending, process.output.text, process.errors.all)
  }
}

/// The files of the repository that a user starts from.
enum Samples {
  struct NoSamples: Error {}

  static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
    .joined(separator: "/")

  static let names = [
    "agents-only", "agents-only-external", "agents-only-scrape", "agents-only-tuned", "full", "full-external",
    "full-ha",
    "signals-clickhouse",
  ]

  static func path(_ name: String) -> String { "\(root)/config/samples/\(name).yaml" }

  /// How many samples there are on disk.
  static func count() throws -> Int {
    guard let entries = opendir("\(root)/config/samples") else { throw NoSamples() }
    defer { closedir(entries) }
    var count = 0
    while let entry = readdir(entries) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name.hasSuffix(".yaml") { count += 1 }
    }
    return count
  }
}
