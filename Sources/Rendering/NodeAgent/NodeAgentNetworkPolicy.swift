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
/// - Egress: with Push the metrics backend, with traces or logs the gateway, with profiles the Coroot server, with any of
///   them DNS; else nothing.
///
/// Policies add up: for a DNS server on a port other than these, or a backend on a node's own address behind a network plugin
/// that takes no `ipBlock` for nodes (Cilium), add a policy that selects the same pods.
enum NodeAgentNetworkPolicy {
  static func child(_ context: RenderContext) -> Child {
    var spec: JSONObject = [
      "podSelector": ["matchLabels": .object(context.agentSelector)], "policyTypes": ["Ingress", "Egress"],
    ]
    if !context.isPush {
      let ports = [NetworkRules.tcp(AgentPort.number)]
      spec["ingress"] = [.object(["from": [NetworkRules.vmagent(context.facts)], "ports": .array(ports)])]
    }
    let destinations = [context.isPush ? backend(context) : nil, gateway(context), coroot(context)]
      .compactMap(\.self)
    if context.isPush || !destinations.isEmpty {
      let rules = [NetworkRules.dns, NetworkRules.openShiftDNS] + destinations
      spec["egress"] = .array(rules.map { .object($0) })
    }
    return context.agentChild(.networkPolicies, ["spec": .object(spec)])
  }

  private static func gateway(_ context: RenderContext) -> JSONObject? {
    guard context.spec.sendsSignals else { return nil }
    return NetworkRules.egress(toPods: context.selector(of: .gateway), port: GatewayPort.otlp.number)
  }

  private static func coroot(_ context: RenderContext) -> JSONObject? {
    guard context.spec.sendsProfiles else { return nil }
    return NetworkRules.egress(toPods: context.selector(of: .coroot), port: CorootShape.port)
  }

  private static func backend(_ context: RenderContext) -> JSONObject? {
    (context.facts.metrics.destination ?? destination(context)).map { NetworkRules.egress(to: $0) }
  }

  /// What the URL alone tells. Where the platform named the Service, its port is that of its pods (8480 of vminsert); a
  /// Service from a user's URL may map it, so there the namespace alone is the limit.
  private static func destination(_ context: RenderContext) -> PlatformFacts.Destination? {
    guard let url = context.facts.metrics.writeURL else { return nil }
    let isUsersURL = context.spec.metrics.victoriaMetrics.writeURL.map { !$0.isEmpty } ?? false
    return context.destination(host: url.host, port: Int64(url.effectivePort), isPortOfPods: !isUsersURL)
  }
}
