// SPDX-License-Identifier: Apache-2.0

import Glibc
import Replay

/// Replays what a real kube-apiserver answered against the API server of this repository; `make conformance`. With the
/// argument `cases` it prints the cases of CEL rules, one a line, for `.ci/cel-cases.sh`.
@main
struct ConformanceCommand {
  static func main() async {
    do {
      switch CommandLine.arguments.dropFirst() {
      case []: exit(try await replay() ? 0 : 1)
      case ["cases"]: for entry in try ValidationCase.all() { print(entry.line) }
      default:
        print("usage: conformance [cases]")
        exit(2)
      }
    } catch {
      print("the conformance files cannot be read: \(error)")
      exit(2)
    }
  }

  private static func replay() async throws -> Bool {
    let report = Report(try await Replay(try Exchange.recorded(), try Exclusions()).run())
    for line in report.excluded + report.failures { print(line) }
    print("CEL is not evaluated; what its rules must say is in cel-cases.yaml: make test, and .ci/cel-cases.sh")
    print(report.closing)
    return report.failures.isEmpty
  }
}
