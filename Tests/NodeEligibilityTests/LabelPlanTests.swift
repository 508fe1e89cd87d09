// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import ObservabilityAPI
import Testing

@testable import NodeEligibility

/// What the label of a node is to be.
@Suite struct LabelPlanTests {
  static let verdict = Made.verdict(.kernelLockedDown)
  static let selector = ["pool": "x"]

  static func node(_ pool: String = "x", kernel: String = "6.8.0") -> NodeView {
    var node = Made.node("n", labels: ["pool": pool])
    node.kernel = kernel
    return node
  }

  struct Example: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var node = LabelPlanTests.node()
    /// By age.
    var claims = [Made.claim("a", age: 1, selector: LabelPlanTests.selector)]
    var findings: [String: LabelPlan.Findings] = ["a": .init(verdicts: [:], recorded: [])]
    var isComplete = true
    var wish: NodeLabel.Wish
  }

  static func found(recorded: Set<String>) -> (NodeAssignment.Claim, LabelPlan.Findings) {
    var claim = Made.claim("a", age: 1, selector: selector)
    claim.pool.verdicts = ["n": verdict]
    return (claim, .init(verdicts: ["n": verdict], recorded: recorded))
  }

  static let examples: [Example] = [
    Example(testDescription: "fine", wish: .bare),
    Example(testDescription: "fine, but its record is not read", findings: [:], wish: .undecided),
    Example(testDescription: "old kernel", node: node(kernel: "4.18.0"), wish: .labelled),
    Example(
      testDescription: "old kernel, record not read", node: node(kernel: "4.18.0"), findings: [:], wish: .labelled),
    Example(
      testDescription: "verdict, written down", claims: [found(recorded: ["n"]).0],
      findings: ["a": found(recorded: ["n"]).1], wish: .labelled),
    Example(
      testDescription: "verdict, not written down", claims: [found(recorded: []).0],
      findings: ["a": found(recorded: []).1], wish: .undecided),
    Example(testDescription: "asked for by nobody", node: node("y"), wish: .bare),
    Example(testDescription: "no objects", claims: [], findings: [:], wish: .bare),
    Example(
      testDescription: "asked for by nobody that can be read", node: node("y"), isComplete: false, wish: .undecided),
    Example(
      testDescription: "asked for by one that has to give way", node: node("y"),
      claims: [
        Made.claim("a", age: 1, selector: selector), Made.claim("b", age: 2),
      ], wish: .undecided),
  ]

  @Test(arguments: examples)
  func theWish(_ example: Example) {
    let nodes = [example.node, Made.node("other", labels: ["pool": "x"])]
    let plan = LabelPlan(
      nodes: nodes, claims: example.claims, assignment: NodeAssignment(claims: example.claims, nodes: nodes),
      findings: example.findings, isComplete: example.isComplete)
    #expect(plan.wish(for: "n") == example.wish)
    #expect(plan.wish(for: "unheard of") == .undecided)
  }

  @Test(
    arguments: [
      ("ineligible", .labelled, true), ("maybe", .labelled, false), (nil, .labelled, false), (nil, .bare, true),
      ("ineligible", .bare, false), ("maybe", .bare, false), ("maybe", .undecided, true), (nil, .undecided, true),
    ] as [(String?, NodeLabel.Wish, Bool)])
  func whatSuits(label: String?, wish: NodeLabel.Wish, suits: Bool) {
    #expect(NodeLabel.suits(label, wish) == suits)
  }

  @Test func thePatchTouchesNothingElseAndNobodyElse() {
    #expect(
      NodeLabel.patch(.labelled, uid: "u")
        == .merge(["metadata": ["uid": "u", "labels": ["observability.cozystack.io/node-agent": "ineligible"]]]))
    #expect(
      NodeLabel.patch(.bare, uid: "u")
        == .merge(["metadata": ["uid": "u", "labels": ["observability.cozystack.io/node-agent": .null]]]))
    #expect(NodeLabel.patch(.undecided, uid: "u") == nil)
  }
}
