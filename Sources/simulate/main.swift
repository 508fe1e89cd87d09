// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc
import Simulation

struct Simulate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate", abstract: "Lives through seeds of the runtime's simulation and says which went wrong.")

  @Option(help: "How many seeds, from the first on.")
  var seeds: UInt64 = 500

  @Option(help: "The first seed.")
  var first: UInt64 = 1

  @Option(help: "One seed, with all its steps.")
  var seed: UInt64?

  @Option(help: "How many seeds at once.")
  var threads = 2

  @Option(
    help: "A defect of the controller, to see it found: \(Defect.allCases.map(\.rawValue).joined(separator: ", ")).")
  var defect: Defect?

  @Option(help: "How often requests go wrong, in hundredths of the usual.")
  var faults = 100

  func run() throws {
    var options = Simulation.Options()
    options.defect = defect
    options.faults = faults
    if let seed {
      options.memory = .max / 4
      let verdict = Simulation.run(seed: seed, options)
      for step in verdict.lastSteps { print(step) }
      print("trace \(String(verdict.trace, radix: 16)), \(verdict.steps) steps, \(verdict.requests) requests")
      try conclude(verdict.violations.isEmpty, "seed \(seed): \(verdict.violations.joined(separator: "; "))")
      return
    }
    let campaign = Campaign(seeds: first..<first + seeds, options: options, threads: threads)
    let summary = campaign.run { verdict in
      let steps = verdict.lastSteps.map { "    \($0)\n" }.joined()
      print(
        """
        seed \(verdict.seed): \(verdict.violations.joined(separator: "; "))
          the last steps:
        \(steps)  replay with: make simulate SEED=\(verdict.seed)
        """)
      fflush(nil)
    }
    print(summary.line)
    try conclude(summary.failed == 0, nil)
  }

  private func conclude(_ isWell: Bool, _ message: String?) throws {
    guard !isWell else { return }
    if let message { print(message) }
    throw ExitCode.failure
  }
}

extension Defect: ExpressibleByArgument {}

// Sets and dictionaries must have the same order in every run, and that is decided before the first line of a program.
if getenv("SWIFT_DETERMINISTIC_HASHING") == nil {
  setenv("SWIFT_DETERMINISTIC_HASHING", "1", 1)
  var arguments = CommandLine.arguments.map { strdup($0) } + [nil]
  execv("/proc/self/exe", &arguments)
  perror("simulate: cannot start itself anew")
  exit(1)
}
Simulate.main()
