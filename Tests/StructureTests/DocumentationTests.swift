// SPDX-License-Identifier: Apache-2.0

import Testing

/// What the documentation says of the code, held against the code.
@Suite struct DocumentationTests {
  private static let folder = "Sources/ControllerRuntime/Documentation.docc"

  /// A row of the table of features.
  private struct Row {
    let number: Int
    let feature: String
    let standing: String
    let place: String
    let tests: [String]
    let remark: String
  }

  private static func rows() throws -> [Row] {
    try Repository.text(of: "\(folder)/Features.md").split(separator: "\n").compactMap { line in
      let cells = line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast().map {
        $0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed().map { String($0) }.joined()
      }
      guard cells.count == 6, let number = Int(cells[0]) else { return nil }
      let tests = cells[4].matches(of: /`([^`]+)`/).map { String($0.1) }
      return Row(
        number: number, feature: cells[1], standing: cells[2], place: cells[3], tests: tests, remark: cells[5])
    }
  }

  @Test func theTableOfFeaturesIsComplete() throws {
    let rows = try Self.rows()
    #expect(Set(rows.map(\.number)) == Set(1...40))
    for row in rows {
      #expect(["matched", "declined"].contains(row.standing), "row \(row.number): \(row.standing)")
      #expect(!row.feature.isEmpty && !row.place.isEmpty, "row \(row.number)")
      if row.standing == "matched" {
        #expect(!row.tests.isEmpty, "row \(row.number) names no test")
      } else {
        #expect(row.remark.count > 20, "row \(row.number) gives no reason")
      }
    }
  }

  @Test func everyTestThatTheTableNamesExists() throws {
    let known = TestNames(try Repository.swiftFiles().filter(\.isTest))
    #expect(known.names.count > 300)
    for row in try Self.rows() {
      for test in row.tests where !known.names.contains(test) {
        Issue.record("row \(row.number): there is no test \(test)")
      }
    }
  }

  @Test func everyFileThatTheTableNamesExists() throws {
    for row in try Self.rows() {
      for match in row.place.matches(of: /`([A-Za-z]+\/[^`]+\.swift)`/) {
        #expect(throws: Never.self, "row \(row.number): \(match.1)") { try Repository.text(of: "Sources/\(match.1)") }
      }
    }
  }

  @Test("The table of the client's features names tests that exist")
  func everyTestThatTheClientsTableNamesExists() throws {
    let known = TestNames(try Repository.swiftFiles().filter(\.isTest))
    let rows = try Repository.text(of: "Sources/KubernetesClient/Documentation.docc/KubernetesClient.md")
      .split(separator: "\n").filter { $0.contains("| matched |") || $0.contains("| declined |") }
    #expect(rows.count > 25)
    let suites = known.suites
    for row in rows {
      // `Suite`, `Suite.test`, or `.test` of the suite before.
      var suite: Substring?
      for match in row.matches(of: /`(\w+Tests)?(?:\.(\w+))?`/) {
        suite = match.1 ?? suite
        guard let suite else { continue }
        let isKnown = match.2.map { known.names.contains("\(suite)/\($0)") } ?? suites.contains(String(suite))
        #expect(isKnown, "there is no test \(suite)\(match.2.map { ".\($0)" } ?? "")")
      }
      #expect(suite != nil || row.contains("| declined |"), "a match without a test: \(row)")
    }
  }

  @Test("The source map names every target") func everyTargetIsOnTheMap() throws {
    let map = try Repository.text(of: "Sources/ObservabilityController/Documentation.docc/SourceMap.md")
    let manifest = Manifest(try Repository.text(of: "Package.swift"))
    for target in manifest.targets where !target.name.hasSuffix("Tests") {
      let name = target.kind == .test ? target.path : target.name
      #expect(map.contains("`\(name)`"), "\(target.name)")
    }
  }

  @Test("CONTRIBUTING.md has a row for every target of make, and none that does not exist")
  func everyTargetOfMakeIsDocumented() throws {
    let targets = try Repository.text(of: "Makefile").matches(of: /(?m)^([a-z][a-z-]*):.*\s##\s/).map { String($0.1) }
    let rows = try Repository.text(of: "CONTRIBUTING.md").matches(of: /(?m)^\| `make ([a-z-]+)` \|/)
      .map { String($0.1) }
    #expect(targets.count > 15)
    #expect(Set(rows) == Set(targets), "\(Set(rows).symmetricDifference(targets).sorted())")
    #expect(rows.count == targets.count)
  }

  @Test func theExampleIsThatOfThePageAndShort() throws {
    let page = try Repository.text(of: "\(Self.folder)/WriteYourOwnController.md")
    let source = try Repository.text(of: "Tests/Support/ContactController/ContactController.swift")
    let block = try #require(page.firstMatch(of: /(?s)<!-- begin example -->\n```swift\n(.*)```\n<!-- end example -->/))
    #expect(block.1 == source, "copy Tests/Support/ContactController/ContactController.swift into the page")
    #expect(source.utf8.count { $0 == UInt8(ascii: "\n") } < 80)
  }
}

/// The tests of the repository as `Suite/function`, read from their text.
struct TestNames {
  private(set) var names: Set<String> = []

  /// The suites that hold tests.
  var suites: Set<String> { Set(names.compactMap { $0.split(separator: "/").first.map(String.init) }) }

  init(_ files: [SourceFile]) {
    for file in files {
      var suite = ""
      var isTest = false
      for line in file.lines {
        if let type = line.firstMatch(of: /^(?:@\S.* )?(?:private |final )*(?:struct|class|extension|enum|actor) (\w+)/)
        {
          suite = String(type.1)
        }
        if line.contains("@Test") { isTest = true }
        guard isTest, let function = line.firstMatch(of: /\bfunc (\w+)/) else { continue }
        names.insert("\(suite)/\(function.1)")
        isTest = false
      }
    }
  }
}
