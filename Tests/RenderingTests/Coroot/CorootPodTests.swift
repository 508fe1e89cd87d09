// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI
import Testing

@testable import Rendering

/// The pods of the server and of the cluster-agent: what they may, when they roll, and how they come and go.
@Suite struct CorootPodTests {
  @Test("Both pods are confined, and only the cluster-agent has a token", arguments: CorootMatrix.all)
  func podsAreConfined(_ fixture: CorootFixture) {
    for (pod, hasToken) in [(fixture.pod, false), (fixture.clusterAgentPod, true)] {
      #expect(pod?["automountServiceAccountToken"] == .bool(hasToken) && pod?["enableServiceLinks"] == false)
      #expect(
        pod?["securityContext"] == [
          "runAsNonRoot": true, "runAsUser": 65534, "runAsGroup": 65534, "fsGroup": 65534,
          "fsGroupChangePolicy": "OnRootMismatch", "seccompProfile": ["type": "RuntimeDefault"],
        ])
      for name in ["hostNetwork", "hostPID", "hostIPC", "initContainers"] { #expect(pod?[name] == nil) }
      #expect(pod?["containers"]?.array?.count == 1)
      let container = pod?["containers"]?.array?.first
      #expect(
        container?["securityContext"] == [
          "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": ["drop": ["ALL"]],
        ])
      #expect(container?["terminationMessagePolicy"] == "FallbackToLogsOnError")
      for probe in ["startupProbe", "readinessProbe", "livenessProbe"] {
        #expect(container?[path: probe, "httpGet", "path"] == "/health")
      }
    }
    for suffix in [CorootShape.nameSuffix, ClusterAgentShape.nameSuffix] {
      #expect(fixture.child("ServiceAccount", suffix)?["automountServiceAccountToken"] == false)
    }
  }

  @Test("Go's soft limit is 80 % of the memory limit", arguments: CorootMatrix.all)
  func memoryIsBounded(_ fixture: CorootFixture) throws {
    for container in [fixture.container, fixture.clusterAgentContainer] {
      let limit = try #require(
        container?[path: "resources", "limits", "memory"]?.string.flatMap { Quantity.bytes($0) })
      #expect(CorootFixture.variable("GOMEMLIMIT", of: container) == "\((limit / 10 * 8) >> 20)MiB")
    }
  }

  @Test("Passwords and keys come from the generated Secrets, by reference", arguments: CorootMatrix.all)
  func secretsAreReferences(_ fixture: CorootFixture) {
    func server(_ name: String) -> String? { CorootFixture.variable(name, of: fixture.container) }
    #expect(server("AUTH_BOOTSTRAP_ADMIN_PASSWORD") == "platform-coroot-admin/password")
    #expect(server("COROOT_PROJECT_KEY") == "platform-coroot-keys/project")
    #expect(server("COROOT_GUARD_KEY") == "platform-coroot-keys/guard")
    #expect(server("PG_CONNECTION_STRING") == (fixture.inputs.postgres == nil ? nil : "platform-coroot/postgres"))
    #expect(server("SSL_CERT_FILE") == (fixture.inputs.authorities == nil ? nil : "/etc/coroot/ca.crt"))
    // A reference that is not optional: without the Secret the pod does not start.
    let references = fixture.container?["env"]?.array?.compactMap { $0[path: "valueFrom", "secretKeyRef"] } ?? []
    #expect(references.count >= 3 && references.allSatisfy { $0["optional"] == nil })
  }

  @Test(
    "Every mounted file is a key of the Secret, and the connection string is none of them", arguments: CorootMatrix.all)
  func filesAreMounted(_ fixture: CorootFixture) throws {
    let secret = try #require(fixture.pod?["volumes"]?.array?.first?["secret"])
    #expect(secret["secretName"] == "platform-coroot" && secret["defaultMode"] == 0o440)
    let keys = Set(try #require(fixture.child("Secret")?["data"]?.object).keys)
    let mounted = Set(try #require(secret["items"]?.array).compactMap { $0["key"]?.string })
    #expect(mounted == keys.subtracting(["postgres"]) && mounted.contains("config.yaml"))
    #expect(
      fixture.container?["volumeMounts"] == [
        ["name": "configuration", "mountPath": "/etc/coroot", "readOnly": true],
        ["name": "data", "mountPath": "/data"],
      ])
    #expect(fixture.container?["args"] == ["--config=/etc/coroot/config.yaml"])
  }

  @Test("Claims stay, whatever becomes of servers and object", arguments: CorootMatrix.all)
  func claimsStay(_ fixture: CorootFixture) throws {
    let set = try #require(fixture.child("StatefulSet"))
    #expect(
      set[path: "spec", "persistentVolumeClaimRetentionPolicy"] == ["whenDeleted": "Retain", "whenScaled": "Retain"])
    #expect(set[path: "spec", "podManagementPolicy"] == "Parallel")
    let claim = set[path: "spec", "volumeClaimTemplates"]?.array?.first
    let coroot = fixture.base.object.spec.coroot
    #expect(claim?[path: "spec", "resources", "requests", "storage"]?.string == coroot.storageSize)
    #expect(claim?[path: "spec", "storageClassName"]?.string == coroot.storageClassName)
    #expect(set[path: "metadata", "annotations", CorootShape.storageSizeAnnotation]?.string == coroot.storageSize)
  }

  @Test("A changed configuration, secret or integration rolls the servers, and nothing else does")
  func onlyOwnSettingsRollTheServers() {
    let plain = CorootFixture("plain", .shared) { $0.coroot.replicas = 3 }
    func template(_ change: (inout CorootFixture) -> Void) -> JSONValue? {
      var fixture = plain
      change(&fixture)
      return fixture.template
    }
    #expect(template { $0.base.facts.operatorVersion = "9.9.9" } == plain.template)
    #expect(template { $0.base.object.spec.metrics.interval = "1m" } == plain.template)
    #expect(template { $0.base.object.spec.profiles.enabled = true } == plain.template)
    // The second server starts beside the first and does not roll it.
    #expect(template { $0.inputs.servers = 1 } == plain.template)
    #expect(template { $0.inputs.takesDataWith = "other" } == plain.template)
    #expect(template { $0.inputs.postgres?.password = .test("other") } == plain.template)
    #expect(template { $0.inputs.secretsHash = "other" } != plain.template)
    #expect(template { $0.inputs.startedWith = "other" } != plain.template)
    #expect(template { $0.base.object.spec.coroot.retention.logs = "1d" } != plain.template)
    #expect(template { $0.inputs.authorities = nil } != plain.template)
  }

  @Test("Replicas are spread, a single one is not, and the number of servers is the caller's") func replicasAreSpread()
  {
    let one = CorootFixture("one")
    #expect(one.pod?["affinity"] == nil && one.pod?["topologySpreadConstraints"] == nil)
    var three = CorootFixture("three", .shared) { $0.coroot.replicas = 3 }
    three.inputs.servers = 1
    #expect(three.pod?["affinity"]?["podAntiAffinity"] != nil)
    #expect(three.pod?["topologySpreadConstraints"]?.array?.count == 2)
    #expect(three.child("StatefulSet")?[path: "spec", "replicas"] == 1)
  }

  @Test("Images are pinned, and the object's choices apply") func imagesAreChosen() throws {
    let plain = CorootFixture("plain")
    #expect(plain.container?["image"] == .string(DefaultImages.coroot.description))
    #expect(plain.clusterAgentContainer?["image"] == .string(DefaultImages.clusterAgent.description))
    let tuned = try #require(CorootMatrix.all.first { $0.name == "coroot-tuned" })
    #expect(tuned.container?["image"]?.string?.hasPrefix("registry.internal:5000/mirror/coroot/coroot:") == true)
    #expect(tuned.container?["imagePullPolicy"] == "Always")
    #expect(tuned.clusterAgentContainer?["imagePullPolicy"] == "Never")
    let tagged = CorootFixture("tagged") { $0.images.clusterAgent.tag = "1.9.0" }
    #expect(tagged.clusterAgentContainer?["image"]?.string?.hasSuffix("/coroot-cluster-agent:1.9.0") == true)
    for pod in [tuned.pod, tuned.clusterAgentPod] { #expect(pod?["imagePullSecrets"] == [["name": "registry-login"]]) }
  }
}
