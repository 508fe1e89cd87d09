// SPDX-License-Identifier: Apache-2.0

import Glibc

/// An executable of this package: one in the folder that the variable `EXECUTABLES` names, so that the same tests can be
/// put to what ships; else as the build has put it beside the tests.
public enum BuiltExecutable {
  /// There is none where the tests are.
  public struct Missing: Error, CustomStringConvertible {
    /// Where it was looked for, and what to do.
    public let description: String
  }

  /// The path of the executable of that name.
  ///
  /// - Throws: ``Missing``.
  public static func path(_ name: String) throws -> String {
    if let folder = getenv("EXECUTABLES") {
      let named = String(cString: folder) + "/" + name
      if access(named, X_OK) == 0 { return named }
    }
    var places: [String] = []
    for candidate in [ownPath(), CommandLine.arguments.first].compactMap({ $0 }) + bundles() {
      guard let slash = candidate.lastIndex(of: "/") else { continue }
      let place = candidate[...slash] + name
      if access(String(place), X_OK) == 0 { return String(place) }
      places.append(String(place))
    }
    throw Missing(
      description:
        "there is no executable at \(places.joined(separator: " or ")): run swift build, then the tests again")
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
