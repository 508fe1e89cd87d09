// SPDX-License-Identifier: Apache-2.0

import ObservabilityAPI
import Rendering
import Testing

/// The rules of the agent's pod, over every object with a golden file and every combination of switches.
@Suite struct PodRuleTests {
  @Test(arguments: PodRule.all) func holds(_ rule: PodRule) throws {
    for fixture in Matrix.all + Combinations.all {
      #expect(rule.holds(try RenderedPod(fixture)), "\(fixture.name): not so: \(rule.name)")
    }
  }

  @Test(arguments: PodRule.all) func isBrokenByWhatWouldBreakIt(_ rule: PodRule) throws {
    let pod = try RenderedPod(Fixture("push"))
    #expect(rule.holds(pod))
    for change in rule.breaks {
      #expect(!rule.holds(try pod.broken(change)), "\(rule.name): does not see \(change)")
    }
  }

  /// A DaemonSet is not evicted by drains, so a PodDisruptionBudget would only get in the way of them.
  @Test func nothingButTheKnownChildrenIsRendered() throws {
    let known: Set = ["ServiceAccount", "NetworkPolicy", "DaemonSet", "VMPodScrape"]
    for fixture in Matrix.all + Combinations.all {
      let kinds = fixture.children.map(\.kind)
      #expect(Set(kinds).isSubset(of: known) && Set(kinds).count == kinds.count, "\(fixture.name)")
    }
  }

  @Test func everyCombinationIsThere() {
    #expect(Combinations.all.count == 1024)
    #expect(Set(Combinations.all.map(\.name)).count == 1024)
  }

  @Test func everyModeAndDeliveryHasAGoldenFileWithEachSwitchOnAndOff() {
    for mode in NodeAgent.Security.Mode.allCases {
      for delivery in Metrics.Delivery.allCases {
        let features = Matrix.all.map(\.object.spec)
          .filter { $0.nodeAgent.security.mode == mode && $0.metrics.delivery == delivery }.map(\.nodeAgent.features)
        for (name, isOn) in Combinations.switches {
          for value in [true, false] {
            #expect(features.contains { isOn($0) == value }, "\(mode) \(delivery) has no file with \(name) \(value)")
          }
        }
      }
    }
  }
}
