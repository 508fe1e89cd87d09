// SPDX-License-Identifier: Apache-2.0

import JSON
import ObservabilityAPI
import Rendering

/// How the pods come and go.
extension PodRule {
  static let workload = [
    PodRule(
      "a new version is rolled out at the pace that was asked for",
      breaks: [
        Break("daemonset", "spec", "updateStrategy", "type", value: "OnDelete"),
        Break("daemonset", "spec", "updateStrategy", "rollingUpdate", "maxUnavailable", value: "11%"),
        Break("daemonset", "spec", "updateStrategy", "rollingUpdate", "maxSurge", value: 1),
      ]
    ) { pod in
      pod.daemonSet[path: "spec", "updateStrategy"]
        == ["type": "RollingUpdate", "rollingUpdate": ["maxUnavailable": pod.spec.nodeAgent.maxUnavailable]]
    },
    // The agent stops within 11 seconds (main.go).
    PodRule(
      "the agent has time to stop", breaks: [Break("terminationGracePeriodSeconds", value: 10)]
    ) { pod in pod.pod["terminationGracePeriodSeconds"]?.integer.map { $0 > 11 } ?? false },
    PodRule(
      "probes fit the delivery, ask neither for metrics nor the backend, and give a big node minutes",
      breaks: [
        Break("agent", "startupProbe", value: nil), Break("agent", "livenessProbe", "failureThreshold", value: 2),
        Break("agent", "readinessProbe", value: ["httpGet": ["path": "/metrics", "port": 10300]]),
        Break("agent", "livenessProbe", "exec", value: nil),
      ]
    ) { pod in
      let probes = ["startupProbe", "readinessProbe", "livenessProbe"].map { pod.agent[$0] ?? .null }
      func patience(_ probe: JSONValue) -> Int64 {
        (probe["periodSeconds"]?.integer ?? 0) * (probe["failureThreshold"]?.integer ?? 0)
      }
      return patience(probes[0]) >= 300 && patience(probes[2]) >= 150
        && probes.allSatisfy { probe in
          if pod.isPush {
            return probe["httpGet"] == nil
              && probe[path: "exec", "command"]?.array?.last == "http://127.0.0.1:10300/debug/pprof/cmdline"
          }
          return probe["exec"] == nil && probe["httpGet"] == ["path": "/debug/pprof/cmdline", "port": "metrics"]
        }
    },
    PodRule(
      "the last words of each container reach the pod's status",
      breaks: [
        Break("agent", "terminationMessagePolicy", value: "File"),
        Break("preflight", "terminationMessagePolicy", value: "FallbackToLogsOnError"),
      ]
    ) { pod in
      pod.agent["terminationMessagePolicy"] == "FallbackToLogsOnError"
        && pod.preflight["terminationMessagePolicy"] == "File"
    },
  ]
}
