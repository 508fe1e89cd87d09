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
  /// How many runs go on at once: each waits most of the time.
  private static let width = 3

  /// What is run: with `FAULTS_ONLY` the scenarios that it names.
  private static var scenarios: [KillScenario] {
    guard isWhole else { return [.change] }
    guard let only = getenv("FAULTS_ONLY").map({ String(cString: $0) }), !only.isEmpty else {
      return KillScenario.allCases
    }
    return only.split(separator: " ").compactMap { KillScenario(rawValue: String($0)) }
  }

  @Test func everyEndIsThatOfTheUndisturbedRun() async throws {
    var kills = 0
    var differences: [String] = []
    for scenario in Self.scenarios {
      let undisturbed = try await scenario.run(killAfter: nil)
      // What is owned is collected by the cluster, so a deletion costs the operator nothing.
      #expect(scenario == .delete || scenario == .fullDelete || undisturbed.writes > 0)
      #expect(undisturbed.madeUp == scenario.generated, "\(scenario.rawValue)")
      // After none: the process is down when the user begins.
      let points = Self.isWhole ? Array(0...undisturbed.writes) : [1]
      for (writes, end) in try await Self.ends(of: scenario, killAfter: points, undisturbed) {
        if end.wasKilled { kills += 1 }
        // The last may be statuses that this time went along with the one before.
        #expect(end.wasKilled || writes >= undisturbed.writes - 1, "\(scenario) killed after \(writes)")
        let found =
          end.store.differences(from: undisturbed.store) + Self.excess(end, undisturbed) + end.madeUpAgain
        differences += found.map { "\(scenario.rawValue), killed after write \(writes): \($0)" }
      }
    }
    #expect(kills > 0)
    for difference in differences { Issue.record("\(difference)") }
    print("faults: \(Self.scenarios.count) scenarios, \(kills) kills, \(differences.count) differences")
  }

  /// The ends of one scenario, in the order of the points.
  private static func ends(
    of scenario: KillScenario, killAfter points: [Int], _ undisturbed: KillScenario.End
  ) async throws -> [(Int, KillScenario.End)] {
    try await withThrowingTaskGroup(of: (Int, KillScenario.End).self) { group in
      var rest = points[...]
      func next() {
        guard let point = rest.popFirst() else { return }
        group.addTask { (point, try await scenario.run(killAfter: point, reference: undisturbed.store)) }
      }
      for _ in 0..<width { next() }
      var ends: [(Int, KillScenario.End)] = []
      while let end = try await group.next() {
        ends.append(end)
        next()
      }
      return ends.sorted { $0.0 < $1.0 }
    }
  }

  /// The Service that lets data in: a process that does not know yet what the server has stored closes it, if no server
  /// runs with the wanted settings, and opens it again.
  private static let ingest = (suffix: "/services/platform-coroot-ingest", more: 2)

  /// Objects that were written more often than can be.
  private static func excess(_ end: KillScenario.End, _ undisturbed: KillScenario.End) -> [String] {
    end.perObject.sorted { $0.key < $1.key }.compactMap { request, count in
      let more =
        request.hasSuffix("/status") ? more.status : request.hasSuffix(ingest.suffix) ? ingest.more : more.children
      let bound = undisturbed.perObject[request, default: 0] + more
      return count > bound ? "\(request) was written \(count) times, not \(bound) at most" : nil
    }
  }
}
