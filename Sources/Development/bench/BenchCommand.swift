// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc
import Harness
import ProcessSupport

/// Measures the operator's executable against an API server in this process.
@main
struct BenchCommand: AsyncParsableCommand {
  /// What is measured, each against a cluster of its own.
  enum Part: String, CaseIterable, ExpressibleByArgument {
    case counts, times, objects, strangers, labelled, nodes, events, flood, idle, values, binary
  }

  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Count what the operator asks of the API server, and measure time and memory.",
    discussion: "Ends with 1 if a count is above its floor. Times and memory are told beside their aims, not held.")

  @Option(name: .customLong("operator"), help: "The executable to measure; a release build, with its symbols.")
  var built: String

  @Option(help: "How often each time is measured.")
  var runs = 10

  @Argument(help: "What to measure.")
  var parts = Part.allCases

  func validate() throws {
    guard (1...1000).contains(runs) else { throw ValidationError("--runs takes 1 to 1000, not \(runs)") }
  }

  func run() async throws {
    let folder = try TemporaryFolder()
    let executable = try await Binary.strip(built, into: folder)
    var figures: [Figure] = []
    for part in parts {
      tell("measuring \(part.rawValue)\n")
      figures += try await measure(part, of: executable)
    }
    withExtendedLifetime(folder) {}
    let table = Table(figures: figures)
    print("\(table.text)\n\n\(table.summary)")
    guard table.isHeld else { throw ExitCode(1) }
  }

  /// Progress goes to standard error, so that the output is the table alone.
  private func tell(_ text: String) {
    let bytes = Array(text.utf8)
    _ = write(STDERR_FILENO, bytes, bytes.count)
  }

  private func measure(_ part: Part, of executable: String) async throws -> [Figure] {
    let runs = runs
    switch part {
    case .counts:
      let figures = try await ServedCluster.serve(TestCluster()) { served in
        try await Counts(executable: executable, served: served).measure()
      }
      return figures + (try await FullMode(executable: executable).counts())
    case .times:
      return try await ServedCluster.serve(TestCluster()) { served in
        try await Times(executable: executable, served: served, runs: runs).measure()
      }
    case .objects:
      return try await ServedCluster.serve(TestCluster(nodes: 0)) { served in
        try await ManyObjects(executable: executable, served: served).measure()
      }
    case .strangers:
      return try await ServedCluster.serve(TestCluster()) { served in
        try await Strangers(executable: executable, served: served).measure()
      }
    case .labelled:
      return try await ServedCluster.serve(TestCluster()) { served in
        try await LabelledStrangers(executable: executable, served: served).measure()
      }
    case .nodes:
      return try await ServedCluster.serve(TestCluster()) { served in
        try await ManyNodes(executable: executable, served: served).measure()
      }
    case .events:
      return try await ServedCluster.serve(TestCluster()) { served in
        try await ManyEvents(executable: executable, served: served).measure()
      }
    case .flood:
      return try await ServedCluster.serve(TestCluster()) { served in
        try await ProbeFlood(executable: executable, served: served).measure()
      }
    case .idle:
      return try await ServedCluster.serve(TestCluster()) { served in
        try await Idle(executable: executable, served: served).measure()
      }
    case .values: return try CachedValues().measure()
    case .binary: return try await Binary(executable: built, stripped: executable).measure()
    }
  }
}
