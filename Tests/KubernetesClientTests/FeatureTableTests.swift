// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import KubernetesClient

/// What the documentation's table of features promises, it names a test for; this holds the names to what there is.
@Suite struct FeatureTableTests {
  private static let folder = String(#filePath.prefix(upTo: #filePath.lastIndex(of: "/") ?? #filePath.endIndex))
  private static let page = "\(folder)/../../Sources/KubernetesClient/Documentation.docc/KubernetesClient.md"

  private static let rows: [String] = {
    let text = (try? SystemFile.read(page)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    return text.split(separator: "\n").filter { $0.contains("| matched |") || $0.contains("| declined |") }
      .map(String.init)
  }()

  /// The suites and their tests that a row names, `Suite`, `Suite.test` or `.test` of the suite before.
  private func names(_ row: String) -> [(suite: String, test: String?)] {
    var names: [(suite: String, test: String?)] = []
    for match in row.matches(of: #/`(\w+Tests)?(?:\.(\w+))?`/#) {
      guard let suite = match.1.map(String.init) ?? names.last?.suite else { continue }
      names.append((suite, match.2.map(String.init)))
    }
    return names
  }

  @Test func theTableIsThere() {
    #expect(Self.rows.count > 25)
    #expect(Self.rows.allSatisfy { $0.contains("| declined |") || !names($0).isEmpty }, "a match without a test")
  }

  @Test(arguments: rows)
  func itsTestsExist(_ row: String) throws {
    let suites = [
      "PluginCredentialTests": "CredentialPluginTests", "DiscoveryTests": "KubeconfigTests",
    ]
    for (suite, test) in names(row) {
      let file = "\(Self.folder)/\(suites[suite] ?? suite).swift"
      let text = String(decoding: try SystemFile.read(file), as: UTF8.self)
      #expect(text.contains("@Suite struct \(suite) {"), "\(suite)")
      if let test { #expect(text.contains("func \(test)("), "\(suite).\(test)") }
    }
  }
}
