// SPDX-License-Identifier: Apache-2.0

import Glibc
import JSON
import KubernetesCore
import Rendering
import Testing
import YAML

/// What Coroot is rendered to: its manifests in `Golden/coroot-<case>.yaml`, and the server's configuration, which is
/// base64 there, in `Golden/Coroot/coroot-<case>.yaml`. `UPDATE_GOLDEN=1 swift test` writes both. For samples the gateway
/// is rendered too, so that all workloads that `render` prints are recorded: the agents are in `Golden/sample-<case>.yaml`.
@Suite struct CorootGoldenTests {
  private static let configurations = Files.golden + "Coroot/"

  @Test("Coroot is rendered as its golden file records", arguments: CorootMatrix.all)
  func rendersAsRecorded(_ fixture: CorootFixture) throws {
    var children = fixture.children
    if fixture.golden != fixture.name {
      let all = OfflineRenderer.workloads(of: fixture.base.object, facts: fixture.base.facts)
      let agents = fixture.base.children
      #expect(all.prefix(agents.count) == agents[...] && all.suffix(children.count) == children[...])
      children = Array(all.dropFirst(agents.count))
    }
    let text = YAMLEncoder.text(documents: children.map { .object($0.manifest.content) }, order: .kubernetes)
    try compare(text, with: Files.golden + fixture.golden + ".yaml")
  }

  @Test("The server's configuration is as its golden file records", arguments: CorootMatrix.all)
  func configurationIsAsRecorded(_ fixture: CorootFixture) throws {
    try compare(fixture.secret("config.yaml"), with: Self.configurations + fixture.golden + ".yaml")
  }

  @Test("Every golden configuration has its case", .disabled(if: getenv("UPDATE_GOLDEN") != nil))
  func everyConfigurationHasItsCase() {
    #expect(Set(Files.names(in: Self.configurations)) == Set(CorootMatrix.all.map { $0.golden + ".yaml" }))
  }

  private func compare(_ text: String, with path: String) throws {
    if getenv("UPDATE_GOLDEN") != nil {
      mkdir(Self.configurations, 0o755)
      try #require(Files.write(text, to: path), "cannot write \(path)")
    }
    let recorded = try #require(Files.read(path), "\(path) is missing: run with UPDATE_GOLDEN=1 and review it")
    #expect(text == recorded, "\(Files.firstDifference(text, recorded))")
  }
}
