// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc
import Simulation

struct Simulate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate", abstract: "Lives through seeds of the runtime's simulation and says which went wrong.")

  @Option(help: "How many seeds.")
  var seeds = 500

  @Option(help: "The first of them; if not given, those that have found something before, then 1, 2, 3.")
  var first: UInt64?

  @Option(help: "One seed, with all its steps.")
  var seed: UInt64?

  @Flag(help: "From the last seed to the first.")
  var backwards = false

  @Option(help: "How many seeds at once.")
  var threads = 2

  @Flag(help: "Say the trace of each seed: a number that two runs have in common only if all their steps are alike.")
  var traces = false

  @Option(
    help: "A defect of the controller, to see it found: \(Defect.allCases.map(\.rawValue).joined(separator: ", ")).")
  var defect: Defect?

  @Option(help: "After how many seeds with violations no more are begun.")
  var failures = 5

  @Option(help: "How often requests go wrong, in hundredths of the usual.")
  var faults = 100

  func run() throws {
    var options = Simulation.Options()
    options.defect = defect
    options.faults = faults
    if seed != nil { options.memory = .max / 4 }
    let campaign = Campaign(seeds: chosen, options: options, threads: threads, failureLimit: failures)
    let summary = campaign.run { [seed, traces] verdict in
      if seed != nil { verdict.lastSteps.forEach { print($0) } }
      if seed != nil || traces { print(verdict.line) }
      guard !verdict.violations.isEmpty else { return }
      var report = "seed \(verdict.seed): \(verdict.violations.joined(separator: "; "))"
      if seed == nil {
        report += "\n  the last steps:\n" + verdict.lastSteps.map { "    \($0)\n" }.joined()
        report += "  replay with: \(Self.build)make simulate SEED=\(verdict.seed)"
      }
      print(report)
      fflush(nil)
    }
    if seed == nil { print(summary.line) }
    if summary.failed > 0 { throw ExitCode.failure }
  }

  /// What a replay must be told: a seed has another life in another build.
  private static var build: String {
    #if DEBUG
      "CONFIGURATION=debug "
    #else
      ""
    #endif
  }

  private var chosen: [UInt64] {
    if let seed { return [seed] }
    let all = first.map { Array($0..<$0 + UInt64(seeds)) } ?? KnownSeeds.first(seeds)
    return backwards ? all.reversed() : all
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
