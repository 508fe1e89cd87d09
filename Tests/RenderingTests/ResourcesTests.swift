// SPDX-License-Identifier: Apache-2.0

import JSON
import ObservabilityAPI
import Testing

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
        "limits": ["memory": "1Gi", "ephemeral-storage": "768Mi"],
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

  @Test(arguments: [("500Mi", "640Mi", "768Mi"), ("2Gi", "2188Mi", "2316Mi"), ("100M", "235Mi", "363Mi")])
  func theVolumeIsLargerThanTheSpool(_ spool: String, _ volume: String, _ limit: String) throws {
    let fixture = fixture([:], spool: spool)
    let size = fixture.pod?["volumes"]?.array?.compactMap { $0[path: "emptyDir", "sizeLimit"]?.string }
    #expect(size == [volume])
    #expect(fixture.agent?[path: "resources", "limits", "ephemeral-storage"]?.string == limit)
    #expect(try #require(Quantity.bytes(volume)) > #require(Quantity.bytes(spool)))
  }
}
