// SPDX-License-Identifier: Apache-2.0

import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Waiting

@testable import NodeEligibility
@testable import ObservabilityController

/// What several tests do with nodes.
extension TestCluster {
  /// The operator's writes on nodes: names, in order.
  func nodeWrites() async -> [String] {
    await operatorRequests().filter { $0.resource == "nodes" && $0.isWrite }.map { $0.name ?? "" }
  }

  /// Waits until the label of a node is as asked for.
  func wait(label: String?, on node: String) async throws {
    try await wait(for: .nodes, ObjectKey(name: node)) { $0.map(NodeLabel.current) == .some(label) }
  }

  /// Waits until the nodes with an agent are just these.
  func waitForAgents(on nodes: [String]) async throws {
    try await eventually("agents on \(nodes)") { await agents() == nodes.sorted() }
  }

  /// The nodes that have an agent's pod.
  func agents() async -> [String] {
    await server.objects("pods", namespace: "cozy-coroot").compactMap { $0[path: "spec", "nodeName"]?.string }.sorted()
  }

  /// Waits until the object's status names just these nodes, with their reasons.
  @discardableResult
  func wait(ineligible: [String: String], of object: String = "platform") async throws -> KubernetesObject? {
    try await wait(ObjectKey(name: object)) { object in
      guard let object, let status = object["status"] else { return false }
      var named: [String: String] = [:]
      for node in status["ineligibleNodes"]?.array ?? [] {
        named[node["name"]?.string ?? ""] = node["reason"]?.string ?? ""
      }
      return named == ineligible && status[path: "agents", "ineligible"]?.integer == Int64(ineligible.count)
    }
  }

  /// A node as its kubelet reports it after it has been started again.
  func boot(_ node: String, kernel: String? = nil, bootID: String) async throws {
    var info: JSONObject = ["bootID": .string(bootID)]
    if let kernel { info["kernelVersion"] = .string(kernel) }
    _ = try await admin.patch(
      .nodes, ObjectKey(name: node), .merge(["status": ["nodeInfo": .object(info)]]),
      WriteOptions(fieldManager: "kubelet", subresource: "status"))
  }

  /// Sets labels and annotations of a node, as a person does.
  func touch(_ node: String, labels: JSONObject = [:], annotations: JSONObject = [:]) async throws {
    _ = try await admin.patch(
      .nodes, ObjectKey(name: node),
      .merge(["metadata": ["labels": .object(labels), "annotations": .object(annotations)]]),
      WriteOptions(fieldManager: "somebody"))
  }

  /// A node without its status, what the operator may change, and what every change moves.
  func untouched(_ node: String) async -> JSONValue? {
    var node = await server.object("nodes", node)
    node?["status"] = nil
    for member in ["resourceVersion", "managedFields"] { node?["metadata"]?[member] = nil }
    node?["metadata"]?["labels"]?[NodeLabel.label] = nil
    return node
  }

  /// What preflight says on a node that is locked down.
  static let lockedDown = PodFate.initFailed(
    exitCode: 21,
    terminationMessage: JSONWriter.text(
      PreflightReport(
        verdict: .ineligible, reason: "KernelLockedDown", message: "lockdown is confidentiality"
      ).json))
}
