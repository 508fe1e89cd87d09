// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI
import Testing

@testable import Rendering

/// Memory and disk of the agent.
@Suite struct ResourcesTests {
  private func fixture(_ resources: JSONObject, spool: String = "500Mi", scrape: Bool = false) -> Fixture {
    Fixture("resources") {
      $0.nodeAgent.resources = resources
      $0.nodeAgent.spoolSize = spool
      if scrape { $0.metrics.delivery = .scrape }
    }
  }

  @Test func defaultsFillWhatIsMissing() {
    #expect(
      fixture([:]).agent?["resources"] == [
        "requests": ["cpu": "100m", "memory": "400Mi", "ephemeral-storage": "640Mi"],
        "limits": ["memory": "1Gi", "ephemeral-storage": "1268Mi"],
      ])
    #expect(
      fixture([:], scrape: true).agent?["resources"] == [
        "requests": ["cpu": "100m", "memory": "400Mi"], "limits": ["memory": "1Gi"],
      ])
  }

  @Test func defaultsDoNotContradictWhatIsGiven() {
    let low = fixture(["limits": ["cpu": "50m", "memory": "256Mi", "ephemeral-storage": "128Mi"]]).agent?["resources"]
    #expect(low?["requests"] == ["cpu": "50m", "memory": "256Mi", "ephemeral-storage": "128Mi"])
    let high = fixture(["requests": ["memory": "3Gi", "ephemeral-storage": "2Gi"]]).agent?["resources"]
    #expect(high?["limits"] == ["memory": "3Gi", "ephemeral-storage": "2Gi"])
  }

  @Test func quantitiesAreCanonical() {
    let resources = fixture(
      [
        "requests": ["cpu": 0.5, "memory": "1024Mi", "example.com/odd": "?"], "limits": ["cpu": 2, "memory": "2048Mi"],
      ]
    ).agent?["resources"]
    #expect(resources?[path: "requests", "cpu"] == "500m")
    #expect(resources?[path: "requests", "memory"] == "1Gi")
    #expect(resources?[path: "requests", "example.com/odd"] == "?")
    #expect(resources?[path: "limits", "cpu"] == "2")
    #expect(resources?[path: "limits", "memory"] == "2Gi")
  }

  @Test(arguments: [("1Gi", "674MiB"), ("2Gi", "1698MiB"), ("512Mi", "162MiB"), ("400Mi", "128MiB"), ("?", "128MiB")])
  func theHeapLimitLeavesRoomForTheKernelsShare(_ limit: String, _ expected: String) {
    #expect(fixture(["limits": ["memory": .string(limit)]]).environment["GOMEMLIMIT"] == expected)
  }

  @Test(arguments: [
    ("500Mi", "640Mi", "1140Mi", "1268Mi"), ("2Gi", "2188Mi", "4236Mi", "4364Mi"), ("100M", "236Mi", "331Mi", "459Mi"),
  ])
  func theVolumeHasRoomForTwiceTheSpool(_ spool: String, _ request: String, _ volume: String, _ limit: String) throws {
    let fixture = fixture([:], spool: spool)
    let size = fixture.pod?["volumes"]?.array?.compactMap { $0[path: "emptyDir", "sizeLimit"]?.string }
    #expect(size == [volume])
    #expect(fixture.agent?[path: "resources", "limits", "ephemeral-storage"]?.string == limit)
    #expect(fixture.agent?[path: "resources", "requests", "ephemeral-storage"]?.string == request)
    #expect(try #require(Quantity.bytes(volume)) > 2 * #require(Quantity.bytes(spool)))
  }

  /// The API takes sizes up to some exbibytes.
  @Test func noSizeIsTooLarge() {
    let fixture = fixture([:], spool: "9000P")
    #expect(fixture.agent?[path: "resources", "limits", "ephemeral-storage"]?.string == "2199023255820Mi")
  }

  @Test func theDefaultsAreThoseOfTheAPI() {
    #expect(fixture([:]).agent?["resources"] == Fixture("default").agent?["resources"])
    #expect(Fixture("default").object.spec.nodeAgent.spoolSize == DefaultResources.spoolSize)
  }

  @Test func anOutageIsSurvivedForAsLongAsTheFormulaSays() {
    let node = SpoolEstimate(node: "test", containers: 1, series: 10_000)
    // 450,000 bytes a scrape, 1,000 scrapes in 450 MB, one a 15 s.
    #expect(node.bytesPerScrape == 450_000)
    #expect(node.seconds(spool: 450_000_000, interval: 15) == 15_000)
    #expect(node.seconds(spool: 449_999, interval: 15) == 0)
    #expect(SpoolEstimate.nodes.allSatisfy { $0.series < SpoolEstimate.largestScrape })
  }
}
