// SPDX-License-Identifier: Apache-2.0

import JSON
import ObservabilityAPI
import Testing

@testable import Rendering

/// Which image runs.
@Suite struct ImageTests {
  private static let digest = "sha256:" + String(repeating: "0", count: 64)

  private func text(
    _ base: String, repository: String? = nil, tag: String? = nil, digest: String? = nil, registry: String = ""
  ) -> String {
    var spec = ObservabilitySpec.defaults
    spec.images.nodeAgent.repository = repository
    spec.images.nodeAgent.tag = tag
    spec.images.nodeAgent.digest = digest
    return ImageReference(base).applying(spec.images.nodeAgent, registry: registry).text
  }

  @Test(arguments: [
    "ghcr.io/coroot/agent:1.2", "localhost/agent", "localhost:5000/agent", "coroot/agent:1", "agent",
    "ghcr.io/coroot/agent:1.2@\(digest)", "ghcr.io/coroot/agent@\(digest)",
  ])
  func withoutChoicesItStays(_ image: String) {
    #expect(text(image) == image)
  }

  @Test func theRegistryReplacesTheHost() {
    #expect(text("ghcr.io/coroot/agent:1", registry: "r.local:5000") == "r.local:5000/coroot/agent:1")
    #expect(text("ghcr.io/coroot/agent:1", registry: "r.local/mirror/") == "r.local/mirror/coroot/agent:1")
    #expect(text("coroot/agent", registry: "r.local") == "r.local/coroot/agent")
    #expect(text("localhost:5000/agent:1", registry: "r.local") == "r.local/agent:1")
  }

  @Test func aRepositoryStandsAsGiven() {
    let base = "ghcr.io/coroot/agent:1@\(Self.digest)"
    #expect(text(base, repository: "m.local/a", registry: "r.local") == "m.local/a:1@\(Self.digest)")
    #expect(text(base, repository: "m.local/a", tag: "2") == "m.local/a:2")
    #expect(text(base, repository: "m.local/a:3") == "m.local/a:3")
    #expect(text(base, repository: "") == base)
  }

  @Test func tagAndDigestReplaceBothOfTheDefaults() {
    let base = "ghcr.io/coroot/agent:1@\(Self.digest)"
    #expect(text(base, tag: "2") == "ghcr.io/coroot/agent:2")
    #expect(text(base, digest: "sha256:1") == "ghcr.io/coroot/agent@sha256:1")
    #expect(text(base, tag: "2", digest: "sha256:1") == "ghcr.io/coroot/agent:2@sha256:1")
  }

  @Test func pullPoliciesAreRenderedWhenGiven() {
    let fixture = Fixture("policies") {
      $0.images.nodeAgent.pullPolicy = "Always"
      $0.images.operator.pullPolicy = "Never"
    }
    #expect(fixture.agent?["imagePullPolicy"] == "Always")
    #expect(fixture.preflight?["imagePullPolicy"] == "Never")
    #expect(Fixture("plain").agent?["imagePullPolicy"] == nil)
    #expect(Fixture("plain").preflight?["imagePullPolicy"] == nil)
    #expect(Fixture("plain").agent?["image"]?.string == DefaultImages.nodeAgent.description)
  }
}
