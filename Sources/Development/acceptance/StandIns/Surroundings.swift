// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore

/// What the product needs around it: nodes that run pods, and the Services of a tenant's monitoring. What is missing is
/// stood in for, if that is allowed.
struct Surroundings: Sendable {
  let admin: Admin
  let ledger: Ledger
  let settings: Settings

  private static let tenant = "tenant-root"

  /// Looks what is there and adds the rest.
  ///
  /// - Throws: ``Refusal`` with the remedy for what is missing and may not be stood in for.
  func complete() async throws {
    let nodes = try await admin.all(.nodes).filter(Self.isReady)
    if nodes.isEmpty {
      guard settings.mayStandIn else {
        throw Refusal("no node is Ready, so no agent would ever run: set STAND_IN=1 to have nodes stood in for")
      }
      for index in 1...3 { try await add(StandInNode(name: "acceptance-node-\(index)")) }
    }
    try await addServices(["shortterm"])
  }

  /// Adds a node that is stood in for.
  ///
  /// - Throws: ``Skip`` if that is not allowed.
  func add(_ node: StandInNode) async throws {
    guard settings.mayStandIn else { throw Skip(reason: "it needs a node that is stood in for: set STAND_IN=1") }
    let key = ObjectKey(name: node.name)
    try await ledger.createIfMissing(.nodes, node.object(now: Timestamp.now().rfc3339))
    // Admission taints every new node. The node controller takes that off again, but a server may have none.
    let taints = try await admin.client.get(.nodes, key)[path: "spec", "taints"]?.array ?? []
    let lasting = taints.filter { $0["key"] != "node.kubernetes.io/not-ready" }
    guard lasting.count != taints.count else { return }
    _ = try await admin.client.patch(
      .nodes, key, .merge(["spec": ["taints": lasting.isEmpty ? nil : .array(lasting)]]),
      WriteOptions(fieldManager: Names.manager))
  }

  /// Adds the Services of these storages.
  func addServices(_ storages: [String]) async throws {
    let services = storages.flatMap { [("vminsert-\($0)", 8480), ("vmselect-\($0)", 8481)] }
    for (name, port) in services {
      let key = ObjectKey(namespace: Self.tenant, name: name)
      if try await admin.find(.services, key) != nil { continue }
      guard !settings.isDeployed else {
        throw Refusal(
          "Service \(key), to which the samples send metrics, is missing: install it; an operator in the cluster cannot "
            + "reach a backend of this machine")
      }
      guard settings.mayStandIn else {
        throw Refusal(
          "Service \(key), to which the samples send metrics, is missing: set STAND_IN=1 to have it stood in for")
      }
      try await ledger.createIfMissing(.namespaces, KubernetesObject(type: .namespaces, name: Self.tenant))
      var service = KubernetesObject(type: .services, namespace: Self.tenant, name: name)
      service["spec"] = ["ports": [["name": "http", "port": .integer(Int64(port))]]]
      try await ledger.createIfMissing(.services, service)
    }
  }

  private static func isReady(_ node: KubernetesObject) -> Bool {
    (node[path: "status", "conditions"]?.array ?? []).contains { $0["type"] == "Ready" && $0["status"] == "True" }
  }
}
