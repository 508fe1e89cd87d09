// SPDX-License-Identifier: Apache-2.0

import Glibc
import JSON
import KubernetesCore
import Rendering
import Testing
import YAML

/// What is rendered, byte for byte, in `Golden/<case>.yaml`.
///
/// `UPDATE_GOLDEN=1 swift test` writes the files anew; the difference is then reviewed like any other change.
@Suite struct GoldenTests {
  @Test(arguments: Matrix.all) func rendersAsRecorded(_ fixture: Fixture) throws {
    let text = YAMLEncoder.text(documents: fixture.children.map { .object($0.manifest.content) }, order: .kubernetes)
    let path = Files.golden + fixture.name + ".yaml"
    if getenv("UPDATE_GOLDEN") != nil {
      try #require(Files.write(text, to: path), "cannot write \(path)")
    }
    let recorded = try #require(Files.read(path), "\(path) is missing: run with UPDATE_GOLDEN=1 and review it")
    #expect(text == recorded, "\(Files.firstDifference(text, recorded))")
  }

  @Test(.disabled(if: getenv("UPDATE_GOLDEN") != nil)) func everyFileHasItsCase() {
    let cases =
      Matrix.all.map(\.name) + GatewayMatrix.all.map(\.name) + CorootMatrix.all.map(\.golden)
      + UIMatrix.all.map(\.name) + DashboardFixture.all.map(\.name)
    let files = Files.names(in: Files.golden).filter { $0.hasSuffix(".yaml") }
    #expect(Set(files) == Set(cases.map { $0 + ".yaml" }))
  }

  @Test(arguments: Files.names(in: Files.samples)) func everySampleHasItsCase(_ file: String) throws {
    let fixture = try Fixture(sample: file)
    #expect(Matrix.all.contains { $0.name == fixture.name })
  }
}
