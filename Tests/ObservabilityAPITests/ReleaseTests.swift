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
