// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Testing

@testable import NodeEligibility

@Suite struct NodeAssignmentTests {
  @Test func theOldestServesANodeAndAYoungerIsToldWhichNodes() {
    let nodes = [Made.node("b", labels: ["pool": "x"]), Made.node("a", labels: ["pool": "x"]), Made.node("c")]
    let assignment = NodeAssignment(
      claims: [Made.claim("young", age: 2), Made.claim("old", age: 1, selector: ["pool": "x"])], nodes: nodes)
    #expect(assignment.overlaps == ["young": .init(object: "old", nodes: ["a", "b"])])
  }

  @Test func disjointPoolsDoNotOverlap() {
    let nodes = [Made.node("a", labels: ["pool": "x"]), Made.node("b", labels: ["pool": "y"])]
    let assignment = NodeAssignment(
      claims: [Made.claim("x", age: 1, selector: ["pool": "x"]), Made.claim("y", age: 2, selector: ["pool": "y"])],
      nodes: nodes)
    #expect(assignment.overlaps.isEmpty)
  }

  @Test func anObjectThatIsStalledStandsInNobodysWay() {
    let nodes = [Made.node("a", labels: ["pool": "x"]), Made.node("b", labels: ["pool": "y"])]
    let assignment = NodeAssignment(
      claims: [
        Made.claim("first", age: 1, selector: ["pool": "x"]), Made.claim("everything", age: 2),
        Made.claim("second", age: 3, selector: ["pool": "y"]),
      ], nodes: nodes)
    #expect(assignment.overlaps.keys.sorted() == ["everything"])
  }

  @Test("Two objects do not meet on a node that no pod of either may go to")
  func aNodeThatNoPodReaches() {
    let labels = ["zone": "a", "disk": "ssd"]
    let claims = [
      Made.claim("zone", age: 1, selector: ["zone": "a"]), Made.claim("disk", age: 2, selector: ["disk": "ssd"]),
    ]
    var virtual = Made.node("virtual", labels: labels)
    virtual.labels = NodeView.Labels(JSONObject(labels.map { ($0.key, .string($0.value)) }))
    let assignment = NodeAssignment(
      claims: claims,
      nodes: [virtual, Made.node("windows", labels: labels.merging(["kubernetes.io/os": "windows"]) { $1 })]
    )
    #expect(assignment.overlaps.isEmpty)
    #expect(assignment.servedBy == ["virtual": "zone", "windows": "zone"], "the oldest names them in its status")
    #expect(
      NodeAssignment(claims: claims, nodes: [Made.node("real", labels: labels)]).overlaps.keys.sorted() == ["disk"])
  }

  @Test func objectsOfTheSameAgeAreTakenByName() {
    let assignment = NodeAssignment(
      claims: [Made.claim("b", age: 1), Made.claim("a", age: 1)], nodes: [Made.node("n")])
    #expect(assignment.overlaps == ["b": .init(object: "a", nodes: ["n"])])
  }

  @Test(
    arguments: [
      ([:], nil, "eligible"),
      (["kubernetes.io/arch": "riscv64"], nil, "UnsupportedArchitecture"),
      (["kubernetes.io/os": "windows"], nil, "UnsupportedOperatingSystem"),
      // The operator's own label follows from the rest and decides nothing.
      ([NodeLabel.label: "ineligible"], nil, "eligible"),
      (["pool": "other"], "mine", "not selected"),
    ] as [([String: String], String?, String)])
  func standing(labels: [String: String], selector: String?, expected: String) {
    let pool = NodePool(nodeSelector: selector.map { ["pool": $0] } ?? [:], tolerations: [])
    let standing =
      switch pool.standing(of: Made.node("n", labels: labels)) {
      case .notSelected: "not selected"
      case .eligible: "eligible"
      case .ineligible(let why): why.reason.name
      }
    #expect(standing == expected)
  }

  @Test(
    arguments: [
      ([], "k", "", "NoSchedule", false),
      ([["operator": "Exists"]], "k", "", "NoSchedule", true),
      ([["key": "k", "operator": "Exists", "effect": "NoExecute"]], "k", "", "NoSchedule", false),
      ([["key": "k", "value": "v"]], "k", "v", "NoSchedule", true),
      ([["key": "k", "value": "v"]], "k", "w", "NoSchedule", false),
      ([["key": "other", "operator": "Exists"]], "k", "", "NoSchedule", false),
      ([], "k", "", "PreferNoSchedule", true),
      ([], "node.kubernetes.io/unschedulable", "", "NoSchedule", true),
    ] as [([JSONObject], String, String, String, Bool)])
  func taints(tolerations: [JSONObject], key: String, value: String, effect: String, selected: Bool) {
    let pool = NodePool(nodeSelector: [:], tolerations: tolerations)
    let node = Made.node("n", taints: [.init(key: key, value: value, effect: effect)])
    #expect((pool.standing(of: node) != .notSelected) == selected)
  }
}
