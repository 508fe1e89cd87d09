// SPDX-License-Identifier: Apache-2.0

import DevCluster
import Harness
import KubernetesClient
import ProcessSupport

/// A minute in which nothing happens, of an operator that holds the lease.
struct Idle {
  let executable: String
  let served: ServedCluster

  func measure() async throws -> [Figure] {
    try await Subject.run(executable, served, options: []) { subject in
      try await subject.cluster.apply(TestCluster.object())
      try await subject.cluster.wait(condition: "Ready")
      try await subject.settle(passes: 1)
      await subject.cluster.server.clearRequestLog()
      let before = try Usage(of: subject.running.process.id)
      try await ContinuousClock().sleep(for: .seconds(60))
      let after = try Usage(of: subject.running.process.id)
      let requests = await subject.cluster.operatorRequests(withLeases: true)
      let leases = requests.filter { $0.resource == "leases" }
      let others = requests.filter { $0.resource != "leases" }
      return [
        .count("a minute idle: requests for the lease", leases.count, atMost: 12, parts: Counts.summary(leases)),
        .count("a minute idle: other requests", others.count, atMost: 0, parts: Counts.summary(others)),
        idleTime(after.processorTime - before.processorTime),
      ] + after.figures("idle with one object and the lease", resident: 20, anonymous: 8, vendor: ("40 MB", "9 MB"))
    }
  }

  private func idleTime(_ seconds: Double) -> Figure {
    Figure(name: "a minute idle: CPU seconds", value: seconds.hundredths)
      .aiming("≤ 0.06, a thousandth", isReached: seconds <= 0.06)
  }
}
