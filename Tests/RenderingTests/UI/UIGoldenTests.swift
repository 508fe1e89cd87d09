// SPDX-License-Identifier: Apache-2.0

import Glibc
import JSON
import KubernetesCore
import Rendering
import Testing
import YAML

/// What the exposure of the user interface is rendered to: its manifests in `Golden/ui-<case>.yaml`, and the proxy's
/// configuration, which is base64 there, in `Golden/Gatekeeper/ui-<case>.yaml`. `UPDATE_GOLDEN=1 swift test` writes both.
@Suite struct UIGoldenTests {
  private static let folder = Files.golden + "Gatekeeper/"

  @Test("An exposed user interface is rendered as its golden file records", arguments: UIMatrix.all)
  func rendersAsRecorded(_ fixture: UIFixture) throws {
    let manifests = fixture.children.map { JSONValue.object($0.manifest.content) }
    try compare(
      YAMLEncoder.text(documents: manifests, order: .kubernetes), with: Files.golden + fixture.name + ".yaml")
  }

  @Test("The proxy's configuration is as its golden file records", arguments: UIMatrix.all)
  func configurationIsAsRecorded(_ fixture: UIFixture) throws {
    try compare(fixture.file("gatekeeper.yaml"), with: Self.folder + fixture.name + ".yaml")
  }

  @Test("Every golden configuration has its case", .disabled(if: getenv("UPDATE_GOLDEN") != nil))
  func everyConfigurationHasItsCase() {
    #expect(Set(Files.names(in: Self.folder)) == Set(UIMatrix.all.map { $0.name + ".yaml" }))
  }

  private func compare(_ text: String, with path: String) throws {
    if getenv("UPDATE_GOLDEN") != nil {
      mkdir(Self.folder, 0o755)
      try #require(Files.write(text, to: path), "cannot write \(path)")
    }
    let recorded = try #require(Files.read(path), "\(path) is missing: run with UPDATE_GOLDEN=1 and review it")
    #expect(text == recorded, "\(Files.firstDifference(text, recorded))")
  }
}
