// SPDX-License-Identifier: Apache-2.0

import JSON
import ObservabilityAPI
import Testing
import YAML

/// What is written by hand beside the code must be of the same release.
@Suite struct ReleaseTests {
  @Test func theDeploymentRunsTheImageOfThisRelease() throws {
    let deployment = try YAMLDecoder.document(try Repository.text("config/manager/deployment.yaml"))
    let pod = try #require(deployment[path: "spec", "template", "spec"])
    let container = try #require(pod["containers"]?.array?.first)
    #expect(container["image"]?.string == DefaultImages.operator.description)
    #expect(deployment[path: "spec", "replicas"] == 2)
  }

  @Test("The change log has a section of this release, above those of earlier ones")
  func theChangeLogNamesThisRelease() throws {
    let sections = try Repository.text("CHANGELOG.md").matches(of: /(?m)^## \[([^\]]+)\]/).map { String($0.1) }
    #expect(sections.first { $0 != "Unreleased" } == DefaultImages.release, "\(sections)")
  }

  @Test("The operator's NetworkPolicy selects its pods and opens the port on which it listens to vmagent alone")
  func thePolicyFitsTheDeployment() throws {
    let deployment = try YAMLDecoder.document(try Repository.text("config/manager/deployment.yaml"))
    let policy = try YAMLDecoder.document(try Repository.text("config/manager/network-policy.yaml"))
    #expect(policy[path: "metadata", "namespace"] == deployment[path: "metadata", "namespace"])
    let pod = try #require(deployment[path: "spec", "template"])
    let selected = try #require(policy[path: "spec", "podSelector", "matchLabels"]?.object)
    #expect(!selected.isEmpty)
    for (name, value) in selected { #expect(pod[path: "metadata", "labels", name] == value) }
    // No word of egress: the operator asks the API server and backends at any address.
    #expect(policy[path: "spec", "policyTypes"] == ["Ingress"])
    let rules = try #require(policy[path: "spec", "ingress"]?.array)
    try #require(rules.count == 1)
    let container = try #require(pod[path: "spec", "containers"]?.array?.first)
    let port = try #require(container["ports"]?.array?.first?["containerPort"])
    #expect(rules[0]["ports"] == [["port": port, "protocol": "TCP"]])
    #expect(container["args"]?.array?.contains(.string("--listen=0.0.0.0:\(port.integer ?? 0)")) == true)
    for peer in try #require(rules[0]["from"]?.array) {
      // Any of them alone would let in pods of tenants, who name their pods as they like.
      #expect(peer["namespaceSelector"] != nil && peer["podSelector"] != nil)
    }
    let installed = try YAMLDecoder.document(try Repository.text("config/manager/kustomization.yaml"))
    #expect(installed["resources"]?.array?.contains("network-policy.yaml") == true)
  }

  /// The rules of the `restricted` level (kubernetes.io/docs/concepts/security/pod-security-standards), which the
  /// operator's namespace enforces.
  @Test func theDeploymentFitsTheStrictestLevelOfPodSecurity() throws {
    let deployment = try YAMLDecoder.document(try Repository.text("config/manager/deployment.yaml"))
    let pod = try #require(deployment[path: "spec", "template", "spec"])
    #expect(pod[path: "securityContext", "runAsNonRoot"] == true)
    #expect(pod[path: "securityContext", "seccompProfile", "type"] == "RuntimeDefault")
    for member in ["hostPID", "hostNetwork", "hostIPC", "volumes"] { #expect(pod[member] == nil) }
    for container in try #require(pod["containers"]?.array) {
      let security = try #require(container["securityContext"])
      #expect(security["allowPrivilegeEscalation"] == false)
      #expect(security[path: "capabilities", "drop"] == ["ALL"])
      #expect(security[path: "capabilities", "add"] == nil)
      #expect(security["privileged"] == nil)
      #expect(security["readOnlyRootFilesystem"] == true)
      #expect(container[path: "resources", "limits", "memory"] != nil)
    }
  }
}
