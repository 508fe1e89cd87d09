// SPDX-License-Identifier: Apache-2.0

import JSON
import ObservabilityAPI

/// What the pod sees of the node and of the cluster.
extension PodRule {
  static let host = [
    PodRule(
      "the pod is in the node's PID namespace and in no other of its namespaces",
      breaks: [
        Break("hostNetwork", value: true), Break("hostIPC", value: true), Break("hostPID", value: nil),
        Break("hostUsers", value: false), Break("shareProcessNamespace", value: true),
      ]
    ) { pod in
      pod.pod["hostPID"] == true
        && ["hostNetwork", "hostIPC", "hostUsers", "shareProcessNamespace"].allSatisfy { pod.pod[$0] == nil }
        && !(pod.agent["ports"]?.array ?? []).contains { $0["hostPort"] != nil }
    },
    PodRule(
      "two folders of the node are mounted, without a check that would come before preflight",
      breaks: [
        Break("volumes", "1", "hostPath", "type", value: "Directory"),
        Break("volumes", "1", "hostPath", "path", value: "/sys/kernel/debug"),
        Break("volumes", "3", value: ["name": "root", "hostPath": ["path": "/"]]),
      ]
    ) { pod in
      (pod.pod["volumes"]?.array ?? []).compactMap { $0["hostPath"] }
        == [["path": "/sys/fs/cgroup"], ["path": "/sys/kernel/tracing"]]
        && !JSONWriter.text(pod.daemonSet).contains("/sys/kernel/debug")
    },
    PodRule(
      "only the spool can be written, and the init container mounts nothing",
      breaks: [
        Break("agent", "volumeMounts", "0", "readOnly", value: nil),
        Break("preflight", "volumeMounts", value: [["name": "tracefs", "mountPath": "/sys/kernel/tracing"]]),
      ]
    ) { pod in
      let mounts = pod.agent["volumeMounts"]?.array ?? []
      let writable = mounts.filter { $0["readOnly"] != true }.compactMap { $0["mountPath"]?.string }
      return writable == (pod.isPush ? ["/tmp"] : []) && pod.preflight["volumeMounts"] == nil
        && mounts.allSatisfy { $0["mountPropagation"] == nil }
    },
    PodRule(
      "the API server's token stays out, and so does the environment of Services",
      breaks: [
        Break("automountServiceAccountToken", value: nil), Break("enableServiceLinks", value: true),
        Break("serviceAccountName", value: nil),
      ]
    ) { pod in
      pod.pod["automountServiceAccountToken"] == false && pod.pod["enableServiceLinks"] == false
        && pod.pod["serviceAccountName"]?.string?.hasSuffix("-node-agent") == true
    },
    PodRule(
      "the runtime class is the one that was asked for", breaks: [Break("runtimeClassName", value: "other")]
    ) { pod in (pod.pod["runtimeClassName"]?.string ?? "") == pod.spec.nodeAgent.runtimeClassName },
  ]
}
