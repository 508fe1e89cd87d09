// SPDX-License-Identifier: Apache-2.0

/// How files lie in folders, and how the documents name them.
enum TreeRules {
  /// The most Swift files of one folder, not counting those of its sub-folders.
  static let largestFolder = 20

  /// The folders that hold more Swift files than a reader takes in at a glance.
  static func crowded(_ files: [SourceFile]) -> [String] {
    Dictionary(grouping: files) { parent(of: $0.path) }.filter { $0.value.count > largestFolder }
      .map { "\($0.key) holds \($0.value.count) Swift files, more than \(largestFolder): give it sub-folders" }.sorted()
  }

  /// Relative links of a document, and paths in backticks below `Sources` or `Tests`, that lead nowhere.
  ///
  /// - Parameter exists: whether a path from the root is a file or folder.
  static func broken(_ document: SourceFile, exists: (String) -> Bool) -> [String] {
    let links = document.text.matches(of: /\]\(([^()\s]+)\)/).map { $0.1.prefix { $0 != "#" } }
      .filter { !$0.isEmpty && !$0.contains(":") }
      .map { (text: $0, path: resolved($0, from: parent(of: document.path))) }
    let paths = document.text.matches(of: /`((?:Sources|Tests)\/[^`\s<>]+)`/).map { (text: $0.1, path: String($0.1)) }
    return (links + paths).filter { !exists($0.path) }.map { "names \($0.text), which does not exist" }
  }

  private static func parent(of path: String) -> String {
    path.split(separator: "/").dropLast().joined(separator: "/")
  }

  private static func resolved(_ link: Substring, from folder: String) -> String {
    link.split(separator: "/").reduce(into: folder.split(separator: "/")) { parts, part in
      switch part {
      case ".": break
      // A link that climbs above the root leads nowhere.
      case "..": if parts.popLast() == nil { parts.append(part) }
      default: parts.append(part)
      }
    }.joined(separator: "/")
  }
}
