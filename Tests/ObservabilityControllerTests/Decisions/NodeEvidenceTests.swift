// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Testing

@testable import ObservabilityController

/// What the agents' pods tell of their nodes.
@Suite struct NodeEvidenceTests {
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

  static func verdict(
    _ verdict: PreflightReport.Verdict, _ reason: String
  ) -> PreflightReport { PreflightReport(verdict: verdict, reason: reason, message: "found so") }

  @Test func preflightsWordCounts() {
    let evidence = NodeEvidence.all(in: [Self.preflight("a", Self.verdict(.ineligible, "KernelLockedDown"))])
    #expect(evidence == [NodeEvidence(node: "a", reason: .kernelLockedDown, message: "found so")])
  }

  @Test(arguments: [
    preflight("a", verdict(.failed, "KernelLockedDown")), preflight("a", verdict(.ineligible, "Unheard")),
    preflight("a", verdict(.ineligible, "KernelTooOld")),
    preflight("a", verdict(.ineligible, "KernelLockedDown"), isOver: true),
    preflight("", verdict(.ineligible, "KernelLockedDown")),
  ])
  func noOtherWordDoes(_ pod: AgentPod) {
    #expect(NodeEvidence.all(in: [pod]).isEmpty)
  }

  @Test(
    arguments: [
      (ending("bad"), true), (ending("bad", restarts: 4), false),
      (ending("bad", code: 137, reason: "OOMKilled"), false),
      (ending("bad", code: 1, reason: "OOMKilled"), false), (ending("bad", code: 255), false),
      (ending("bad", code: 2), false), (ending("bad", after: "00:02:59"), false),
      (ending("bad", after: "00:03:00"), true), (ending("bad", running: true), false),
      (ending("bad", revision: "r2"), false),
    ])
  func theAgentsEndCountsIfItIsItsWordAndOfTheNodeAlone(_ pod: AgentPod, counts: Bool) {
    let evidence = NodeEvidence.all(in: [Self.ready("good"), pod])
    #expect(evidence.map(\.node) == (counts ? ["bad"] : []))
    #expect(evidence.allSatisfy { $0.reason == .agentExits })
  }

  @Test(arguments: [(0, 1, false), (1, 1, true), (1, 2, false), (3, 2, true), (2, 3, false), (0, 100, false)])
  func whatEndsEverywhereIsNotTheNodesFault(ready: Int, ending: Int, counts: Bool) {
    let pods = (0..<ready).map { Self.ready("good-\($0)") } + (0..<ending).map { Self.ending("bad-\($0)") }
    #expect(NodeEvidence.all(in: pods).count == (counts ? ending : 0))
  }

  @Test func itsLastWordsAreTheLastLineWithoutPasswords() {
    func words(_ message: String) -> String? {
      NodeEvidence.all(in: [Self.ready("good"), Self.ending("bad", message: message)]).first?.message
    }
    #expect(
      words("I1 fine\nE1 netlink receive: no such file or directory\n\n")
        == "E1 netlink receive: no such file or directory")
    #expect(
      words("F1 cannot reach http://agent:s3cret@vminsert:8480/insert")
        == "F1 cannot reach http://***@vminsert:8480/insert")
    #expect(words("agent:s3cret@vminsert:8480/x " + String(repeating: "y", count: 2000))?.contains("s3cret") == false)
    let cut = String(repeating: "y", count: 30) + "s3cret@vminsert:8480/x " + String(repeating: "z", count: 990)
    #expect(words(cut)?.contains("s3cret") == false)
    #expect(words("") == "")
  }
}
