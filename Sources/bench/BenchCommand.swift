// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Harness
import ProcessSupport

/// Measures the operator's executable against an API server in this process.
@main
struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Count what the operator asks of the API server, and measure time and memory.",
    discussion: "Ends with 1 if a count is above its floor. Times and memory are told, not held.")

  @Option(name: .customLong("operator"), help: "The executable to measure; a release build.")
  var executable: String

  @Option(help: "How often each time is measured.")
  var runs = 10

  func validate() throws {
    guard (1...1000).contains(runs) else { throw ValidationError("--runs takes 1 to 1000, not \(runs)") }
  }

  func run() async throws {
    let executable = executable
    let runs = runs
    var figures = try await ServedCluster.serve(TestCluster()) { served in
      try await Counts(executable: executable, served: served).measure()
    }
    figures += try await ServedCluster.serve(TestCluster()) { served in
      try await Times(executable: executable, served: served, runs: runs).measure()
    }
    figures += try await Binary(executable: executable).measure()
    let table = Table(figures: figures)
    print(table.text)
    guard table.isHeld else { throw ExitCode(1) }
  }
}
