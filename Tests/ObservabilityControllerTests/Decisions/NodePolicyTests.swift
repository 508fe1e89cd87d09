// SPDX-License-Identifier: Apache-2.0

import JSON
import Replay
import Testing

@testable import ObservabilityController

/// The admission policy on nodes, by its cases. `.ci/vap-cases.sh` evaluates its own expressions over the same table; here
/// it is held against what it is meant to say.
@Suite struct NodePolicyTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var isAccepted: Bool
    var user: String
    var old: JSONValue
    var new: JSONValue
    var says: String
  }

  static func cases() throws -> [Case] {
    var cases: [Case] = []
    for entry in try ConformanceFiles.list("vap-cases.yaml") {
      let verdict = try #require(entry["accepted"], "\(entry)")
      cases.append(
        Case(
          testDescription: try #require(entry["change"]?.string), isAccepted: verdict == true,
          user: entry["by"]?.string ?? NodePolicy.user, old: try #require(entry["old"]),
          new: try #require(entry["new"]),
          says: entry["says"]?.string ?? ""))
    }
    return cases
  }

  /// What the policy is meant to refuse: the end of the message, or nil.
  static func refusal(_ entry: Case) -> String? {
    guard entry.user == NodePolicy.user else { return nil }
    func labels(_ node: JSONValue) -> JSONObject { node[path: "metadata", "labels"]?.object ?? [:] }
    let (old, new) = (labels(entry.old), labels(entry.new))
    for name in Array(new.keys) + Array(old.keys) where name != NodeLabel.label && new[name] != old[name] {
      return "it tried to change \(name)"
    }
    if let value = new[NodeLabel.label]?.string, value != NodeLabel.value {
      return "it tried to set it to \"\(value)\""
    }
    for path in [["metadata", "annotations"], ["metadata", "finalizers"], ["metadata", "ownerReferences"], ["spec"]] {
      func member(_ node: JSONValue) -> JSONValue? {
        let value = path.reduce(Optional(node)) { $0?[$1] }
        return value?.object?.isEmpty == true || value?.array?.isEmpty == true ? nil : value
      }
      if member(entry.old) != member(entry.new) { return "it tried to change \(path.joined(separator: "."))" }
    }
    return nil
  }

  @Test func everyCaseIsAsThePolicyMeans() throws {
    let cases = try Self.cases()
    #expect(cases.count >= 25)
    for entry in cases {
      let refusal = Self.refusal(entry)
      #expect((refusal == nil) == entry.isAccepted, "\(entry.testDescription)")
      if let refusal { #expect(entry.says == refusal, "\(entry.testDescription)") }
    }
  }

  @Test func everyValidationHasACaseThatItRefuses() throws {
    let says = try Self.cases().map(\.says)
    #expect(NodePolicy.validations.count == 6)
    for end in ["change zone", "set it to", "annotations", "finalizers", "ownerReferences", "spec"] {
      #expect(says.contains { $0.contains(end) }, "\(end)")
    }
  }

  /// The patches that the operator sends are let through; that it is bound at all follows from its name.
  @Test func theOperatorIsBoundByItsName() throws {
    let manifests = NodePolicy.manifests
    let policy = try #require(manifests.first { $0["kind"] == "ValidatingAdmissionPolicy" })
    let binding = try #require(manifests.first { $0["kind"] == "ValidatingAdmissionPolicyBinding" })
    #expect(binding[path: "spec", "policyName"] == policy[path: "metadata", "name"])
    #expect(binding[path: "spec", "validationActions"] == ["Deny"])
    #expect(policy[path: "spec", "failurePolicy"] == "Fail")
    let condition = policy[path: "spec", "matchConditions"]?.array?.first?["expression"]?.string
    #expect(condition?.contains("'system:serviceaccount:cozy-observability:observability-operator'") == true)
    let rule = policy[path: "spec", "matchConstraints", "resourceRules"]?.array?.first
    #expect(rule?["resources"] == ["nodes"] && rule?["operations"] == ["UPDATE"])
  }

  /// Expressions must be as others can evaluate them, and messages on one line as the API server demands.
  @Test func theExpressionsArePlain() {
    let texts = NodePolicy.variables.map(\.expression) + NodePolicy.validations.flatMap { [$0.expression, $0.message] }
    for text in texts {
      #expect(!text.contains("\n") && text.utf8.count < 1024)
      for word in ["?.", "optional", "cel.bind", ".join(", "authorizer"] { #expect(!text.contains(word), "\(text)") }
    }
  }
}
