// SPDX-License-Identifier: Apache-2.0

import ObservabilityAPI

/// What one feature of the agent costs and how it is switched.
struct CapabilityRow: Sendable {
  /// A Linux capability, without the `CAP_` prefix.
  ///
  /// The API server refuses `allowPrivilegeEscalation: false` beside the literal `CAP_SYS_ADMIN`
  /// (`ValidateSecurityContext` in `k8s.io/kubernetes/pkg/apis/core/validation`).
  struct Grant: Hashable, Sendable {
    let name: String
    let reason: String
  }

  /// A setting of the agent, as an environment variable.
  struct Setting: Hashable, Sendable {
    let name: String
    let value: String
  }

  /// A folder of the node, mounted read-only. Its volume has type `Directory`: a missing one stops the pod with an
  /// event that names the path, instead of an attempt to create it.
  struct HostPath: Hashable, Sendable {
    let volume: String
    let path: String
    let mountPath: String
    let reason: String
  }

  /// The switch, as the user finds it below `spec`; `agent` for what cannot be switched off.
  let feature: String
  let isOn: @Sendable (ObservabilitySpec) -> Bool
  var grants: [Grant] = []
  var settingsWhenOn: [Setting] = []
  var settingsWhenOff: [Setting] = []
  var hostPaths: [HostPath] = []
  /// Fields of the pod that are set to true.
  var podFields: [String] = []
  /// Flags of the `preflight` init container.
  var preflightFlags: [String] = []
  /// Where it is written that this is so: the agent's source, v1.35.6, or the kernel's.
  let source: String
}
