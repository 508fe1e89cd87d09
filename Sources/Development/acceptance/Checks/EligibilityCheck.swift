// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore

/// A node that cannot carry the agent is labelled and left out, and joins once it can.
enum EligibilityCheck {
  private static let node = ObjectKey(name: "acceptance-old-kernel")

  static let check = Check("nodes", "a node with an old kernel is left out, and joins with a new one") { stage in
    let eligible = try await agents("eligible", stage)
    try await stage.surroundings.add(StandInNode(name: node.name, kernel: "4.18.0-553.el8_10.x86_64"))
    try await stage.admin.wait(for: "label \(Names.nodeLabel)=ineligible", .nodes, node) {
      $0.labels[Names.nodeLabel] == "ineligible"
    }
    try await stage.admin.wait(
      for: "\(node) among ineligibleNodes with reason KernelTooOld", .observabilities, Names.object
    ) { object in
      (object[path: "status", "ineligibleNodes"]?.array ?? []).contains {
        $0["name"]?.string == node.name && $0["reason"] == "KernelTooOld"
      }
    }
    try await stage.wait(for: "Ready", "True")
    let unchanged = try await agents("eligible", stage)
    try expect(
      unchanged == eligible, "\(eligible) eligible nodes as before", observed: "\(unchanged)",
      Request.get(.observabilities, Names.object))
    try await expectNoPod(stage)

    _ = try await stage.admin.client.patch(
      .nodes, node, .merge(StandInNode.kernelPatch("6.12.28-talos")),
      WriteOptions(fieldManager: Names.manager, subresource: "status"))
    try await stage.admin.wait(for: "no label \(Names.nodeLabel)", .nodes, node) { $0.labels[Names.nodeLabel] == nil }
    try await stage.admin.wait(
      for: "\(eligible + 1) eligible nodes with agents", .observabilities, Names.object
    ) { $0[path: "status", "agents", "summary"]?.string == "\(eligible + 1)/\(eligible + 1)" }
    try await stage.wait(for: "Ready", "True")

    try await stage.ledger.remove(.nodes, node)
    try await stage.admin.wait(for: "\(eligible) eligible nodes again", .observabilities, Names.object) {
      $0[path: "status", "agents", "summary"]?.string == "\(eligible)/\(eligible)"
    }
    try await stage.wait(for: "Ready", "True")
  }

  private static func agents(_ field: String, _ stage: Stage) async throws -> Int64 {
    let object = try await stage.wait(for: "Ready", "True")
    return object[path: "status", "agents", field]?.integer ?? -1
  }

  private static func expectNoPod(_ stage: Stage) async throws {
    let pods = try await stage.admin.all(.pods, labelled: Names.objectLabel).filter {
      $0[path: "spec", "nodeName"]?.string == node.name || StandInPod.target($0) == node.name
    }
    try expect(
      pods.isEmpty, "no agent on \(node)", observed: "\(pods.map(\.key))",
      Request.list(.pods, query: "labelSelector=\(Names.objectLabel)"))
  }
}
