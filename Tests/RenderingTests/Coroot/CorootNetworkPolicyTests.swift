// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI
import Testing

@testable import Rendering

/// Who reaches the server and what it reaches; the same of the cluster-agent, and of agents and gateway with mode `Full`.
@Suite struct CorootNetworkPolicyTests {
  private func pods(_ name: String) -> JSONValue {
    ["podSelector": ["matchLabels": [WellKnownLabel.name: .string(name), WellKnownLabel.instance: "platform"]]]
  }

  private func port(_ number: Int64) -> JSONValue { ["protocol": "TCP", "port": .integer(number)] }

  private func ports(_ policy: JSONValue?) -> [JSONValue] { policy?[path: "spec", "egress"]?.array ?? [] }

  @Test("Only the object's own pods and the operator reach the server, on one port", arguments: [false, true])
  func ownPodsReachTheServer(_ profiles: Bool) {
    let policy = CorootFixture("ingress") { $0.profiles.enabled = profiles }.child("NetworkPolicy")
    let operators: JSONValue = [
      "namespaceSelector": ["matchLabels": [WellKnownLabel.namespaceName: "cozy-observability"]],
      "podSelector": ["matchLabels": [WellKnownLabel.name: "observability-operator"]],
    ]
    let agents = profiles ? [pods("coroot-node-agent")] : []
    let peers = [pods("observability-gateway"), pods("coroot-cluster-agent")] + agents + [pods("coroot-gatekeeper")]
    #expect(
      policy?[path: "spec", "ingress"] == [["from": .array(peers + [operators]), "ports": [port(8080)]]])
    #expect(policy?[path: "spec", "policyTypes"] == ["Ingress", "Egress"])
  }

  @Test("An operator outside the cluster has no rule") func operatorOutside() {
    let rules = CorootFixture("outside", CorootInputs()).child("NetworkPolicy")?[path: "spec", "ingress"]?.array
    #expect(rules?.first?["from"]?.array?.count == 3)
  }

  @Test(
    "The server reaches its backends, DNS and port 443 outside, never a link-local address", arguments: CorootMatrix.all
  )
  func backendsAreReached(_ fixture: CorootFixture) {
    let rules = ports(fixture.child("NetworkPolicy"))
    #expect(rules.first == ["ports": [["protocol": "UDP", "port": 53], ["protocol": "TCP", "port": 53]]])
    #expect(
      rules.last == [
        "to": [
          ["ipBlock": ["cidr": "0.0.0.0/0", "except": ["169.254.0.0/16"]]],
          ["ipBlock": ["cidr": "::/0", "except": ["fe80::/10"]]],
        ], "ports": [port(443)],
      ])
    #expect(rules.dropFirst(1).allSatisfy { $0["to"]?.array?.isEmpty == false })
  }

  @Test("A destination that was resolved wins over the URL's host") func resolvedDestinationsWin() {
    func toTenant(_ number: Int64?) -> JSONValue {
      [
        "to": [["namespaceSelector": ["matchLabels": [WellKnownLabel.namespaceName: "tenant-root"]]]],
        "ports": [number.map { port($0) } ?? ["protocol": "TCP"]],
      ]
    }
    let shared = ports(CorootFixture("resolved", .shared) { $0.coroot.replicas = 3 }.child("NetworkPolicy"))
    #expect(Array(shared.dropFirst(2).dropLast()) == [8481, 8480, 9000, 5432].map { toTenant($0) })
    // By the URLs alone both are the same rule, which stands once.
    let first = ports(CorootFixture("first", CorootInputs()).child("NetworkPolicy"))
    #expect(Array(first.dropFirst(2).dropLast()) == [toTenant(nil)])
  }

  @Test("Nothing reaches the cluster-agent, which reaches the API server, Coroot and the cluster's pods")
  func clusterAgentPolicy() {
    let policy = CorootFixture("agent").child("NetworkPolicy", ClusterAgentShape.nameSuffix)
    #expect(policy?[path: "spec", "policyTypes"] == ["Ingress", "Egress"] && policy?["spec"]?["ingress"] == nil)
    let rules = ports(policy)
    #expect(rules.contains(["ports": [port(443), port(6443)]]))
    #expect(rules.contains(["to": [pods("coroot")], "ports": [port(8080)]]))
    #expect(rules.last?["ports"] == [["protocol": "TCP"]])
    #expect(
      rules.last?[path: "to"]?.array?.allSatisfy { $0["namespaceSelector"] != nil && $0["ipBlock"] == nil } == true)
  }

  @Test("Agents reach the server with profiles alone, and the gateway with mode Full always", arguments: [false, true])
  func agentsReachTheServer(_ profiles: Bool) {
    let fixture = Fixture("agents") { ($0.mode, $0.profiles.enabled) = (.full, profiles) }
    let rules = ports(fixture.child("NetworkPolicy"))
    #expect(rules.contains(["to": [pods("coroot")], "ports": [port(8080)]]) == profiles)
    #expect(rules.contains(["to": [pods("observability-gateway")], "ports": [port(4318)]]))
  }

  @Test("The gateway reaches the server's pods and nothing else") func gatewayReachesTheServer() throws {
    let gateway = GatewayFixture("coroot", GatewayMatrix.coroot) { $0.mode = .full }
    let rules = ports(gateway.child("NetworkPolicy"))
    #expect(Array(rules.dropFirst(2)) == [["to": [pods("coroot")], "ports": [port(8080)]]])
  }
}
