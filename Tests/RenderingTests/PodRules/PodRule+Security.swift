// SPDX-License-Identifier: Apache-2.0

import JSON
import ObservabilityAPI
import Rendering

/// What the containers may.
extension PodRule {
  static let security = [
    PodRule(
      "only the agent of mode Privileged is privileged",
      breaks: [
        Break("agent", "securityContext", "privileged", value: true),
        Break("preflight", "securityContext", "privileged", value: true),
      ]
    ) { pod in
      pod.preflight[path: "securityContext", "privileged"] == nil
        && pod.agent[path: "securityContext", "privileged"] == (pod.isPrivileged ? true : nil)
    },
    PodRule(
      "all capabilities are dropped",
      breaks: [
        Break("agent", "securityContext", "capabilities", "drop", value: ["NET_RAW"]),
        Break("preflight", "securityContext", "capabilities", "drop", value: nil),
      ]
    ) { pod in pod.confined.allSatisfy { $0[path: "securityContext", "capabilities", "drop"] == ["ALL"] } },
    PodRule(
      "the agent gets just what the status says, the init container no more than that, none by its CAP_ name",
      breaks: [
        Break("agent", "securityContext", "capabilities", "add", "0", value: "CAP_SYS_ADMIN"),
        Break("agent", "securityContext", "capabilities", "add", "0", value: "ALL"),
        Break("agent", "securityContext", "capabilities", "add", "1", value: "SYS_ADMIN"),
        Break("preflight", "securityContext", "capabilities", "add", "0", value: "SYS_MODULE"),
      ]
    ) { pod in
      let added = pod.confined.map {
        $0[path: "securityContext", "capabilities", "add"]?.array?.compactMap(\.string) ?? []
      }
      let granted = Renderer.capabilities(for: pod.spec).map(\.name)
      return added.allSatisfy { names in
        !names.isEmpty && Set(names).count == names.count && !names.contains { $0.hasPrefix("CAP_") || $0 == "ALL" }
      } && (pod.isPrivileged || (added[1] == granted && Set(added[0]).isSubset(of: granted)))
    },
    PodRule(
      "processes get no new privileges",
      breaks: [
        Break("agent", "securityContext", "allowPrivilegeEscalation", value: true),
        Break("preflight", "securityContext", "allowPrivilegeEscalation", value: nil),
      ]
    ) { pod in pod.confined.allSatisfy { $0[path: "securityContext", "allowPrivilegeEscalation"] == false } },
    PodRule(
      "seccomp is as asked for the agent, and the runtime's for the init container",
      breaks: [
        Break("agent", "securityContext", "seccompProfile", value: ["type": "Unconfined"]),
        Break("preflight", "securityContext", "seccompProfile", value: nil),
      ]
    ) { pod in
      let asked = pod.spec.nodeAgent.security.seccomp
      var profile: JSONObject = ["type": .string(asked.type.rawValue)]
      profile["localhostProfile"] = asked.localhostProfile.map { .string($0) }
      return pod.preflight[path: "securityContext", "seccompProfile"] == ["type": "RuntimeDefault"]
        && (pod.isPrivileged || pod.agent[path: "securityContext", "seccompProfile"] == .object(profile))
    },
    PodRule(
      "AppArmor and SELinux let root read other processes, on the container, as runtimes ignore it on the pod",
      breaks: [
        Break("agent", "securityContext", "appArmorProfile", value: nil),
        Break("agent", "securityContext", "seLinuxOptions", "type", value: "container_t"),
        Break("securityContext", value: ["appArmorProfile": ["type": "Unconfined"]]),
      ]
    ) { pod in
      pod.pod["securityContext"] == nil
        && pod.confined.allSatisfy {
          $0[path: "securityContext", "appArmorProfile"] == ["type": "Unconfined"]
            && $0[path: "securityContext", "seLinuxOptions"] == ["type": "spc_t", "level": "s0"]
        }
    },
    PodRule(
      "all run as root, on root file systems that they cannot write",
      breaks: [
        Break("agent", "securityContext", "runAsUser", value: nil),
        Break("preflight", "securityContext", "runAsNonRoot", value: true),
        Break("agent", "securityContext", "readOnlyRootFilesystem", value: nil),
      ]
    ) { pod in
      pod.containers.allSatisfy {
        let security = $0["securityContext"]
        return security?["runAsUser"] == 0 && security?["runAsNonRoot"] == false
          && security?["readOnlyRootFilesystem"] == true
      }
    },
    PodRule(
      "a privileged container asks for nothing that the API server refuses beside it or the runtime ignores",
      breaks: []
    ) { pod in
      !pod.isPrivileged
        || pod.agent["securityContext"]
          == ["privileged": true, "runAsUser": 0, "runAsNonRoot": false, "readOnlyRootFilesystem": true]
    },
  ]
}
