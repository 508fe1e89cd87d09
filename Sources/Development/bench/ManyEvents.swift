// SPDX-License-Identifier: Apache-2.0

import DevCluster
import Glibc
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import ProcessSupport

/// Watch events through the operator: bytes from the connection, parsed, projected, put into the store, compared.
///
/// The operator is stopped while the server makes them, so that what is measured is how fast it takes what waits, and not
/// how fast they are made. The last event is a node that cannot carry the agent, and has the label that says so: by the
/// count of these in the object's status one sees that it has arrived, and nothing is written of it that would be heard
/// of by another watch. The pass and the status that it leads to are in the figures.
struct ManyEvents {
  let executable: String
  let served: ServedCluster

  /// Fewer than the server remembers, so that none is lost.
  private static let count = 4000
  private static let nodes = 40

  func measure() async throws -> [Figure] {
    for index in 0..<Self.nodes { await change(index) }
    return try await Subject.run(executable, served) { subject in
      let spec: JSONObject = ["nodeAgent": ["nodeSelector": ["pool": "workers"]]]
      try await subject.cluster.apply(TestCluster.object(spec: spec))
      try await subject.cluster.wait(condition: "Ready")
      try await subject.settle(passes: 1)
      let process = subject.running.process
      process.signal(SIGSTOP)
      for index in 0..<Self.count { await change(index % Self.nodes) }
      await subject.cluster.server.addNode(
        "worker-new", labels: ["pool": "workers", "observability.cozystack.io/node-agent": "ineligible"],
        kernel: "4.18.0")
      await subject.cluster.server.clearRequestLog()
      let before = try Usage(of: process.id)
      let clock = ContinuousClock()
      let start = clock.now
      process.signal(SIGCONT)
      try await subject.cluster.wait(Subject.object) { object in
        object?[path: "status", "agents", "ineligible"]?.integer == 1
      }
      let took = clock.now - start
      let after = try Usage(of: process.id)
      let anew = await subject.cluster.operatorRequests().filter { $0.resource == "nodes" }
      guard anew.isEmpty else {
        throw Unmeasured("the watch of nodes was lost, and with it the events: \(Counts.summary(anew))")
      }
      let seconds = after.processorTime - before.processorTime
      return [
        Figure(
          name: "watch events per second through the store, from a served cluster",
          value: "\(Int(Double(Self.count) / (took / .seconds(1))))",
          parts: "\(Self.count) changes of nodes in \((took / .seconds(1)).hundredths) s",
          floor: "what the server sends"),
        .rate(
          "watch events per second of CPU", Double(Self.count) / max(seconds, 0.01), atLeast: 20_000,
          parts: "\(seconds.hundredths) CPU seconds"),
      ]
    }
  }

  /// A heartbeat, or the node itself the first time.
  private func change(_ index: Int) async {
    await served.cluster.server.addNode("worker-\(index)", labels: ["pool": "workers"])
  }
}
