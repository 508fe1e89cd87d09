// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import ObservabilityAPI

@Suite struct StatusTests {
  static let full = ObservabilityStatus(
    observedGeneration: 3,
    conditions: [
      [
        "type": "Ready", "status": "True", "observedGeneration": 3, "lastTransitionTime": "2026-01-02T03:04:05Z",
        "reason": "Ready", "message": "Agents run on 12 of 12 nodes.",
      ]
    ],
    agents: .init(eligible: 12, ineligible: 1, updated: 12, ready: 11),
    ineligibleNodes: [.init(name: "worker-7", kernel: "4.18.0", reason: "KernelTooOld")],
    capabilities: [.init(name: "SYS_ADMIN", purpose: "enter the host's namespaces")],
    inventory: [
      .init(group: "apps", kind: "DaemonSet", namespace: "a", name: "platform-node-agent", uid: "u-2", hash: "h"),
      .init(group: "", kind: "ServiceAccount", namespace: "a", name: "platform-node-agent", uid: "", hash: ""),
    ],
    endpoints: .init(metricsWrite: "http://joe:secret@vm:8480/insert", ui: "https://coroot.example.org"))

  @Test func theStatusAsWritten() throws {
    let expected = """
      {"agents":{"eligible":12,"ineligible":1,"ready":11,"summary":"11/12","updated":12},\
      "capabilities":[{"for":"enter the host's namespaces","name":"SYS_ADMIN"}],\
      "conditions":[{"lastTransitionTime":"2026-01-02T03:04:05Z","message":"Agents run on 12 of 12 nodes.",\
      "observedGeneration":3,"reason":"Ready","status":"True","type":"Ready"}],\
      "endpoints":{"metricsWrite":"http://vm:8480/insert","ui":"https://coroot.example.org"},\
      "ineligibleNodes":[{"kernel":"4.18.0","name":"worker-7","reason":"KernelTooOld"}],\
      "inventory":[{"group":"","kind":"ServiceAccount","name":"platform-node-agent","namespace":"a"},\
      {"group":"apps","hash":"h","kind":"DaemonSet","name":"platform-node-agent","namespace":"a","uid":"u-2"}],\
      "observedGeneration":3}
      """
    #expect(JSONWriter.text(Self.full.json) == expected)
  }

  @Test func theStatusFitsItsSchema() {
    var walk = SchemaWalk()
    _ = walk.complete(Self.full.json, StatusSchema.status, at: [.field("status")])
    #expect(walk.failures == [])
  }

  @Test func manyIneligibleNodesAreCounted() {
    let nodes = (100..<163).reversed().map {
      ObservabilityStatus.IneligibleNode(name: "n\($0)", kernel: "5.4.0", reason: "KernelTooOld")
    }
    let json = ObservabilityStatus(observedGeneration: 1, ineligibleNodes: nodes).json
    #expect(json["ineligibleNodes"]?.array?.count == 50)
    #expect(json["ineligibleNodes"]?.array?.first?["name"] == "n100")
    #expect(json["ineligibleNodesOmitted"] == 13)
  }

  @Test func theInventoryIsReadBack() {
    let children = ObservabilityStatus.inventory(in: Self.full.json)
    #expect(children == Self.full.inventory.reversed())
    #expect(ObservabilityStatus.inventory(in: nil) == [])
    #expect(ObservabilityStatus.inventory(in: ["inventory": [["kind": "Secret"], 1]]) == [])
  }

  @Test func anEmptyStatusSaysNothingMore() {
    #expect(ObservabilityStatus(observedGeneration: 1).json == ["observedGeneration": 1, "conditions": []])
  }

  @Test func reasonsAreDocumented() throws {
    let reason = try #require(StatusSchema.status.properties.first { $0.name == "conditions" })
    #expect(!reason.schema.description.isEmpty)
    #expect(Set(ConditionReason.all.map(\.name)).count == ConditionReason.all.count, "a name has one meaning")
    for reason in ConditionReason.all {
      #expect(reason.name.first?.isUppercase == true && reason.name.allSatisfy { $0.isASCII && $0.isLetter })
      #expect(!reason.conditions.isEmpty && !reason.status.isEmpty)
      #expect(reason.meaning.hasSuffix(".") && reason.remedy.hasSuffix("."), "\(reason.name)")
    }
    for type in ConditionType.allCases {
      #expect(ConditionReason.all.contains { $0.conditions.contains(type) }, "\(type) has no reason")
    }
  }
}
