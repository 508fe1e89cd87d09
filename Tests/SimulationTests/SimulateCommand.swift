// SPDX-License-Identifier: Apache-2.0

import ProcessSupport

/// The command, as the build has put it beside the tests.
///
/// The tests run it rather than the library: the order of sets and dictionaries is fixed for a whole process, before its
/// first line, and other tests are better off without that.
enum SimulateCommand {
  /// Runs it to its end and returns what it printed.
  static func run(_ arguments: [String], within deadline: Duration = .seconds(600)) async throws -> (
    ending: ChildProcess.Ending, lines: [String]
  ) {
    let process = try ChildProcess(try BuiltExecutable.path("simulate"), arguments)
    let ending = try await process.waitForEnd(within: deadline)
    return (ending, process.output.all)
  }
}
