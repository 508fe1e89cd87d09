// SPDX-License-Identifier: Apache-2.0

import ProcessSupport
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

  @Test func differentSeedsDiffer() async throws {
    let traces = try await [1, 2, 3].asyncMap { seed in
      try await SimulateCommand.run(["--seed", String(seed)]).lines.first { $0.hasPrefix("trace ") }
    }
    #expect(Set(traces).count == 3)
  }

  /// The oracle is no rubber stamp: a controller with a defect is found out within a few seeds, and told how.
  @Test(arguments: [
    ("prunesAfterFailure", 60, "deleted"), ("ignoresElection", 1, "does not lead"),
    ("notesTheTime", 1, "again and again"),
  ])
  func aDefectIsFound(_ defect: String, _ seeds: Int, _ word: String) async throws {
    let (ending, lines) = try await SimulateCommand.run(["--seeds", "\(seeds)", "--threads", "1", "--defect", defect])
    #expect(ending == .exit(1))
    let findings = lines.filter { $0.hasPrefix("seed ") }
    #expect(findings.contains { $0.contains(word) }, "\(findings)")
    #expect(lines.contains { $0.contains("replay with: make simulate SEED=") })
  }
}

extension Sequence {
  fileprivate func asyncMap<Output>(_ transform: (Element) async throws -> Output) async rethrows -> [Output] {
    var output: [Output] = []
    for element in self { output.append(try await transform(element)) }
    return output
  }
}
