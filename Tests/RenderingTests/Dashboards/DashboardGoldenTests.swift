// SPDX-License-Identifier: Apache-2.0

import Digests
import Glibc
import JSON
import KubernetesCore
import Rendering
import Testing
import YAML

/// Rules and dashboards as they are published, in `Golden/<case>.yaml`: of the JSON, which zlib may compress another way on
/// another machine, its length and hash stand there. `UPDATE_GOLDEN=1 swift test` writes the files.
@Suite struct DashboardGoldenTests {
  @Test("Rules and dashboards are rendered as their golden file records", arguments: DashboardFixture.all)
  func rendersAsRecorded(_ fixture: DashboardFixture) throws {
    let documents = try fixture.children().map { child in
      var manifest = JSONValue.object(child.manifest.content)
      if child.kind == "GrafanaDashboard" {
        let json = JSONWriter.bytes(try DashboardFixture.json(of: child))
        let hash = SHA256.digest(json).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        manifest["spec"]?["gzipJson"] = .string("(\(json.count) bytes of JSON, SHA-256 \(hash))")
      }
      return manifest
    }
    let text = YAMLEncoder.text(documents: documents, order: .kubernetes)
    let path = Files.golden + fixture.name + ".yaml"
    if getenv("UPDATE_GOLDEN") != nil { try #require(Files.write(text, to: path), "cannot write \(path)") }
    let recorded = try #require(Files.read(path), "\(path) is missing: run with UPDATE_GOLDEN=1 and review it")
    #expect(text == recorded, "\(Files.firstDifference(text, recorded))")
  }
}
