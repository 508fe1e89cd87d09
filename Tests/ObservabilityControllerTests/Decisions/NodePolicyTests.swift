// SPDX-License-Identifier: Apache-2.0

import DevCluster
import JSON
import Replay
import Testing

@testable import NodeEligibility
@testable import ObservabilityController

/// The admission policy on nodes, by its cases. `.ci/vap-cases.sh` evaluates its own expressions over the same table; here
/// it is held against what it is meant to say.
@Suite struct NodePolicyTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var isAccepted: Bool
    var isBound: Bool
    var old: JSONValue
    var new: JSONValue
    var says: String
  }

  static let user = Identity.serviceAccount(
    namespace: RoleManifests.operatorNamespace, name: RoleManifests.operatorName
  ).user

  /// The cases of the policy on nodes.
  static func cases() throws -> [Case] {
    var cases: [Case] = []
    for entry in try ConformanceFiles.list("vap-cases.yaml") where entry["policy"]?.string ?? "nodes" == "nodes" {
      let verdict = try #require(entry["accepted"], "\(entry)")
      let user = entry["by"]?.string ?? Self.user
      cases.append(
        Case(
          testDescription: try #require(entry["change"]?.string), isAccepted: verdict == true,
          isBound: Self.isBound(user, by: entry["bound"]?.array), old: try #require(entry["old"]),
          new: try #require(entry["new"]),
          says: entry["says"]?.string ?? ""))
    }
    return cases
  }

  private static func isBound(_ user: String, by subjects: [JSONValue]?) -> Bool {
    guard let subjects else { return user == Self.user }
    return subjects.contains { subject in
      let name = subject["name"]?.string ?? ""
      return user == name || user == "system:serviceaccount:\(subject["namespace"]?.string ?? ""):\(name)"
    }
  }

  /// What the policy is meant to refuse: the end of the message, or nil.
  static func refusal(_ entry: Case) -> String? {
    guard entry.isBound else { return nil }
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
    #expect(NodePolicy.policy.validations.count == 6)
    for end in ["change zone", "set it to", "annotations", "finalizers", "ownerReferences", "spec"] {
      #expect(says.contains { $0.contains(end) }, "\(end)")
    }
  }

  @Test("Each policy binds the subjects of the ClusterRoleBinding that it selects, and no account stands in it")
  func theSubjectsOfTheBindingAreBound() throws {
    let roles = try #require(RoleManifests.all.first { $0["kind"] == "ClusterRoleBinding" })
    for (policy, resource, operations) in [
      (NodePolicy.policy, "nodes", ["UPDATE"]), (DaemonSetPolicy.policy, "daemonsets", ["CREATE", "UPDATE"]),
      (WorkloadPolicy.statefulSets, "statefulsets", ["CREATE", "UPDATE"]),
      (WorkloadPolicy.deployments, "deployments", ["CREATE", "UPDATE"]),
      (SecretPolicy.policy, "secrets", ["CREATE", "UPDATE"]),
      (GatekeeperCiliumPolicy.ciliumNetworkPolicies, "ciliumnetworkpolicies", ["CREATE", "UPDATE"]),
      (ClusterRoleBindingPolicy.policy, "clusterrolebindings", ["CREATE", "UPDATE", "DELETE"]),
    ] as [(AdmissionPolicy, JSONValue, JSONValue)] {
      let manifest = try #require(policy.manifests.first { $0["kind"] == "ValidatingAdmissionPolicy" })
      let binding = try #require(policy.manifests.first { $0["kind"] == "ValidatingAdmissionPolicyBinding" })
      #expect(binding[path: "spec", "policyName"] == manifest[path: "metadata", "name"])
      #expect(binding[path: "spec", "validationActions"] == ["Deny"])
      #expect(manifest[path: "spec", "failurePolicy"] == "Fail")
      #expect(
        manifest[path: "spec", "paramKind"]
          == ["apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding"])
      let selector = binding[path: "spec", "paramRef", "selector", "matchLabels"]?.object ?? [:]
      #expect(!selector.isEmpty)
      for (name, value) in selector { #expect(roles[path: "metadata", "labels", name] == value) }
      let rule = manifest[path: "spec", "matchConstraints", "resourceRules"]?.array?.first
      #expect(rule?["resources"] == [resource] && rule?["operations"] == operations)
      #expect(!JSONWriter.text(manifest).contains(RoleManifests.operatorNamespace), "kustomize would not change it")
    }
  }

  /// Expressions must be as others can evaluate them, and messages on one line as the API server demands.
  @Test func theExpressionsArePlain() {
    let texts = [
      NodePolicy.policy, DaemonSetPolicy.policy, WorkloadPolicy.statefulSets, WorkloadPolicy.deployments,
      SecretPolicy.policy, ClusterRoleBindingPolicy.policy, GatekeeperCiliumPolicy.ciliumNetworkPolicies,
    ].flatMap { policy in
      policy.variables.map(\.expression) + policy.validations.flatMap { [$0.expression, $0.message] }
    }
    for text in texts {
      #expect(!text.contains("\n") && text.utf8.count < 1024, "\(text)")
      // An apostrophe in a message ends its literal.
      #expect(text.count { $0 == "'" }.isMultiple(of: 2), "\(text)")
      for word in ["?.", "optional", "cel.bind", ".join(", "authorizer"] { #expect(!text.contains(word), "\(text)") }
    }
  }
}
