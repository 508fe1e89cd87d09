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

  @Test("An image that lies in the registry already keeps its path")
  func alreadyMirrored() {
    let mirrored = "r.local:5000/mirror/cozystack/operator:1@\(Self.digest)"
    #expect(text(mirrored, registry: "r.local:5000/mirror") == mirrored)
    #expect(text(mirrored, registry: "r.local:5000/mirror/") == mirrored)
    #expect(text("r.local/mirrored/agent:1", registry: "r.local/mirror") == "r.local/mirror/mirrored/agent:1")
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

  @Test("Without overrides the children run the images that the release says it runs, and no other")
  func theReleaseRunsWhatItSays() {
    let plain = Matrix.all.filter { $0.object.spec.images == ObservabilitySpec.defaults.images }
    #expect(plain.count > 10)
    for fixture in plain {
      let images = ContainerImages.images(of: fixture.object, facts: fixture.facts)
      let spec = fixture.object.spec
      let expected = DefaultImages.inUse.filter { image in
        (spec.sendsSignals || image != DefaultImages.gateway)
          && (spec.mode == .full || ![DefaultImages.coroot, DefaultImages.clusterAgent].contains(image))
          && (UIShape.isExposed(spec) || image != DefaultImages.gatekeeper)
      }
      #expect(Set(images) == Set(expected.map(\.description)), "\(fixture.name)")
    }
    #expect(plain.contains { $0.object.spec.sendsSignals })
  }

  private static let pod: JSONValue = [
    "initContainers": [["image": "i"]], "containers": [["image": "a"], ["image": "b"], ["name": "none"]],
  ]
  private static let manifests: [(JSONValue, [String])] = [
    (["kind": "Pod", "spec": pod], ["i", "a", "b"]),
    (["kind": "Deployment", "spec": ["template": ["spec": pod]]], ["i", "a", "b"]),
    (["kind": "CronJob", "spec": ["jobTemplate": ["spec": ["template": ["spec": pod]]]]], ["i", "a", "b"]),
    (["kind": "Service", "spec": ["ports": []]], []), (["kind": "ConfigMap", "data": ["image": "a"]], []), (5, []),
  ]

  @Test("Images are read from pods and from what creates pods", arguments: manifests)
  func imagesOfManifests(_ manifest: JSONValue, _ images: [String]) {
    #expect(ContainerImages.images(of: manifest) == images)
  }
}
