// SPDX-License-Identifier: Apache-2.0

import ProcessSupport
import Simulation
import Testing

/// The runtime's own proof; see `Simulation` for what a seed is. CI lives through 500 of them with `make simulate`, by night
/// through 20,000.
@Suite struct SimulationTests {
  @Test func seedsEndWithWhatIsDesired() async throws {
    let (ending, lines) = try await SimulateCommand.run(["--seeds", "25", "--threads", "1"])
    #expect(ending == .exit(0), "\(lines.joined(separator: "\n"))")
    #expect(lines.last?.hasPrefix("simulate: 25 seeds, 0 violations, 25 distinct traces, ") == true)
  }

  /// Two processes, each step alike: requests, answers, times, what meddled, and how many jobs ran.
  @Test(arguments: [77, 4711])
  func aSeedIsReplayedStepByStep(_ seed: Int) async throws {
    let first = try await SimulateCommand.run(["--seed", String(seed)])
    let second = try await SimulateCommand.run(["--seed", String(seed)])
    #expect(first.lines.count > 100)
    #expect(first.lines == second.lines)
  }

  /// Beside others on several threads, one after the other in another order, alone: each in a process of its own. A seed
  /// that fails among thousands must fail when it is replayed.
  @Test func aSeedHasOneLifeWhereverItIsLived() async throws {
    let together = try await Self.traces(["--seeds", "16", "--threads", "3", "--traces"])
    let backwards = try await Self.traces(["--seeds", "16", "--threads", "1", "--traces", "--backwards"])
    #expect(together.count == 16)
    #expect(Set(together.values).count == 16)
    #expect(together == backwards)
    for (seed, line) in together.sorted(by: { $0.key < $1.key }).prefix(3) {
      #expect(try await Self.traces(["--seed", seed]) == [seed: line])
    }
  }

  /// The oracle is no rubber stamp: for each thing that it promises to notice there is a controller that does it, and a
  /// few seeds suffice to find it out and to tell how.
  @Test(arguments: Defect.allCases)
  func everyDefectIsFound(_ defect: Defect) async throws {
    let (ending, lines) = try await SimulateCommand.run(
      ["--seeds", "60", "--failures", "3", "--threads", "1", "--defect", defect.rawValue])
    #expect(ending == .exit(1))
    let violations = lines.filter { $0.hasPrefix("seed ") }
    let findings = violations.count { Self.telling(of: defect).contains(where: $0.contains) }
    #expect(findings >= 3, "found by \(findings) seeds, \(lines.last ?? ""): \(violations)")
    #expect(lines.contains { $0.contains("replay with: ") && $0.contains("make simulate SEED=") })
  }

  /// What a violation says that such a controller causes.
  private static func telling(of defect: Defect) -> [String] {
    switch defect {
    case .forgetsToRetry:
      ["is not there", "is there and not desired", "holds", "has lost", "has another owner", "tells of another"]
    case .prunesAfterFailure, .trustsItsView: ["was deleted at revision"]
    case .ignoresElection: ["writes and does not lead"]
    case .notesTheTime: ["again and again"]
    case .givesBackEarly: ["twice at once"]
    case .leavesAWatch: ["watches are left open"]
    }
  }

  private static func traces(_ arguments: [String]) async throws -> [String: String] {
    let (ending, lines) = try await SimulateCommand.run(arguments)
    #expect(ending == .exit(0))
    let traces = lines.filter { $0.hasPrefix("seed ") && $0.contains(" trace ") }
    return Dictionary(uniqueKeysWithValues: traces.map { (String($0.split(separator: " ")[1]), $0) })
  }
}
