// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore

/// What kubelets do for stand-in nodes: agents' pods are reported as running, deleted ones as stopped, and the nodes' Leases
/// are renewed so that the node controller keeps them Ready.
///
/// On a server whose own controllers report pods as running, nothing is left to do here.
struct StandInKubelet: Sendable {
  let admin: Admin

  private static let heartbeat = Duration.seconds(10)
  private static let heartbeatNamespace = "kube-node-lease"

  /// Works until the task is cancelled. A refusal is tried again at the next look: the checks report what is missing.
  func run() async {
    var nextHeartbeat = ContinuousClock.now
    // The pods of a node that is gone must be let go too.
    var known: Set<String> = []
    while !Task.isCancelled {
      let nodes = (try? await admin.all(.nodes, labelled: Names.standInLabel)) ?? []
      if ContinuousClock.now >= nextHeartbeat {
        nextHeartbeat = ContinuousClock.now + Self.heartbeat
        for node in nodes { try? await renewLease(of: node) }
      }
      known.formUnion(nodes.map(\.name))
      await look(after: known)
      try? await ContinuousClock().sleep(for: .milliseconds(200))
    }
  }

  private func look(after nodes: Set<String>) async {
    guard !nodes.isEmpty else { return }
    for pod in (try? await admin.all(.pods, labelled: Names.objectLabel)) ?? [] {
      guard let step = StandInPod.step(pod, nodes: nodes) else { continue }
      try? await take(step, pod)
    }
  }

  private func take(_ step: StandInPod.Step, _ pod: KubernetesObject) async throws {
    let path = ResourceType.pods.path(namespace: pod.namespace, name: pod.name)
    switch step {
    case .bind(let node):
      _ = try await admin.client.raw(
        "POST", path + "/binding",
        body: [
          "apiVersion": "v1", "kind": "Binding", "metadata": ["name": .string(pod.name)],
          "target": ["apiVersion": "v1", "kind": "Node", "name": .string(node)],
        ])
    case .run:
      let status = StandInPod.runningStatus(of: pod, now: Timestamp.now().rfc3339)
      _ = try await admin.client.patch(
        .pods, pod.key, .merge(["metadata": ["uid": pod.uid.map(JSONValue.string) ?? .null], "status": status]),
        WriteOptions(fieldManager: Names.manager, subresource: "status"))
    case .finish:
      _ = try await admin.client.raw(
        "DELETE", path,
        body: [
          "apiVersion": "v1", "kind": "DeleteOptions", "gracePeriodSeconds": 0,
          "preconditions": ["uid": pod.uid.map(JSONValue.string) ?? .null],
        ])
    }
  }

  /// Renews as a kubelet does (KEP-589). The Lease is owned by its node and goes with it.
  private func renewLease(of node: KubernetesObject) async throws {
    guard let uid = node.uid, try await admin.find(.namespaces, ObjectKey(name: Self.heartbeatNamespace)) != nil else {
      return
    }
    var lease = KubernetesObject(type: .leases, namespace: Self.heartbeatNamespace, name: node.name)
    lease["metadata"]?["ownerReferences"] = [
      ["apiVersion": "v1", "kind": "Node", "name": .string(node.name), "uid": .string(uid)]
    ]
    lease["spec"] = [
      "holderIdentity": .string(node.name), "leaseDurationSeconds": 40,
      "renewTime": .string(Timestamp.now().rfc3339Micro),
    ]
    _ = try await admin.client.apply(.leases, lease, ApplyOptions(fieldManager: Names.manager, force: true))
  }
}
