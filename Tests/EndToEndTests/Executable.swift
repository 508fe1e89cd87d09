// SPDX-License-Identifier: Apache-2.0

import Glibc
import ProcessSupport

/// The operator's executable, as the build has put it beside the tests.
enum Executable {
  struct Missing: Error, CustomStringConvertible {
    let description: String
  }

  /// The path of the executable.
  ///
  /// - Throws: ``Missing``, which tells where it was looked for.
  static func path() throws -> String {
    var places: [String] = []
    for candidate in [ownPath(), CommandLine.arguments.first].compactMap({ $0 }) + bundles() {
      guard let slash = candidate.lastIndex(of: "/") else { continue }
      let place = candidate[...slash] + "observability-operator"
      if access(String(place), X_OK) == 0 { return String(place) }
      places.append(String(place))
    }
    throw Missing(
      description:
        "there is no executable at \(places.joined(separator: " or ")): run swift build, then the tests again")
  }

  /// Runs it to its end.
  static func run(
    _ arguments: [String], environment: [String: String] = [:]
  ) async throws -> (ending: ChildProcess.Ending, output: String, errors: [String]) {
    let process = try ChildProcess(try path(), arguments, environment: environment)
    let ending = try await process.waitForEnd()
    return (ending, process.output.text, process.errors.all)
  }

  private static func ownPath() -> String? {
    guard let path = realpath("/proc/self/exe", nil) else { return nil }
    defer { free(path) }
    return String(cString: path)
  }

  /// Where the tests are a library that a helper of the toolchain has loaded.
  private static func bundles() -> [String] {
    zip(CommandLine.arguments, CommandLine.arguments.dropFirst()).filter { $0.0 == "--test-bundle-path" }.map(\.1)
  }
}

/// The files of the repository that a user starts from.
enum Samples {
  private static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
    .joined(separator: "/")

  static let names = ["agents-only", "agents-only-external", "agents-only-scrape", "agents-only-tuned"]

  static func path(_ name: String) -> String { "\(root)/config/samples/\(name).yaml" }

  /// How many samples there are on disk.
  static func count() throws -> Int {
    guard let entries = opendir("\(root)/config/samples") else { throw Executable.Missing(description: "no samples") }
    defer { closedir(entries) }
    var count = 0
    while let entry = readdir(entries) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name.hasSuffix(".yaml") { count += 1 }
    }
    return count
  }
}
