// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI

/// The children of the cluster-agent.
enum ClusterAgentRenderer {
  static func children(_ context: RenderContext, _ inputs: CorootInputs) -> [Child] {
    [
      // The pod asks for the token itself, so that no other pod gets it by naming the account.
      context.child(of: .clusterAgent, .serviceAccounts, ["automountServiceAccountToken": false]),
      binding(context),
      networkPolicy(context),
      ClusterAgentDeployment.child(context, inputs),
    ]
  }

  /// What the account may read: ``ClusterAgentRule/all``.
  private static func binding(_ context: RenderContext) -> Child {
    context.child(
      of: .clusterAgent, .clusterRoleBindings,
      [
        "roleRef": [
          "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole",
          "name": .string(ClusterAgentShape.clusterRole),
        ],
        "subjects": [
          [
            "kind": "ServiceAccount", "name": .string(context.name(of: .clusterAgent)),
            "namespace": .string(context.spec.namespace),
          ]
        ],
      ])
  }

  /// Nothing may reach the pod; the kubelet's probes come from its own node. It may reach:
  ///
  /// - DNS, and the Coroot server;
  /// - ports 443 and 6443 anywhere, since no selector finds an API server: it listens on addresses of nodes, which some
  ///   network plugins do not count as an `ipBlock`;
  /// - every pod on every port, since any pod may ask by an annotation to be scraped, and Coroot's configuration may name
  ///   any database of the cluster.
  ///
  /// Policies add up: for an API server on another port, or a database outside the cluster, add a policy that selects the
  /// same pod.
  private static func networkPolicy(_ context: RenderContext) -> Child {
    let spec: JSONObject = [
      "podSelector": ["matchLabels": .object(context.selector(of: .clusterAgent))],
      "policyTypes": ["Ingress", "Egress"],
      "egress": .array(
        [
          NetworkRules.dns, NetworkRules.openShiftDNS,
          ["ports": .array(apiServerPorts.map { NetworkRules.tcp($0) })],
          NetworkRules.egress(toPods: context.selector(of: .coroot), port: CorootShape.port),
          ["to": [NetworkRules.everyPod], "ports": [NetworkRules.tcp(nil)]],
        ].map { .object($0) }),
    ]
    return context.child(of: .clusterAgent, .networkPolicies, ["spec": .object(spec)])
  }

  /// The Service `kubernetes`, and what its endpoints listen on by default.
  private static let apiServerPorts: [Int64] = [443, 6443]
}
