// SPDX-License-Identifier: Apache-2.0

import DevCluster
import Glibc
import Harness
import JSON
import KubernetesClient
import ProcessSupport

/// Watch events through the operator: bytes from the connection, parsed, projected, put into the store, compared.
///
/// The operator is stopped while the server makes them, so that what is measured is how fast it takes what waits, and not
/// how fast they are made. The last event is of another kind: it leads to work, by which one sees that it has arrived.
struct ManyEvents {
  let executable: String
  let served: ServedCluster

  /// Fewer than the server remembers, so that none is lost.
  private static let count = 4000
  private static let nodes = 40

  func measure() async throws -> [Figure] {
    for index in 0..<Self.nodes { await served.cluster.server.addNode("worker-\(index)") }
    return try await Subject.run(executable, served) { subject in
      try await subject.cluster.apply(TestCluster.object())
      try await subject.cluster.wait(condition: "Ready")
      try await subject.settle(passes: 1)
      let added = try await subject.running.metric("workqueue_adds_total")
      let process = subject.running.process
      process.signal(SIGSTOP)
      for index in 0..<Self.count { await subject.cluster.server.addNode("worker-\(index % Self.nodes)") }
      await subject.cluster.server.addNode("worker-new")
      let before = try Usage(of: process.id)
      let clock = ContinuousClock()
      let start = clock.now
      process.signal(SIGCONT)
      try await eventually("the last event has arrived", every: .milliseconds(2)) {
        try await subject.running.metric("workqueue_adds_total") > added ? true : nil
      }
      let took = clock.now - start
      let after = try Usage(of: process.id)
      let seconds = after.processorTime - before.processorTime
      return [
        Figure(
          name: "watch events per second through the store, from a served cluster",
          value: "\(Int(Double(Self.count) / (took / .seconds(1))))",
          parts: "\(Self.count) changes of nodes in \((took / .seconds(1)).hundredths) s"),
        Figure(
          name: "watch events per second of CPU", value: "\(Int(Double(Self.count) / max(seconds, 0.01)))",
          parts: "\(seconds.hundredths) CPU seconds"),
      ]
    }
  }
}
