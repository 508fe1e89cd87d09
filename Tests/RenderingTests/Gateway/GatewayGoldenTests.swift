// SPDX-License-Identifier: Apache-2.0

import Glibc
import JSON
import KubernetesCore
import Rendering
import Testing
import YAML

/// What the gateway is rendered to: its manifests in `Golden/gateway-<case>.yaml`, and the collector's configuration, which
/// is base64 there, in `Golden/Collector/gateway-<case>.yaml`. `UPDATE_GOLDEN=1 swift test` writes both.
@Suite struct GatewayGoldenTests {
  private static let collectorFolder = Files.golden + "Collector/"

  @Test("A gateway is rendered as its golden file records", arguments: GatewayMatrix.all)
  func rendersAsRecorded(_ fixture: GatewayFixture) throws {
    let manifests = fixture.children.map { JSONValue.object($0.manifest.content) }
    try compare(
      YAMLEncoder.text(documents: manifests, order: .kubernetes), with: Files.golden + fixture.name + ".yaml")
  }

  @Test("The collector's configuration is as its golden file records", arguments: GatewayMatrix.all)
  func configurationIsAsRecorded(_ fixture: GatewayFixture) throws {
    try compare(fixture.file("config.yaml"), with: Self.collectorFolder + fixture.name + ".yaml")
  }

  @Test("Every golden configuration has its case", .disabled(if: getenv("UPDATE_GOLDEN") != nil))
  func everyConfigurationHasItsCase() {
    #expect(Set(Files.names(in: Self.collectorFolder)) == Set(GatewayMatrix.all.map { $0.name + ".yaml" }))
  }

  private func compare(_ text: String, with path: String) throws {
    if getenv("UPDATE_GOLDEN") != nil {
      mkdir(Self.collectorFolder, 0o755)
      try #require(Files.write(text, to: path), "cannot write \(path)")
    }
    let recorded = try #require(Files.read(path), "\(path) is missing: run with UPDATE_GOLDEN=1 and review it")
    #expect(text == recorded, "\(Files.firstDifference(text, recorded))")
  }
}
