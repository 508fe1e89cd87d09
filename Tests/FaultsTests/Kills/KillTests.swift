// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

/// The operator's process is killed after each of its writes, and whoever comes after it brings things to the same end
/// (Sieve, OSDI '22, "intermediate state"; Anvil, OSDI '24, crashes after the k-th request).
///
/// `make faults` kills after every write of every scenario; as one of all tests, this kills once.
@Suite(.serialized) struct KillTests {
  /// How often an object may be written more than in the undisturbed run: once for the write whose answer was lost, and
  /// for the status once more for each state that a new process finds on its way.
  private static let more = (children: 1, status: 4)

  private static let isWhole = getenv("FAULTS_WHOLE") != nil

  @Test func everyEndIsThatOfTheUndisturbedRun() async throws {
    var kills = 0
    var differences: [String] = []
    let scenarios = Self.isWhole ? KillScenario.allCases : [.change]
    for scenario in scenarios {
      let undisturbed = try await scenario.run(killAfter: nil)
      // What is owned is collected by the cluster, so a deletion costs the operator nothing.
      #expect(scenario == .delete || undisturbed.writes > 0)
      // After none: the process is down when the user begins.
      let points = Array(0...undisturbed.writes)
      for writes in Self.isWhole ? points : [1] {
        let end = try await scenario.run(killAfter: writes, reference: undisturbed.store)
        if end.wasKilled { kills += 1 }
        // The last may be a status that this time went along with the one before.
        #expect(end.wasKilled || writes == undisturbed.writes, "\(scenario) killed after \(writes)")
        let found = end.store.differences(from: undisturbed.store) + Self.excess(end, undisturbed)
        differences += found.map { "\(scenario.rawValue), killed after write \(writes): \($0)" }
      }
    }
    #expect(kills > 0)
    for difference in differences { Issue.record("\(difference)") }
    print("faults: \(scenarios.count) scenarios, \(kills) kills, \(differences.count) differences")
  }

  /// Objects that were written more often than can be.
  private static func excess(_ end: KillScenario.End, _ undisturbed: KillScenario.End) -> [String] {
    end.perObject.sorted { $0.key < $1.key }.compactMap { request, count in
      let bound =
        undisturbed.perObject[request, default: 0] + (request.hasSuffix("/status") ? more.status : more.children)
      return count > bound ? "\(request) was written \(count) times, not \(bound) at most" : nil
    }
  }
}
