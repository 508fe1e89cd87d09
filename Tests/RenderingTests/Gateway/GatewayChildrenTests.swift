// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI
import Rendering
import Testing

/// The gateway's children beside the pod: which there are, how they are named, and who may speak with whom.
@Suite struct GatewayChildrenTests {
  @Test("Children are applied in order, and only those that are of use")
  func childrenAreInOrder() throws {
    func kinds(_ change: @escaping (inout ObservabilitySpec) -> Void) -> [String] {
      GatewayFixture("kinds", GatewayMatrix.victoria, change).children.map(\.kind)
    }
    let few = ["ServiceAccount", "Secret", "NetworkPolicy", "Service", "Service", "StatefulSet"]
    #expect(kinds { _ in } == few + ["VMPodScrape"])
    #expect(kinds { $0.metrics.victoriaMetrics.tenant = nil } == few)
    #expect(
      kinds { ($0.metrics.victoriaMetrics.tenant, $0.metrics.delivery) = (nil, .scrape) } == few + ["VMPodScrape"])
    #expect(
      kinds { $0.gateway.replicas = 2 }
        == [
          "ServiceAccount", "Secret", "NetworkPolicy", "PodDisruptionBudget", "Service", "Service", "StatefulSet",
          "VMPodScrape",
        ])
    #expect(GatewayFixture("none", GatewayInputs()).children.isEmpty)
  }

  @Test("Every child has the gateway's name, the object's label and its owner", arguments: GatewayMatrix.all)
  func everyChildIsOwnedAndLabelled(_ fixture: GatewayFixture) {
    for child in fixture.children {
      #expect(
        ["platform-gateway", "platform-gateway-replicas"].contains(child.name) && child.namespace == "cozy-coroot")
      #expect(child.id == ChildID(child.manifest) && child.manifest.apiVersion == child.type.apiVersion)
      #expect(child.manifest.labels["observability.cozystack.io/object"] == "platform")
      #expect(child.manifest.labels["app.kubernetes.io/component"] == "gateway")
      #expect(child.manifest.ownerReferences.first?["uid"]?.string == Fixture.uid)
    }
  }

  @Test("What is immutable or holds data is the same for every object", arguments: GatewayMatrix.all)
  func namesNeverChange(_ fixture: GatewayFixture) {
    let selector: JSONValue = [
      "app.kubernetes.io/name": "observability-gateway", "app.kubernetes.io/instance": "platform",
    ]
    let set = fixture.child("StatefulSet")?["spec"]
    #expect(set?[path: "selector", "matchLabels"] == selector)
    #expect(set?["serviceName"] == "platform-gateway-replicas" && set?["podManagementPolicy"] == "Parallel")
    #expect(set?["volumeClaimTemplates"]?.array?.compactMap { $0[path: "metadata", "name"]?.string } == ["queue"])
    #expect(
      set?["persistentVolumeClaimRetentionPolicy"] == ["whenDeleted": "Retain", "whenScaled": "Retain"])
    #expect(fixture.child("Service")?[path: "spec", "selector"] == selector)
    #expect(fixture.child("NetworkPolicy")?[path: "spec", "podSelector", "matchLabels"] == selector)
    let labels = fixture.template?[path: "metadata", "labels"]
    for (key, value) in selector.object ?? [:] { #expect(labels?[key] == value) }
    #expect(GatewayShape.claim(of: "platform", replica: 2) == "queue-platform-gateway-2")
  }

  @Test("Each replica has a name, by which the operator asks it, ready or not")
  func replicasAreNamed() {
    let services = GatewayFixture("replicas", GatewayMatrix.victoria).children.filter { $0.kind == "Service" }
    let replicas = services.first { $0.name == "platform-gateway-replicas" }?.manifest["spec"]
    #expect(replicas?["clusterIP"] == "None" && replicas?["publishNotReadyAddresses"] == true)
    #expect(replicas?["ports"]?.array?.map { $0["port"] } == [8888])
    #expect(services.first { $0.name == "platform-gateway" }?.manifest[path: "spec", "clusterIP"] == nil)
  }

  @Test("The claims keep the queue's size that they were made for")
  func theQueueIsNoted() {
    let fixture = GatewayFixture("queue", GatewayMatrix.victoria) { $0.gateway.queueSize = "4Gi" }
    #expect(fixture.child("StatefulSet")?[path: "metadata", "annotations", GatewayShape.queueSizeAnnotation] == "4Gi")
  }

  @Test("The gateway's pods are not the agent's") func selectorsDoNotOverlap() {
    let agent = Fixture("agent").child("DaemonSet")?[path: "spec", "selector", "matchLabels"]
    let gateway = GatewayFixture("gateway", GatewayMatrix.victoria).child("StatefulSet")?[
      path: "spec", "selector", "matchLabels"]
    #expect(agent != gateway && agent?["app.kubernetes.io/name"] != gateway?["app.kubernetes.io/name"])
  }

  @Test("The claim does not depend on which signals are on, and has the class that was asked for")
  func theClaimIsTheSame() throws {
    func claim(_ inputs: GatewayInputs, _ change: (inout ObservabilitySpec) -> Void = { _ in }) -> JSONValue? {
      GatewayFixture("claim", inputs, change).child("StatefulSet")?[path: "spec", "volumeClaimTemplates"]?.array?
        .first?["spec"]
    }
    var logs = GatewayMatrix.victoria
    logs.traces = nil
    #expect(claim(logs) == claim(GatewayMatrix.victoria))
    #expect(claim(logs)?[path: "resources", "requests", "storage"] == "5632Mi")
    #expect(claim(logs)?["storageClassName"] == nil)
    #expect(claim(logs) { $0.gateway.queueStorageClassName = "replicated" }?["storageClassName"] == "replicated")
    #expect(claim(logs)?["accessModes"] == ["ReadWriteOnce"])
  }

  @Test("Agents may send, vmagent and the operator may look, and nobody else comes in")
  func ingressIsLimited() throws {
    func ingress(_ inputs: GatewayInputs) -> [JSONValue] {
      GatewayFixture("policy", inputs).child("NetworkPolicy")?[path: "spec", "ingress"]?.array ?? []
    }
    let agents = Fixture("agent").child("DaemonSet")?[path: "spec", "selector"] ?? .null
    let rules = ingress(GatewayMatrix.victoria)
    #expect(rules.first == ["from": [["podSelector": agents]], "ports": [["protocol": "TCP", "port": 4318]]])
    #expect(rules.dropFirst().first?["ports"] == [["protocol": "TCP", "port": 8888]])
    #expect(
      rules.last == [
        "from": [
          [
            "namespaceSelector": ["matchLabels": ["kubernetes.io/metadata.name": "cozy-observability"]],
            "podSelector": ["matchLabels": ["app.kubernetes.io/name": "observability-operator"]],
          ]
        ],
        "ports": [["protocol": "TCP", "port": 8888], ["protocol": "TCP", "port": 13133]],
      ])
    var outside = GatewayMatrix.victoria
    outside.operatorNamespace = nil
    #expect(ingress(outside).count == 2 && rules.count == 3)
  }

  @Test("The pods reach DNS and their destinations, each once")
  func egressIsLimited() throws {
    func egress(_ inputs: GatewayInputs) -> [JSONValue] {
      GatewayFixture("policy", inputs).child("NetworkPolicy")?[path: "spec", "egress"]?.array ?? []
    }
    let namespace: JSONValue = ["namespaceSelector": ["matchLabels": ["kubernetes.io/metadata.name": "tenant-root"]]]
    #expect(egress(GatewayMatrix.inClickHouse(.clickHouse)).count == 3)
    #expect(
      egress(GatewayMatrix.victoria).suffix(2) == [
        ["to": [namespace], "ports": [["protocol": "TCP", "port": 10481]]],
        ["to": [namespace], "ports": [["protocol": "TCP", "port": 9481]]],
      ])
    let ports = egress(GatewayMatrix.otlp).suffix(2).map { $0["ports"] }
    #expect(ports == [[["protocol": "TCP", "port": 443]], [["protocol": "TCP", "port": 4318]]])
    // A Service that nobody resolved may map its port, so its namespace alone is the limit.
    let unresolved = GatewayInputs(logs: .init(.otlp(GatewayInputs.url("http://collector.other.svc:80"))))
    #expect(egress(unresolved).last?["ports"] == [["protocol": "TCP"]])
  }

  @Test("The Service leads agents to the port of OTLP")
  func theServiceServesAgents() {
    let spec = GatewayFixture("service", GatewayMatrix.victoria).child("Service")?["spec"]
    #expect(spec?["ports"] == [["name": "otlp-http", "protocol": "TCP", "port": 4318, "targetPort": "otlp-http"]])
    #expect(
      GatewayShape.endpoint(of: "platform", namespace: "cozy-coroot", signal: .traces)
        == "http://platform-gateway.cozy-coroot.svc:4318/v1/traces")
  }

  @Test("Exporters are named by storage type and signal, which names the file of their queue")
  func exportersAreNamed() {
    #expect(
      GatewayShape.exporters(of: GatewayMatrix.victoria) == [.traces: "otlp_http/traces", .logs: "otlp_http/logs"])
    #expect(
      GatewayShape.exporters(of: GatewayMatrix.inClickHouse(.clickHouse))
        == [.traces: "clickhouse/traces", .logs: "clickhouse/logs"])
  }
}
