// SPDX-License-Identifier: Apache-2.0

import KubernetesCore

/// What Pod Security lets run in the namespace of the agents
/// (kubernetes.io/docs/concepts/security/pod-security-admission).
///
/// There is no level between `baseline`, which refuses hostPID, host paths and the agents' capabilities, and `privileged`.
package enum PodSecurity: Hashable, Sendable {
  /// The label of namespaces that says which pods are refused.
  package static let label = "pod-security.kubernetes.io/enforce"

  case privileged
  /// No label: what the cluster has by default, which only its administrator knows.
  case unknown
  /// Agents are refused.
  case forbids(level: String)

  package init(_ namespace: KubernetesObject?) {
    switch namespace?.labels[Self.label] {
    case nil, "": self = .unknown
    case "privileged": self = .privileged
    // What is none of the levels counts as the strictest.
    case let level?: self = .forbids(level: level)
    }
  }

  /// The command that lets agents run.
  package static func command(_ namespace: String) -> String {
    "kubectl label namespace \(namespace) \(label)=privileged --overwrite"
  }
}
