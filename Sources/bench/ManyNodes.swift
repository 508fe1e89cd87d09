// SPDX-License-Identifier: Apache-2.0

import DevCluster
import Harness
import JSON
import KubernetesClient
import ProcessSupport

/// Five thousand nodes: the one list that grows with the cluster.
struct ManyNodes {
  let executable: String
  let served: ServedCluster

  private static let count = 5000

  func measure() async throws -> [Figure] {
    let few = try await Subject.run(executable, served) { subject in
      try await subject.settle(passes: 0)
      return try Usage(of: subject.running.process.id)
    }
    for index in 0..<Self.count { await served.cluster.server.addNode("worker-\(index)", labels: Self.labels(index)) }
    return try await Subject.run(executable, served) { subject in
      let synced = ContinuousClock().now - subject.running.process.start
      try await subject.settle(passes: 0)
      let many = try Usage(of: subject.running.process.id)
      return [
        .time("\(Self.count) nodes: start of the process to ready, all synced", synced, aim: .seconds(3)),
        .size("\(Self.count) nodes: resident memory", many.resident, aim: 40),
        .size("\(Self.count) nodes: most resident memory, ever", many.peak, aim: 40),
        .size("\(Self.count) nodes: anonymous memory", many.anonymous),
        Self.bytes((many.anonymous - few.anonymous) / Self.count),
      ] + (try await observed(subject))
    }
  }

  private static func bytes(_ each: Int) -> Figure {
    Figure(
      name: "bytes per cached node, by anonymous memory", value: "\(each)",
      parts: "what the allocator keeps of the list is in it"
    ).aiming("≤ 2560", isReached: each <= 2560)
  }

  private func observed(_ subject: Subject) async throws -> [Figure] {
    let clock = ContinuousClock()
    let start = clock.now
    try await subject.cluster.apply(TestCluster.object())
    try await subject.cluster.wait(condition: "Ready", within: .seconds(120))
    let took = clock.now - start
    try await subject.settle(passes: 1)
    return [.time("\(Self.count) nodes: create of an object to Ready, a pod on each node", took)]
      + (try Usage(of: subject.running.process.id).figures("\(Self.count) nodes and one object", resident: 40))
  }

  /// What kubeadm, a cloud and an administrator put on a node.
  private static func labels(_ index: Int) -> [String: String] {
    [
      "pool": "pool-\(index % 20)", "node-role.kubernetes.io/worker": "", "topology.kubernetes.io/region": "eu-1",
      "topology.kubernetes.io/zone": "eu-1-\(index % 3)", "node.kubernetes.io/instance-type": "m5.4xlarge",
      "example.org/rack": "rack-\(index / 40)", "example.org/serial": "serial-\(index)",
    ]
  }
}
