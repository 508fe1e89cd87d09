// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI

/// What may reach the agent's pods, and what they may reach.
///
/// Only traffic of the pod's own network namespace counts. The agent asks the cloud's metadata service from the host's
/// namespace and sends pings from those of the observed pods, so neither is listed here. The kubelet's probes come from
/// the pod's own node, whose traffic is always allowed (Kubernetes documentation, Network Policies, two sorts of pod
/// isolation).
///
/// - Ingress: nothing with Push. With Scrape, vmagent on the metrics port; Go's profiler listens there too, without
///   authentication, which is why no other pod may.
/// - Egress: nothing with Scrape. With Push, DNS and the metrics backend.
///
/// Policies add up: for a DNS server on a port other than these, or a backend on a node's own address behind a network plugin
/// that takes no `ipBlock` for nodes (Cilium), add a policy that selects the same pods.
enum NodeAgentNetworkPolicy {
  static func child(_ context: RenderContext) -> Child {
    var spec: JSONObject = [
      "podSelector": ["matchLabels": .object(context.agentSelector)], "policyTypes": ["Ingress", "Egress"],
    ]
    if context.isPush {
      spec["egress"] = .array([dns, openShiftDNS, backend(context)].compactMap { $0.map(JSONValue.object) })
    } else {
      spec["ingress"] = [.object(scraper(context))]
    }
    return context.agentChild(.networkPolicies, ["spec": .object(spec)])
  }

  /// To any address: a node-local cache listens on the host, where no selector of pods finds it.
  private static var dns: JSONObject? {
    ["ports": [["protocol": "UDP", "port": 53], ["protocol": "TCP", "port": 53]]]
  }

  /// A Service counts as its pods and its port as theirs, and the pods of OpenShift's DNS listen on 5353
  /// (https://docs.redhat.com/en/documentation/openshift_container_platform/4.17/html/networking/networking-operators).
  private static var openShiftDNS: JSONObject {
    [
      "to": [["namespaceSelector": inNamespace("openshift-dns")]],
      "ports": [["protocol": "UDP", "port": 5353], ["protocol": "TCP", "port": 5353]],
    ]
  }

  private static func backend(_ context: RenderContext) -> JSONObject? {
    switch context.facts.metrics.destination ?? destination(context) {
    case .pods(let namespace, let port):
      ["to": [["namespaceSelector": inNamespace(namespace)]], "ports": [.object(tcp(port))]]
    case .anywhere(let port): ["to": anywhere, "ports": [.object(tcp(port))]]
    case nil: nil
    }
  }

  /// What the URL alone tells. Where the platform named the Service, its port is that of its pods (8480 of vminsert); a
  /// Service from a user's URL may map it, so there the namespace alone is the limit.
  private static func destination(_ context: RenderContext) -> PlatformFacts.Destination? {
    guard let url = context.facts.metrics.writeURL else { return nil }
    let port = Int64(url.effectivePort)
    guard
      let service = ClusterService(
        host: url.host, from: context.spec.namespace, domain: context.facts.clusterDomain)
    else { return .anywhere(port: port) }
    let isUsersURL = context.spec.metrics.victoriaMetrics.writeURL.map { !$0.isEmpty } ?? false
    return .pods(namespace: service.namespace, port: isUsersURL ? nil : port)
  }

  private static func tcp(_ port: Int64?) -> JSONObject {
    port.map { ["protocol": "TCP", "port": .integer($0)] } ?? ["protocol": "TCP"]
  }

  /// Every address but the link-local ones, where a cloud's metadata service is; and every pod, since to some network plugins
  /// an address of the cluster, such as that of its own load balancer, is no `ipBlock`.
  private static var anywhere: JSONValue {
    [
      ["ipBlock": ["cidr": "0.0.0.0/0", "except": ["169.254.0.0/16"]]],
      ["ipBlock": ["cidr": "::/0", "except": ["fe80::/10"]]],
      [
        "namespaceSelector": [
          "matchExpressions": [["key": .string(WellKnownLabel.namespaceName), "operator": "Exists"]]
        ]
      ],
    ]
  }

  /// The VictoriaMetrics operator labels the pods of every VMAgent so.
  private static func scraper(_ context: RenderContext) -> JSONObject {
    let peer: JSONObject = [
      "namespaceSelector": inNamespace(context.facts.scraperNamespace),
      "podSelector": ["matchLabels": [WellKnownLabel.name: "vmagent"]],
    ]
    return ["from": [.object(peer)], "ports": [["protocol": "TCP", "port": .integer(AgentPort.number)]]]
  }

  private static func inNamespace(_ name: String) -> JSONValue {
    ["matchLabels": [WellKnownLabel.namespaceName: .string(name)]]
  }
}
