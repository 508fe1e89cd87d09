// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Testing

@testable import NodeEligibility
@testable import ObservabilityController

/// What the agents' pods show about their nodes.
@Suite struct AgentRunTests {
  /// An agent that ends again and again.
  static func ending(
    _ node: String, code: Int64 = 1, reason: String = "Error", restarts: Int64 = 5, after: String = "00:10:00",
    revision: String = "r1", message: String = "", running: Bool = false
  ) -> AgentPod {
    var end: JSONObject = [
      "exitCode": .integer(code), "reason": .string(reason), "finishedAt": .string("2026-01-01T\(after)Z"),
    ]
    end["message"] = .string(message)
    return pod(
      node, revision, ready: false,
      status: [
        "containerStatuses": [
          [
            "name": "node-agent", "restartCount": .integer(restarts), "lastState": ["terminated": .object(end)],
            "state": running ? ["running": [:]] : ["waiting": ["reason": "CrashLoopBackOff"]],
          ]
        ]
      ])
  }

  static func ready(_ node: String, revision: String = "r1") -> AgentPod {
    pod(
      node, revision, ready: true,
      status: ["containerStatuses": [["name": "node-agent", "restartCount": 0, "state": ["running": [:]]]]])
  }

  static func preflight(_ node: String, _ report: PreflightReport, isOver: Bool = false) -> AgentPod {
    let end: JSONValue = [
      "exitCode": 20, "reason": "Error", "message": .string(JSONWriter.text(report.json)),
    ]
    let state: JSONValue =
      isOver ? ["terminated": ["exitCode": 0, "reason": "Completed"]] : ["waiting": ["reason": "CrashLoopBackOff"]]
    return pod(
      node, "r1", ready: false,
      status: [
        "initContainerStatuses": [
          ["name": "preflight", "restartCount": 1, "state": state, "lastState": ["terminated": end]]
        ]
      ])
  }

  private static func pod(_ node: String, _ revision: String, ready: Bool, status: JSONObject) -> AgentPod {
    var pod = KubernetesObject(type: .pods, namespace: "cozy-coroot", name: "pod-\(node)")
    pod["metadata"]?["creationTimestamp"] = "2026-01-01T00:00:00Z"
    pod["metadata"]?["labels"] = ["controller-revision-hash": .string(revision)]
    pod["spec"] = ["nodeName": .string(node)]
    var status = status
    status["conditions"] = [["type": "Ready", "status": ready ? "True" : "False"]]
    pod["status"] = .object(status)
    return AgentPod(AgentPod.project(pod))
  }

  private static func evidence(_ pods: AgentPod...) -> [NodeEvidence] {
    NodeEvidence.all(in: pods.compactMap(\.run))
  }

  static let report = PreflightReport(verdict: .ineligible, reason: "KernelLockedDown", message: "found so")

  @Test("What preflight reported counts until it exits with success")
  func preflight() {
    let found = NodeEvidence(node: "a", reason: .kernelLockedDown, message: "found so")
    #expect(Self.evidence(Self.preflight("a", Self.report)) == [found])
    #expect(Self.evidence(Self.preflight("a", Self.report, isOver: true)).isEmpty)
  }

  @Test("An agent that exits again and again is evidence while it does not run")
  func endingAgent() {
    #expect(Self.evidence(Self.ready("good"), Self.ending("bad")).map(\.node) == ["bad"])
    #expect(Self.evidence(Self.ready("good"), Self.ending("bad", running: true)).isEmpty)
  }

  @Test("A pod that is being deleted shows nothing about its node")
  func beingDeleted() {
    var pod = Self.preflight("a", Self.report)
    pod.isBeingDeleted = true
    #expect(pod.run == nil)
  }

  @Test("The last words of an agent hold no password, wherever the kubelet cut its log")
  func lastWords() {
    func words(_ message: String) -> String? {
      Self.evidence(Self.ready("good"), Self.ending("bad", message: message)).first?.message
    }
    #expect(words("I1 fine\nE1 netlink receive: no such file\n\n") == "E1 netlink receive: no such file")
    #expect(words("agent:s3cret@vminsert:8480/x " + String(repeating: "y", count: 2000))?.contains("s3cret") == false)
    let cut = String(repeating: "y", count: 30) + "s3cret@vminsert:8480/x " + String(repeating: "z", count: 990)
    #expect(words(cut)?.contains("s3cret") == false)
  }
}
