// SPDX-License-Identifier: Apache-2.0

import Glibc
import Replay

/// Replays what a real kube-apiserver answered against the API server of this repository; `make conformance`.
@main
struct Command {
  static func main() async {
    do {
      let report = Report(try await Replay(try Exchange.recorded(), try Exclusions()).run())
      for line in report.excluded + report.failures { print(line) }
      print(
        "CEL is not evaluated; its verdicts are tested on the operator's own validation, Tests/Conformance/cel-cases.yaml"
      )
      print(report.closing)
      exit(report.failures.isEmpty ? 0 : 1)
    } catch {
      print("the recordings cannot be replayed: \(error)")
      exit(2)
    }
  }
}
