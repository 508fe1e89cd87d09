// SPDX-License-Identifier: Apache-2.0

/// Where the repository's files are.
enum Repository {
  /// The path of something from the root.
  static func path(_ name: String) -> String {
    "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/" + name
  }
}
