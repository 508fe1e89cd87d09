// SPDX-License-Identifier: Apache-2.0

import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
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
    for index in 0..<Self.count { try await create(Self.node(index)) }
    let sample = await served.cluster.server.object("nodes", "worker-0")
    guard sample?[path: "status", "images"] != nil else { throw Unmeasured("the nodes have lost their status") }
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

  /// As a kubelet does: the node first, then how it is.
  private func create(_ node: KubernetesObject) async throws {
    let admin = served.cluster.admin
    _ = try await admin.apply(.nodes, node, ApplyOptions(fieldManager: "kubelet"))
    _ = try await admin.apply(.nodes, node, ApplyOptions(fieldManager: "kubelet", subresource: "status"))
  }

  /// As a kubelet reports it, with what an administrator puts on it besides.
  private static func node(_ index: Int) -> KubernetesObject {
    var node = KubernetesObject(SampleNode.value(index).object ?? [:])
    // The server gives both.
    node["metadata"]?["uid"] = nil
    node["metadata"]?["resourceVersion"] = nil
    node["metadata"]?["managedFields"] = nil
    node["metadata"]?["labels"]?["pool"] = .string("pool-\(index % 20)")
    node["metadata"]?["labels"]?["example.org/rack"] = .string("rack-\(index / 40)")
    node["metadata"]?["labels"]?["example.org/serial"] = .string("serial-\(index)")
    return node
  }
}
