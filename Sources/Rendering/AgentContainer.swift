// SPDX-License-Identifier: Apache-2.0

import JSON
import ObservabilityAPI

/// Where the agent serves `/metrics` and, with no way to switch it off, Go's `/debug/pprof`.
enum AgentPort {
  static let number: Int64 = 10300
  static let name = "metrics"
}

/// The container that runs Coroot's node agent.
enum AgentContainer {
  static let name = "node-agent"

  static func manifest(_ context: RenderContext) -> JSONObject {
    let image = context.spec.images.nodeAgent
    var container: JSONObject = [
      "name": .string(name),
      "image": .string(
        ImageReference(DefaultImages.nodeAgent.description).applying(image, registry: context.spec.images.registry).text
      ),
      "args": ["--cgroupfs-root=/host/sys/fs/cgroup"],
      "env": .array(AgentEnvironment.entries(context).map { .object($0) }),
      "resources": .object(AgentResources(context).manifest),
      "securityContext": .object(ContainerSecurity.agent(context)),
      "volumeMounts": AgentVolumes.mounts(context),
      // The agent's last words before it exits go to its log; this brings them into the pod's status.
      "terminationMessagePolicy": "FallbackToLogsOnError",
    ]
    if let policy = image.pullPolicy, !policy.isEmpty { container["imagePullPolicy"] = .string(policy) }
    if !context.isPush {
      container["ports"] = [
        ["name": .string(AgentPort.name), "containerPort": .integer(AgentPort.number), "protocol": "TCP"]
      ]
    }
    container["startupProbe"] = .object(probe(context, period: 10, timeout: 5, failures: 30))
    container["readinessProbe"] = .object(probe(context, period: 15, timeout: 5, failures: 3))
    container["livenessProbe"] = .object(probe(context, period: 30, timeout: 10, failures: 5))
    return container
  }

  /// A probe of the listener that the agent opens last, once all programs are attached.
  ///
  /// Never of `/metrics`: each call pings and walks eBPF maps. With Push the agent listens on 127.0.0.1 only, where the
  /// kubelet cannot reach it, so curl of the agent's image asks from inside. Loading programs and reading connection
  /// tracking may take minutes on a big node; a restart costs every connection's history, so liveness is patient.
  private static func probe(_ context: RenderContext, period: Int64, timeout: Int64, failures: Int64) -> JSONObject {
    let path = "/debug/pprof/cmdline"
    var probe: JSONObject = [
      "periodSeconds": .integer(period), "timeoutSeconds": .integer(timeout), "failureThreshold": .integer(failures),
    ]
    if context.isPush {
      let url = "http://127.0.0.1:\(AgentPort.number)\(path)"
      probe["exec"] = ["command": ["curl", "-sf", "-o", "/dev/null", .string(url)]]
    } else {
      probe["httpGet"] = ["path": .string(path), "port": .string(AgentPort.name)]
    }
    return probe
  }
}
