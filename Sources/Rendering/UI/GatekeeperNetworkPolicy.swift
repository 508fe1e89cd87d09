// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI

/// What may reach the gatekeeper's pods, and what they may reach.
///
/// - Ingress: pods of the ingress controller's namespace. The kubelet's probes come from the pod's own node, whose traffic
///   is always allowed.
/// - Egress: DNS, the object's Coroot, and the provider.
enum GatekeeperNetworkPolicy {
  static func child(_ context: RenderContext, _ inputs: UIInputs, _ oidc: CorootUI.OIDC) -> Child {
    let spec: JSONObject = [
      "podSelector": ["matchLabels": .object(context.selector(of: .gatekeeper))],
      "policyTypes": ["Ingress", "Egress"],
      "ingress": [
        [
          "from": [["namespaceSelector": NetworkRules.inNamespace(context.spec.coroot.ui.ingressNamespace)]],
          "ports": [NetworkRules.tcp(UIShape.port)],
        ]
      ],
      "egress": .array(egress(context, inputs, oidc).map { .object($0) }),
    ]
    return context.child(of: .gatekeeper, .networkPolicies, ["spec": .object(spec)])
  }

  private static func egress(_ context: RenderContext, _ inputs: UIInputs, _ oidc: CorootUI.OIDC) -> [JSONObject] {
    var rules: [JSONObject] = [
      NetworkRules.dns, NetworkRules.openShiftDNS,
      [
        "to": [["podSelector": ["matchLabels": .object(context.selector(of: .coroot))]]],
        "ports": [NetworkRules.tcp(CorootShape.port)],
      ],
    ]
    if let url = try? HTTPURL(oidc.issuerURL) {
      let destination =
        inputs.issuer
        ?? context.destination(host: url.host, port: Int64(url.effectivePort), isPortOfPods: false)
      rules.append(NetworkRules.egress(to: destination))
      // A provider behind the same ingress controller: its Service counts as its pods, which listen on ports of their own.
      if case .anywhere = destination {
        rules.append(
          NetworkRules.egress(to: .pods(namespace: context.spec.coroot.ui.ingressNamespace, port: nil)))
      }
    }
    return rules
  }
}

/// What Cilium has to know beside that.
///
/// Both policies only allow: they put no pod into default deny (`enableDefaultDeny`, Cilium 1.16).
enum GatekeeperCiliumPolicies {
  private static let namespaceLabel = "k8s:io.kubernetes.pod.namespace"
  private static let allowsOnly: JSONValue = ["ingress": false, "egress": false]

  /// Lets the ingress controller's pods leave for the gatekeeper: pods of Cozystack's tenants may leave for few namespaces
  /// (packages/apps/tenant/templates/networkpolicy.yaml).
  static func egress(_ context: RenderContext) -> Child {
    let namespace = context.spec.coroot.ui.ingressNamespace
    let gatekeeper: JSONObject = [
      namespaceLabel: .string(context.spec.namespace),
      "k8s:\(WellKnownLabel.name)": .string(UIShape.appName),
      "k8s:\(WellKnownLabel.instance)": .string(context.object.name),
    ]
    let spec: JSONObject = [
      "description": .string("the ingress controller to the user interface of \(context.object.name)"),
      "endpointSelector": ["matchLabels": [namespaceLabel: .string(namespace)]],
      "enableDefaultDeny": allowsOnly,
      "egress": [["toEndpoints": [["matchLabels": .object(gatekeeper)]], "toPorts": ports]],
    ]
    var child = context.child(
      of: .gatekeeper, .ciliumNetworkPolicies, name: UIShape.routeName(of: context.object.name),
      ["spec": .object(spec)])
    child.manifest["metadata"]?["namespace"] = .string(namespace)
    return child
  }

  /// Lets Cilium's own Envoy in, which serves its Gateways and is no pod to a NetworkPolicy.
  static func ingress(_ context: RenderContext) -> Child {
    let spec: JSONObject = [
      "description": .string("Cilium's Gateways to the user interface of \(context.object.name)"),
      "endpointSelector": ["matchLabels": .object(context.selector(of: .gatekeeper))],
      "enableDefaultDeny": allowsOnly,
      "ingress": [["fromEntities": ["ingress"], "toPorts": ports]],
    ]
    return context.child(of: .gatekeeper, .ciliumNetworkPolicies, ["spec": .object(spec)])
  }

  private static var ports: JSONValue {
    [["ports": [["port": .string("\(UIShape.port)"), "protocol": "TCP"]]]]
  }
}
