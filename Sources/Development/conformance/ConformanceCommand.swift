// SPDX-License-Identifier: Apache-2.0

import Glibc
import Replay

/// Replays what a real kube-apiserver answered against the API server of this repository; `make conformance`.
@main
struct ConformanceCommand {
  static func main() async {
    guard CommandLine.arguments.count == 1 else {
      print("usage: conformance")
      exit(2)
    }
    do {
      exit(try await replay() ? 0 : 1)
    } catch {
      print("the conformance files cannot be read: \(error)")
      exit(2)
    }
  }

  private static func replay() async throws -> Bool {
    let report = Report(try await Replay(try Exchange.recorded(), try Exclusions()).run())
    for line in report.excluded + report.failures { print(line) }
    print("CEL is not evaluated; make acceptance puts the cases of its rules to a server that does")
    print(report.closing)
    return report.failures.isEmpty
  }
}
