// SPDX-License-Identifier: Apache-2.0

import DevCluster
import Harness
import JSON
import KubernetesClient
import ProcessSupport

/// A minute in which nothing happens, of an operator that holds the lease.
struct Idle {
  let executable: String
  let served: ServedCluster

  func measure() async throws -> [Figure] {
    let (figures, without) = try await measureMetrics()
    return figures + (try await measureSignals(without))
      + (try await FullMode(executable: executable).memory(beside: without))
  }

  private func measureMetrics() async throws -> ([Figure], Usage) {
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
      let figures: [Figure] =
        [
          .count("a minute idle: requests for the lease", leases.count, atMost: 12, parts: Counts.summary(leases)),
          .count("a minute idle: other requests", others.count, atMost: 0, parts: Counts.summary(others)),
          idleTime(after.processorTime - before.processorTime),
        ] + after.figures("idle with one object and the lease", resident: 20, anonymous: 8, vendor: ("40 MB", "9 MB"))
      return (figures, after)
    }
  }

  /// The same object with traces and logs to ClickHouse, in a process of its own.
  private func measureSignals(_ without: Usage) async throws -> [Figure] {
    try await served.cluster.server.apply(TestCluster.podScrapeDefinition)
    try await served.cluster.addClickHouse(password: "bench")
    return try await Subject.run(executable, served, options: []) { subject in
      let signal: JSONValue = ["destination": "ClickHouse"]
      try await subject.cluster.apply(
        TestCluster.object(spec: ["traces": signal, "logs": signal, "clickHouse": ["application": [:]]]))
      try await subject.cluster.wait(condition: "GatewayAvailable")
      try await subject.cluster.wait(condition: "Ready")
      try await subject.settle(passes: 1)
      try await ContinuousClock().sleep(for: .seconds(60))
      let with = try Usage(of: subject.running.process.id)
      let more = with.resident - without.resident
      return with.figures("idle with traces and logs to ClickHouse") + [
        Figure(name: "traces and logs: resident memory more", value: more.mebibytes)
          .aiming("≤ 2 MiB", isReached: more <= 2 << 20)
      ]
    }
  }

  private func idleTime(_ seconds: Double) -> Figure {
    Figure(name: "a minute idle: CPU seconds", value: seconds.hundredths)
      .aiming("≤ 0.06, a thousandth", isReached: seconds <= 0.06)
  }
}
