// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI
import Rendering
import Testing

/// The gateway's pod: what it may, when it rolls, and how it comes and goes.
@Suite struct GatewayPodTests {
  @Test("The pod is confined and has no token", arguments: GatewayMatrix.all)
  func thePodIsConfined(_ fixture: GatewayFixture) {
    let pod = fixture.pod
    #expect(pod?["automountServiceAccountToken"] == false && pod?["enableServiceLinks"] == false)
    #expect(fixture.child("ServiceAccount")?["automountServiceAccountToken"] == false)
    #expect(
      pod?["securityContext"] == [
        "runAsNonRoot": true, "runAsUser": 65534, "runAsGroup": 65534, "fsGroup": 65534,
        "fsGroupChangePolicy": "OnRootMismatch", "seccompProfile": ["type": "RuntimeDefault"],
      ])
    #expect(
      fixture.container?["securityContext"] == [
        "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": ["drop": ["ALL"]],
      ])
    for name in ["hostNetwork", "hostPID", "hostIPC"] { #expect(pod?[name] == nil) }
    #expect(pod?["containers"]?.array?.count == 1 && pod?["initContainers"] == nil)
  }

  @Test("Go's soft limit is 80 % of the memory limit") func memoryIsBounded() throws {
    let container = try #require(GatewayFixture("memory", GatewayMatrix.victoria).container)
    let limit = try #require(container[path: "resources", "limits", "memory"]?.string.flatMap { Quantity.bytes($0) })
    #expect(container["env"] == [["name": "GOMEMLIMIT", "value": .string("\((limit * 8 / 10) >> 20)MiB")]])
    #expect(container[path: "resources", "limits", "cpu"] != nil)
  }

  @Test("Probes ask the health check, and the first start may take ten minutes") func probesAskTheHealthCheck() throws {
    let container = try #require(GatewayFixture("probes", GatewayMatrix.victoria).container)
    for name in ["startupProbe", "readinessProbe", "livenessProbe"] {
      #expect(container[name]?["httpGet"] == ["path": "/", "port": "health"])
    }
    let startup = container["startupProbe"]
    #expect((startup?["periodSeconds"]?.integer ?? 0) * (startup?["failureThreshold"]?.integer ?? 0) == 600)
    #expect(container["ports"]?.array?.contains(["name": "health", "containerPort": 13133, "protocol": "TCP"]) == true)
  }

  @Test("The pod stops after Services have forgotten it") func thePodDrains() throws {
    let pod = try #require(GatewayFixture("drain", GatewayMatrix.victoria).pod)
    let wait = pod["containers"]?.array?.first?[path: "lifecycle", "preStop", "sleep", "seconds"]?.integer
    let grace = pod["terminationGracePeriodSeconds"]?.integer
    // Beyond the wait there is time for a request that is under way, which has 30 s.
    #expect(wait == 10 && (grace ?? 0) >= 10 + 30)
  }

  @Test("Replicas are spread, a single one is not") func replicasAreSpread() {
    func pod(_ replicas: Int64) -> JSONValue? {
      GatewayFixture("spread", GatewayMatrix.victoria) { $0.gateway.replicas = replicas }.pod
    }
    #expect(pod(1)?["affinity"] == nil && pod(1)?["topologySpreadConstraints"] == nil)
    #expect(pod(3)?["affinity"]?["podAntiAffinity"] != nil)
    #expect(
      pod(3)?["topologySpreadConstraints"]?.array?.compactMap { $0["topologyKey"]?.string }
        == ["kubernetes.io/hostname", "topology.kubernetes.io/zone"])
  }

  @Test("Every file that is named exists, and every mount has its volume", arguments: GatewayMatrix.all)
  func filesAreMounted(_ fixture: GatewayFixture) throws {
    let mounts = fixture.container?["volumeMounts"]?.array ?? []
    #expect(
      mounts == [
        ["name": "configuration", "mountPath": "/etc/observability-gateway", "readOnly": true],
        ["name": "queue", "mountPath": "/var/lib/observability-gateway"],
      ])
    let secret = fixture.pod?["volumes"]?.array?.first?["secret"]
    #expect(secret?["secretName"] == "platform-gateway" && secret?["defaultMode"] == 0o440)
    let keys = secret?["items"]?.array?.compactMap { $0["key"]?.string } ?? []
    #expect(fixture.child("Secret")?["data"]?.object.map { Array($0.keys) } == keys)
    let named = (fixture.container?["args"]?.array ?? []).compactMap { $0.string?.split(separator: "=").last }
    let authorities = (try fixture.resolved()["exporters"]?.object ?? [:])
      .compactMap { $0.value[path: "tls", "ca_file"]?.string?[...] }
    for path in named + authorities {
      #expect(path.hasPrefix("/etc/observability-gateway/"))
      #expect(keys.contains(String(path.split(separator: "/").last ?? "")), "\(path)")
    }
    #expect(named.count == 2 && authorities.count == keys.count - 2)
    let folder = try fixture.resolved()[path: "extensions", "file_storage/queue", "directory"]?.string
    #expect(folder?.hasPrefix("/var/lib/observability-gateway/") == true)
  }

  @Test("A changed configuration or secret rolls the pods, and nothing else does")
  func onlyOwnSettingsRollThePods() {
    let plain = GatewayFixture("plain", GatewayMatrix.inClickHouse(.clickHouse))
    func template(_ change: (inout GatewayFixture) -> Void) -> JSONValue? {
      var fixture = plain
      change(&fixture)
      return fixture.template
    }
    #expect(template { $0.base.facts.operatorVersion = "9.9.9" } == plain.template)
    #expect(template { $0.base.object.spec.nodeAgent.spoolSize = "1Gi" } == plain.template)
    #expect(template { $0.base.object.spec.metrics.interval = "1m" } == plain.template)
    #expect(template { $0.inputs.secretsHash = "other" } != plain.template)
    #expect(template { $0.base.object.spec.metrics.labels = ["a": "b"] } != plain.template)
    #expect(template { $0.inputs.logs = nil } != plain.template)
    // The caller's hash tells of secrets, so a changed password alone changes no other byte of the template.
    #expect(template { $0.inputs = GatewayMatrix.inClickHouse(.clickHouse, password: "other") } == plain.template)
  }

  @Test("The image is pinned, and the object's choices apply") func theImageIsChosen() throws {
    let plain = GatewayFixture("image", GatewayMatrix.victoria)
    #expect(plain.container?["image"] == .string(DefaultImages.gateway.description))
    let own = GatewayFixture("image", GatewayMatrix.victoria) { $0.images.gateway.tag = "0.160.0" }
    #expect(own.container?["image"]?.string?.hasSuffix("/opentelemetry-collector-contrib:0.160.0") == true)
    let mirror = try #require(GatewayMatrix.all.first { $0.name == "gateway-otlp-headers" })
    #expect(mirror.container?["image"]?.string?.hasPrefix("registry.internal:5000/mirror/") == true)
    #expect(mirror.container?["imagePullPolicy"] == "Always")
    #expect(mirror.pod?["imagePullSecrets"] == [["name": "registry-login"]])
  }

  @Test("Nothing is rendered that the API server leaves out", arguments: GatewayMatrix.all)
  func nothingIsRenderedThatTheServerLeavesOut(_ fixture: GatewayFixture) {
    func empty(_ value: JSONValue, at path: String) -> [String] {
      switch value {
      case .null: [path]
      case .string(let text): text.isEmpty ? [path] : []
      case .array(let elements): elements.isEmpty ? [path] : elements.flatMap { empty($0, at: path + "[]") }
      case .object(let members):
        members.isEmpty ? [path] : members.flatMap { empty($0.value, at: "\(path).\($0.key)") }
      default: []
      }
    }
    for child in fixture.children { #expect(empty(.object(child.manifest.content), at: child.kind) == []) }
  }
}
