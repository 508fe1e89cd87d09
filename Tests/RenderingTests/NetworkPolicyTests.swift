// SPDX-License-Identifier: Apache-2.0

import JSON
import ObservabilityAPI
import Rendering
import Testing

/// What may speak with the agents.
@Suite struct NetworkPolicyTests {
  private func policy(_ text: String, users: Bool) throws -> JSONValue? {
    let url = try HTTPURL(text)
    return Fixture(
      "policy", { if users { $0.metrics.victoriaMetrics.writeURL = text } },
      facts: {
        $0.metrics = .init(writeURL: url)
        $0.clusterDomain = "cozy.local"
      }
    ).child("NetworkPolicy")?["spec"]
  }

  private func selector(_ namespace: String) -> JSONValue {
    [["namespaceSelector": ["matchLabels": ["kubernetes.io/metadata.name": .string(namespace)]]]]
  }

  @Test("With Push the policy allows no ingress, and egress to DNS and the backend only")
  func pushTakesNothingInAndReachesDNSAndTheBackend() throws {
    let spec = try policy("http://vminsert-shortterm.tenant-root.svc:8480/insert", users: false)
    #expect(spec?["policyTypes"] == ["Ingress", "Egress"])
    #expect(spec?["ingress"] == nil)
    #expect(
      spec?["egress"] == [
        ["ports": [["protocol": "UDP", "port": 53], ["protocol": "TCP", "port": 53]]],
        [
          "to": selector("openshift-dns"),
          "ports": [["protocol": "UDP", "port": 5353], ["protocol": "TCP", "port": 5353]],
        ],
        ["to": selector("tenant-root"), "ports": [["protocol": "TCP", "port": 8480]]],
      ])
  }

  @Test(arguments: [
    ("http://vm.metrics.svc/w", "metrics"), ("http://vm.metrics.svc.cozy.local:9/w", "metrics"),
    ("http://vm/w", "cozy-coroot"), ("http://vm.metrics.SVC/w", "metrics"),
    ("http://vm-0.vm.metrics.svc.Cozy.Local./w", "metrics"), ("http://VM.Metrics.svc.Cozy.Local./w", "metrics"),
  ])
  func aUsersServiceIsLimitedByNamespace(_ url: String, _ namespace: String) throws {
    let rule = try policy(url, users: true)?["egress"]?.array?.last
    #expect(rule == ["to": selector(namespace), "ports": [["protocol": "TCP"]]])
  }

  @Test(arguments: [
    ("https://metrics.example.org/w", 443), ("http://metrics.example.org/w", 80), ("http://192.0.2.1:8428/w", 8428),
    ("https://[2001:db8::1]/w", 443), ("https://vm.metrics:8480/w", 8480),
    ("http://a.b.svc.evil.example.org/w", 80), ("http://vm.metrics.svc.cluster.local:8428/w", 8428),
    ("http://vm.metrics.svc.cluster.local.evil/w", 80),
    ("http://a.svc/w", 80), ("http://10.0.0.1/w", 80),
  ])
  func anExternalBackendIsLimitedByPortAndReachesNothingLinkLocal(_ url: String, _ port: Int64) throws {
    #expect(
      try policy(url, users: true)?["egress"]?.array?.last == [
        "to": [
          ["ipBlock": ["cidr": "0.0.0.0/0", "except": ["169.254.0.0/16"]]],
          ["ipBlock": ["cidr": "::/0", "except": ["fe80::/10"]]],
          ["namespaceSelector": ["matchExpressions": [["key": "kubernetes.io/metadata.name", "operator": "Exists"]]]],
        ],
        "ports": [["protocol": "TCP", "port": .integer(port)]],
      ])
  }

  @Test("What the cluster told of a Service goes before what its URL says")
  func theDestinationGoesBeforeTheURL() throws {
    let url = try HTTPURL("http://vm.cozy-monitoring.svc/w")
    let fixture = Fixture(
      "alias", { $0.metrics.victoriaMetrics.writeURL = "http://vm.cozy-monitoring.svc/w" },
      facts: {
        $0.metrics = .init(
          writeURL: url, destination: .pods(namespace: "tenant-root", port: 8428))
      })
    #expect(
      fixture.child("NetworkPolicy")?["spec"]?["egress"]?.array?.last == [
        "to": selector("tenant-root"), "ports": [["protocol": "TCP", "port": 8428]],
      ])
  }

  @Test func scrapeTakesInTheScraperOnlyAndReachesNothing() {
    let fixture = Fixture("scrape", { $0.metrics.delivery = .scrape }, facts: { $0.scraperNamespace = "agents" })
    let spec = fixture.child("NetworkPolicy")?["spec"]
    #expect(spec?["policyTypes"] == ["Ingress", "Egress"])
    #expect(spec?["egress"] == nil)
    #expect(
      spec?["ingress"] == [
        [
          "from": [
            [
              "namespaceSelector": ["matchLabels": ["kubernetes.io/metadata.name": "agents"]],
              "podSelector": ["matchLabels": ["app.kubernetes.io/name": "vmagent"]],
            ]
          ],
          "ports": [["protocol": "TCP", "port": 10300]],
        ]
      ])
  }
}
