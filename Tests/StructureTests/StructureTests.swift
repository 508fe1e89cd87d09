// SPDX-License-Identifier: Apache-2.0

import Testing

/// The rules, held against the repository.
@Suite struct StructureTests {
  private let files: [SourceFile]
  private let manifest: Manifest

  init() throws {
    files = try Repository.swiftFiles()
    manifest = Manifest(try Repository.text(of: "Package.swift"))
  }

  private func expectNone(_ rule: (SourceFile) -> [String]) {
    for file in files {
      for finding in rule(file) { Issue.record("\(file.path): \(finding)") }
    }
  }

  @Test func seesTheRepository() {
    #expect(files.count(where: \.isSource) > 25)
    #expect(files.count(where: \.isTest) > 15)
    #expect(manifest.targets.count { $0.kind == .library } >= 12)
    #expect(manifest.targets.count { $0.kind == .test } >= 12)
    #expect(manifest.targets.count { $0.kind == .system } >= 2)
    #expect(manifest.targets.count { $0.kind == .executable } >= 2)
    #expect(manifest["KubernetesClient"]?.dependencies.contains("HTTPTransport") == true)
    #expect(manifest["Telemetry"]?.dependencies.contains("Logging") == true)
    #expect(manifest["observability-operator"]?.dependencies.contains("ObservabilityController") == true)
  }

  @Test func dependenciesPointDown() {
    #expect(DependencyRules.arrows(manifest) == [])
  }

  @Test func everyFolderWithCodeIsATarget() {
    let folders = Set(files.map(\.folder))
    #expect(folders.subtracting(manifest.targets.map(\.path)) == [])
  }

  @Test func everyModuleHasTests() {
    let tested = Set(files.filter(\.isTest).map(\.target))
    let untested = manifest.targets.filter {
      $0.kind == .library && $0.isShipped && !tested.contains($0.name + "Tests")
    }
    #expect(untested.map(\.name) == [])
  }

  @Test func importsAreDeclaredAndPointDown() { expectNone { DependencyRules.imports($0, manifest) } }
  @Test func whatDevelopersNeedDoesNotShip() { expectNone { DependencyRules.development($0, manifest) } }
  @Test func lowerModulesStayGeneral() { expectNone(DependencyRules.generality) }
  @Test func everyFileNamesItsLicence() { expectNone(StyleRules.licence) }
  @Test func noFileIsLong() { expectNone(StyleRules.length) }
  @Test func sourcesDoWithoutFoundation() { expectNone(StyleRules.foundation) }
  @Test func sendableIsChecked() { expectNone(StyleRules.uncheckedSendable) }
  @Test func sourcesDoNotTrap() { expectNone(StyleRules.traps) }
  @Test func nothingIsLeftForLater() { expectNone(StyleRules.unfinishedWork) }
  @Test func testsDoNotSleep() { expectNone(StyleRules.sleepingTest) }
  @Test("No test blocks a thread that other tests need") func testsDoNotBlock() {
    expectNone(StyleRules.blockingTest)
  }
  @Test func logMessagesAreConstant() { expectNone(StyleRules.interpolatedLogMessage) }

  @Test("Each test target is in one group of .ci/test.sh, and does nothing that its group is not for")
  func testsRunInTheirGroup() throws {
    let groups = TestGroups(try Repository.text(of: TestGroups.script))
    #expect(groups.findings(manifest) == [])
    expectNone(groups.findings)
  }

  @Test("No folder holds more than 20 Swift files") func foldersAreSmall() {
    #expect(TreeRules.crowded(files) == [])
  }

  @Test("Every relative link and every path in backticks of the documents leads to a file or folder")
  func documentsNameWhatExists() throws {
    let documents = try Repository.documents()
    #expect(documents.count > 10)
    for document in documents {
      for finding in TreeRules.broken(document, exists: Repository.exists) {
        Issue.record("\(document.path): \(finding)")
      }
    }
  }

  @Test func theMedianFileIsShort() {
    #expect(StyleRules.median(files.map(\.lineCount)) < StyleRules.medianFile)
  }
}
