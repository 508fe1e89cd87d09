// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI

/// What may reach the gateway's pods, and what they may reach.
///
/// - Ingress: the object's agents on the OTLP port; the operator on the ports of metrics and health, vmagent on that of
///   metrics. The kubelet's probes come from the pod's own node, whose traffic is always allowed.
/// - Egress: DNS and the destinations.
enum GatewayNetworkPolicy {
  static func child(_ context: RenderContext, _ inputs: GatewayInputs) -> Child {
    let spec: JSONObject = [
      "podSelector": ["matchLabels": .object(context.selector(of: .gateway))],
      "policyTypes": ["Ingress", "Egress"],
      "ingress": .array(ingress(context, inputs).map { .object($0) }),
      "egress": .array(egress(context, inputs).map { .object($0) }),
    ]
    return context.child(of: .gateway, .networkPolicies, ["spec": .object(spec)])
  }

  private static func ingress(_ context: RenderContext, _ inputs: GatewayInputs) -> [JSONObject] {
    let agents: JSONValue = ["podSelector": ["matchLabels": .object(context.agentSelector)]]
    var rules = [
      rule(from: agents, [.otlp]), rule(from: NetworkRules.vmagent(context.facts), [.metrics]),
    ]
    if let namespace = inputs.operatorNamespace {
      rules.append(rule(from: NetworkRules.operatorPods(in: namespace), [.metrics, .health]))
    }
    return rules
  }

  private static func rule(from peer: JSONValue, _ ports: [GatewayPort]) -> JSONObject {
    ["from": [peer], "ports": .array(ports.map { NetworkRules.tcp($0.number) })]
  }

  private static func egress(_ context: RenderContext, _ inputs: GatewayInputs) -> [JSONObject] {
    let rules = CollectorExporter.all(inputs).map { exporter in
      exporter.isCoroot
        ? NetworkRules.egress(toPods: context.selector(of: .coroot), port: CorootShape.port)
        // An address alone does not tell whether the Service maps its port.
        : NetworkRules.egress(
          to: exporter.network ?? context.destination(host: exporter.host, port: exporter.port, isPortOfPods: false))
    }
    let distinct = rules.enumerated().filter { !rules[..<$0.offset].contains($0.element) }.map(\.element)
    return [NetworkRules.dns, NetworkRules.openShiftDNS] + distinct
  }
}
