// SPDX-License-Identifier: Apache-2.0

/// The targets of `Package.swift`, read from its text.
struct Manifest: Sendable {
  enum Kind: Sendable {
    case system, library, executable
    /// Tests, and libraries that stand in `Tests` to serve them.
    case test
  }

  struct Target: Sendable {
    let name: String
    let kind: Kind
    /// The folder, from the root.
    let path: String
    /// Targets of the package and products of others.
    let dependencies: Set<String>

    /// Whether it is part of the operator.
    var isShipped: Bool { kind != .test && !path.hasPrefix("Sources/Development/") }
  }

  let targets: [Target]

  /// Reads the list after `targets:`, where each target begins on a line indented by four spaces.
  init(_ text: String) {
    var products: [String: String] = [:]
    for match in text.matches(of: /let (\w+) = Target\.Dependency\.product\(name: "(\w+)"/) {
      products[String(match.1)] = String(match.2)
    }
    var entries: [String] = []
    for line in text.split(separator: "\n").drop(while: { $0 != "  targets: [" }).dropFirst().prefix(while: {
      $0 != "  ],"
    }) {
      if line.hasPrefix("    "), !line.hasPrefix("     "), !line.hasPrefix("    )"), !line.hasPrefix("    //") {
        entries.append(String(line))
      } else if !entries.isEmpty {
        entries[entries.count - 1] += "\n" + line
      }
    }
    targets = entries.compactMap { Self.target($0, products) }
  }

  subscript(name: String) -> Target? { targets.first { $0.name == name } }

  private static func target(_ entry: String, _ products: [String: String]) -> Target? {
    let kind: Kind
    switch entry {
    case _ where entry.hasPrefix("    .systemLibrary("): kind = .system
    case _ where entry.hasPrefix("    .executableTarget("), _ where entry.hasPrefix("    tool("): kind = .executable
    case _ where entry.hasPrefix("    library("), _ where entry.hasPrefix("    .target("): kind = .library
    case _ where entry.hasPrefix("    development("): kind = .library
    case _ where entry.hasPrefix("    tests("), _ where entry.hasPrefix("    .testTarget("): kind = .test
    default: return nil
    }
    guard let name = entry.firstMatch(of: /"([^"]+)"/)?.1 else { return nil }
    let path = entry.firstMatch(of: /path: "([^"]+)"/).map { String($0.1) }
    let isDevelopment = ["    development(", "    tool("].contains { entry.hasPrefix($0) }
    let isBelowTests = path?.hasPrefix("Tests/") ?? (kind == .test)
    return Target(
      name: String(name), kind: isBelowTests ? .test : kind,
      path: path ?? (isBelowTests ? "Tests/" : isDevelopment ? "Sources/Development/" : "Sources/") + name,
      dependencies: kind == .system ? [] : dependencies(entry, products))
  }

  /// What stands in the first brackets: names in quotes and the constants declared above.
  private static func dependencies(_ entry: String, _ products: [String: String]) -> Set<String> {
    guard let list = entry.firstMatch(of: /^[^\[]*?(?:resources: )?\[([^\]]*)\]/), !list.0.contains("resources: [")
    else {
      return []
    }
    return Set(
      list.1.matches(of: /"([^"]+)"|(\w+)/).compactMap { match in
        match.1.map(String.init) ?? match.2.flatMap { products[String($0)] }
      })
  }
}
