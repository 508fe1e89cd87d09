// SPDX-License-Identifier: Apache-2.0

import JSON
import ObservabilityAPI

/// The `securityContext` of containers.
enum ContainerSecurity {
  /// The agent's: all capabilities dropped but the computed ones, or everything with `Privileged`.
  static func agent(_ context: RenderContext) -> JSONObject {
    let security = context.agent.security
    guard security.mode == .minimal else {
      // The API server refuses `allowPrivilegeEscalation: false` here, and a runtime applies neither capabilities nor
      // seccomp, AppArmor and SELinux profiles to a privileged container.
      return ["privileged": true, "runAsUser": 0, "runAsNonRoot": false, "readOnlyRootFilesystem": true]
    }
    var seccomp: JSONObject = ["type": .string(security.seccomp.type.rawValue)]
    if security.seccomp.type == .localhost {
      seccomp["localhostProfile"] = security.seccomp.localhostProfile.map { .string($0) }
    }
    return confined(capabilities: CapabilityTable.grants(for: context.spec).map(\.name), seccomp: seccomp)
  }

  /// The init container's, the same in both modes and with every seccomp profile of the agent: the runtime's own lets
  /// those who have SYS_ADMIN enter namespaces, and lies on every node.
  static var preflight: JSONObject {
    confined(capabilities: CapabilityTable.preflightGrants.map(\.name), seccomp: ["type": "RuntimeDefault"])
  }

  /// Root without privileges.
  ///
  /// - uid 0: Kubernetes gives other users no effective capabilities, and tracefs and the runtimes' sockets are root's.
  /// - AppArmor `Unconfined`: the runtime's default profile denies reading `/proc/<pid>` of unconfined processes. On the
  ///   container, as runtimes ignore it on the pod (kubernetes/kubernetes#125069).
  /// - SELinux `spc_t`, level `s0`: as Cilium's chart does since it gave up `privileged`; `container_t` may neither read
  ///   other processes nor load eBPF programs. Hosts without SELinux ignore it.
  private static func confined(capabilities: [String], seccomp: JSONObject) -> JSONObject {
    [
      "runAsUser": 0,
      "runAsNonRoot": false,
      "readOnlyRootFilesystem": true,
      "allowPrivilegeEscalation": false,
      "capabilities": ["drop": ["ALL"], "add": .array(capabilities.map { .string($0) })],
      "seccompProfile": .object(seccomp),
      "appArmorProfile": ["type": "Unconfined"],
      "seLinuxOptions": ["type": "spc_t", "level": "s0"],
    ]
  }
}
