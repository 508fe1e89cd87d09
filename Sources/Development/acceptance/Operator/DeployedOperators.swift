// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore

/// The operator that the Deployment of `config/default` runs in the cluster.
struct DeployedOperators: OperatorFleet {
  let admin: Admin
  let patience: Duration

  func start() async throws {
    try await admin.wait(for: "every replica to be available", .deployments, Names.operator, within: .seconds(180)) {
      let wanted = $0[path: "spec", "replicas"]?.integer ?? 1
      return $0[path: "status", "observedGeneration"]?.integer == $0.generation
        && $0[path: "status", "availableReplicas"]?.integer == wanted
    }
    _ = try await waitForLeader(other: "")
  }

  func writes() async throws -> Int {
    let path = Self.pod(try await waitForLeader(other: "")) + ":8080/proxy/metrics"
    let text = String(decoding: try await admin.client.raw("GET", path, accept: "text/plain"), as: UTF8.self)
    guard let count = RequestCounters.writes(in: text) else {
      throw Failure(
        expected: "the metric rest_client_requests_total", observed: Digest.bounded(text), request: "GET \(path)")
    }
    return count
  }

  func restart() async throws {
    let before = try await pods()
    for pod in before { try await admin.remove(.pods, pod.key, uid: pod.uid) }
    try await start()
  }

  func failOver() async throws -> FailOver {
    let leader = try await waitForLeader(other: "")
    // Without a grace period the kubelet kills at once.
    _ = try await admin.client.raw(
      "DELETE", Self.pod(leader),
      body: ["apiVersion": "v1", "kind": "DeleteOptions", "gracePeriodSeconds": 0])
    return FailOver(killed: leader, successor: try await waitForLeader(other: leader))
  }

  func stop() async {}

  func lastLines() async -> [String] {
    guard let pods = try? await pods() else { return [] }
    var lines: [String] = []
    for pod in pods {
      let text = try? await admin.client.raw("GET", Self.pod(pod.name) + "/log?tailLines=10", accept: "*/*")
      lines += String(decoding: text ?? [], as: UTF8.self).split(separator: "\n").map { "\(pod.name): \($0)" }
    }
    return lines
  }

  func credentials() async -> String { "the token of its pod" }

  /// The pod that holds the Lease, and is not the one given.
  private func waitForLeader(other: String) async throws -> String {
    try await awaiting("another pod to lead", Request.get(.leases, Names.operator), within: max(patience, .seconds(40)))
    {
      let holder = try await admin.find(.leases, Names.operator)?[path: "spec", "holderIdentity"]?.string ?? ""
      let pod = String(holder.prefix { $0 != "_" })
      let isThere = try await pods().contains { $0.name == pod && !$0.isBeingDeleted }
      return isThere && pod != other ? .met(pod) : .not("the Lease is held by \"\(holder)\"")
    }
  }

  private func pods() async throws -> [KubernetesObject] {
    try await admin.all(
      .pods, in: Names.operator.namespace, labelled: "app.kubernetes.io/name=\(Names.operator.name)")
  }

  private static func pod(_ name: String) -> String {
    ResourceType.pods.path(namespace: Names.operator.namespace, name: name)
  }
}
