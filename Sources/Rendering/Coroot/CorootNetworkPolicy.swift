// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI

/// What may reach the Coroot server's pods, and what they may reach.
///
/// User interface, API and ingestion share one port. The kubelet's probes come from the pod's own node, whose traffic is
/// always allowed.
///
/// - Ingress: the object's gateway, cluster-agent and gatekeeper, its agents if they send profiles, and the operator.
/// - Egress: DNS, VictoriaMetrics, ClickHouse, PostgreSQL, and port 443 of addresses outside the cluster: notifications,
///   and the prices of clouds.
enum CorootNetworkPolicy {
  static func child(_ context: RenderContext, _ inputs: CorootInputs) -> Child {
    let spec: JSONObject = [
      "podSelector": ["matchLabels": .object(context.selector(of: .coroot))],
      "policyTypes": ["Ingress", "Egress"],
      "ingress": [
        .object(["from": .array(peers(context, inputs)), "ports": [NetworkRules.tcp(CorootShape.port)]])
      ],
      "egress": .array(egress(context, inputs).map { .object($0) }),
    ]
    return context.child(of: .coroot, .networkPolicies, ["spec": .object(spec)])
  }

  private static func peers(_ context: RenderContext, _ inputs: CorootInputs) -> [JSONValue] {
    var parts: [PartShape] = [.gateway, .clusterAgent]
    if context.spec.sendsProfiles { parts.append(.agent) }
    var peers = parts.map { pods(context.selector(of: $0)) }
    // Rendered by the part that exposes the user interface.
    peers.append(
      pods([
        WellKnownLabel.name: .string(CorootShape.gatekeeperName), WellKnownLabel.instance: .string(context.object.name),
      ]))
    if let namespace = inputs.operatorNamespace { peers.append(NetworkRules.operatorPods(in: namespace)) }
    return peers
  }

  private static func pods(_ labels: JSONObject) -> JSONValue { ["podSelector": ["matchLabels": .object(labels)]] }

  private static func egress(_ context: RenderContext, _ inputs: CorootInputs) -> [JSONObject] {
    let metrics = context.facts.metrics
    let postgres = inputs.postgres.map {
      $0.network ?? context.destination(host: $0.host, port: $0.port, isPortOfPods: false)
    }
    let destinations = [
      inputs.metricsRead ?? metrics.readURL.map(context.destination),
      inputs.metricsWrite ?? metrics.destination ?? metrics.writeURL.map(context.destination),
      inputs.clickHouse, postgres,
    ]
    let rules = destinations.compactMap { $0.map { NetworkRules.egress(to: $0) } }
    let distinct = rules.enumerated().filter { !rules[..<$0.offset].contains($0.element) }.map(\.element)
    return [NetworkRules.dns, NetworkRules.openShiftDNS] + distinct + [NetworkRules.outside(port: 443)]
  }
}

extension RenderContext {
  /// What a URL alone tells about where packets go; a Service may map its port.
  fileprivate func destination(_ url: HTTPURL) -> PlatformFacts.Destination {
    destination(host: url.host, port: Int64(url.effectivePort), isPortOfPods: false)
  }
}
