// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI
import Testing

@testable import Rendering

/// What mode `Full` changes of the cluster-agent's, the agents' and the gateway's own settings.
@Suite struct FullModeTests {
  @Test("The cluster-agent always has an interval, and sends to ingestion with the project's key")
  func clusterAgentEnvironment() throws {
    let fixture = CorootFixture("agent") { $0.metrics.interval = "30s" }
    func variable(_ name: String) -> String? {
      CorootFixture.variable(name, of: fixture.clusterAgentContainer)
    }
    #expect(variable("COROOT_URL") == "http://platform-coroot-ingest.cozy-coroot.svc:8080")
    #expect(variable("API_KEY") == "platform-coroot-keys/project")
    #expect(variable("METRICS_SCRAPE_INTERVAL") == "30s" && variable("LISTEN") == ":10301")
    #expect(fixture.clusterAgent?[path: "spec", "strategy"] == ["type": "Recreate"])
    #expect(fixture.clusterAgent?[path: "spec", "replicas"] == 1)
    #expect(fixture.clusterAgentPod?["volumes"]?.array?.first?[path: "emptyDir", "sizeLimit"] == "1Gi")
    #expect(fixture.clusterAgentContainer?["volumeMounts"] == [["name": "spool", "mountPath": "/tmp"]])
  }

  @Test("A changed key rolls the cluster-agent, another password of the server does not") func keyRollsTheClusterAgent()
  {
    let plain = CorootFixture("plain")
    func template(_ change: (inout CorootInputs) -> Void) -> JSONValue? {
      var fixture = plain
      change(&fixture.inputs)
      return fixture.clusterAgent?[path: "spec", "template"]
    }
    #expect(template { $0.keysHash = "other" } != template { _ in })
    #expect(template { ($0.secretsHash, $0.startedWith, $0.servers) = ("other", "other", 2) } == template { _ in })
  }

  @Test("The cluster-agent is bound to the one shipped role") func clusterAgentIsBound() {
    let binding = CorootFixture("bound").child("ClusterRoleBinding", ClusterAgentShape.nameSuffix)
    #expect(
      binding?["roleRef"] == [
        "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole",
        "name": "observability-operator-cluster-agent",
      ])
    #expect(
      binding?["subjects"] == [
        ["kind": "ServiceAccount", "name": "platform-cluster-agent", "namespace": "cozy-coroot"]
      ])
  }

  @Test("The cluster-agent's role reads no Secret and changes nothing") func roleReadsNoSecret() {
    #expect(ClusterAgentRule.verbs == ["list", "watch"])
    let resources = ClusterAgentRule.all.flatMap { rule in rule.resources.map { "\($0).\(rule.group)" } }
    #expect(!resources.contains { $0.hasPrefix("secrets") || $0.hasPrefix("configmaps") || $0.contains("*") })
    #expect(Set(resources).count == resources.count)
    for rule in ClusterAgentRule.all {
      #expect(!rule.reason.isEmpty && rule.resources == rule.resources.sorted())
      // A group of Kubernetes' own is always served.
      let isOwn = ["", "apps", "batch"].contains(rule.group) || rule.group.hasSuffix(".k8s.io")
      #expect(isOwn == (rule.servedBy == nil), "\(rule.group)")
    }
  }

  @Test(
    "Agents send traces and logs to the gateway, and profiles to Coroot when they are on", arguments: [false, true])
  func agentsSendEverything(_ profiles: Bool) {
    let fixture = Fixture("agents") {
      ($0.mode, $0.profiles.enabled, $0.traces.sampling) = (.full, profiles, "0.5")
    }
    let environment = fixture.environment
    #expect(environment["TRACES_ENDPOINT"] == "http://platform-gateway.cozy-coroot.svc:4318/v1/traces")
    #expect(environment["LOGS_ENDPOINT"] == "http://platform-gateway.cozy-coroot.svc:4318/v1/logs")
    #expect(environment["TRACES_SAMPLING"] == "0.5" && environment["DISABLE_LOG_PARSING"] == nil)
    #expect(
      environment["PROFILES_ENDPOINT"]
        == (profiles ? "http://platform-coroot-ingest.cozy-coroot.svc:8080/v1/profiles" : nil))
    #expect(
      CorootFixture.variable("API_KEY", of: fixture.agent) == (profiles ? "platform-coroot-keys/project" : nil))
    #expect(
      fixture.preflight?["command"]?.array?.contains("--profiles") == profiles
        || fixture.preflight?["args"]?.array?.contains("--profiles") == profiles)
  }

  @Test("A changed key rolls the agents that send profiles, and no others", arguments: [false, true])
  func keyRollsAgents(_ profiles: Bool) {
    var fixture = Fixture("agents") { ($0.mode, $0.profiles.enabled) = (.full, profiles) }
    let before = fixture.child("DaemonSet")
    fixture.facts.corootKeyHash = "other"
    #expect((fixture.child("DaemonSet") != before) == profiles)
  }

  @Test("The gateway sends protobuf to ingestion, with the key in the file of credentials")
  func gatewaySendsToCoroot() throws {
    let gateway = GatewayFixture("coroot", GatewayMatrix.coroot) { $0.mode = .full }
    let exporters = try #require(gateway.resolved()["exporters"])
    for signal in ["traces", "logs"] {
      let exporter = exporters["otlp_http/\(signal)"]
      #expect(
        exporter?["\(signal)_endpoint"]
          == .string("http://platform-coroot-ingest.cozy-coroot.svc:8080/v1/\(signal)"))
      #expect(exporter?["encoding"] == "proto")
      #expect(exporter?["headers"] == ["X-Api-Key": "0123456789abcdefghijABCDEFGHIJ01"])
    }
    #expect(try !gateway.file("config.yaml").contains("0123456789abcdefghij"))
    #expect(
      GatewayInputs(corootOf: "platform", namespace: "a", key: .test("with\na line feed")) == nil)
  }

  @Test("A sample of mode Full is rendered as a whole without a cluster, each secret by the name of its Secret")
  func samplesAreRenderedOffline() throws {
    let fixture = try CorootFixture(sample: "full-ha.yaml")
    let children = OfflineRenderer.workloads(of: fixture.base.object, facts: fixture.base.facts)
    #expect(Set(children.map(\.id)).count == children.count)
    #expect(
      try fixture.secret("postgres").contains(PercentEncoding.encode("(of Secret postgres-coroot, key password)")))
    let images = ContainerImages.images(of: fixture.base.object, facts: fixture.base.facts)
    #expect(Set(images).isSuperset(of: [DefaultImages.coroot.description, DefaultImages.clusterAgent.description]))
  }
}
