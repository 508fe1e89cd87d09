// SPDX-License-Identifier: Apache-2.0

import JSON
import ObservabilityAPI

/// What may reach the agent's pods, and what they may reach.
///
/// Only traffic of the pod's own network namespace counts. The agent asks the cloud's metadata service from the host's
/// namespace and sends pings from those of the observed pods, so neither is listed here. The kubelet's probes come from
/// the pod's own node, whose traffic is always allowed (Kubernetes documentation, Network Policies, two sorts of pod
/// isolation).
///
/// - Ingress: nothing with Push. With Scrape, vmagent on the metrics port; Go's profiler listens there too, without
///   authentication, which is why nobody else may.
/// - Egress: nothing with Scrape. With Push, DNS and the metrics backend.
///
/// Policies add up: who needs more, for a DNS server on another port or an alias of a Service in another namespace,
/// adds a policy that selects the same pods.
enum NodeAgentNetworkPolicy {
  static func child(_ context: RenderContext) -> Child {
    var spec: JSONObject = [
      "podSelector": ["matchLabels": .object(context.agentSelector)], "policyTypes": ["Ingress", "Egress"],
    ]
    if context.isPush {
      spec["egress"] = .array([dns, backend(context)].compactMap { $0.map(JSONValue.object) })
    } else {
      spec["ingress"] = [.object(scraper(context))]
    }
    return context.agentChild(.networkPolicy, ["spec": .object(spec)])
  }

  /// To any address: a node-local cache listens on the host, where no selector of pods finds it.
  private static var dns: JSONObject? {
    ["ports": [["protocol": "UDP", "port": 53], ["protocol": "TCP", "port": 53]]]
  }

  /// A Service counts as its pods, and its port as theirs. Where the platform named the Service, the two ports are the
  /// same (8480 of vminsert); a Service from a user's URL may map them, so there the namespace alone is the limit.
  private static func backend(_ context: RenderContext) -> JSONObject? {
    guard let url = context.facts.metrics.writeURL else { return nil }
    let port: JSONObject = ["protocol": "TCP", "port": .integer(Int64(url.effectivePort))]
    let service = ClusterService(
      host: url.host, from: context.spec.namespace, domain: context.facts.clusterDomain)
    guard let namespace = service?.namespace else { return ["ports": [.object(port)]] }
    let isUsersURL = context.spec.metrics.victoriaMetrics.writeURL.map { !$0.isEmpty } ?? false
    return [
      "to": [.object(["namespaceSelector": inNamespace(namespace)])],
      "ports": [isUsersURL ? ["protocol": "TCP"] : .object(port)],
    ]
  }

  /// The VictoriaMetrics operator labels the pods of every VMAgent so.
  private static func scraper(_ context: RenderContext) -> JSONObject {
    let peer: JSONObject = [
      "namespaceSelector": inNamespace(context.facts.scraperNamespace),
      "podSelector": ["matchLabels": ["app.kubernetes.io/name": "vmagent"]],
    ]
    return ["from": [.object(peer)], "ports": [["protocol": "TCP", "port": .integer(AgentPort.number)]]]
  }

  private static func inNamespace(_ name: String) -> JSONValue {
    ["matchLabels": ["kubernetes.io/metadata.name": .string(name)]]
  }
}
