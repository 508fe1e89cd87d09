// SPDX-License-Identifier: Apache-2.0

import JSON
import ObservabilityAPI

/// Where the agent serves `/metrics` and, with no way to switch it off, Go's `/debug/pprof`.
enum AgentPort {
  /// Above 1023, so that no capability is needed to listen.
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
      "args": [.string("--cgroupfs-root=\(CapabilityTable.cgroupfs.mountPath)")],
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
    for probe in [AgentProbe.startup, .readiness, .liveness] {
      container[probe.name] = .object(probe.manifest(context))
    }
    return container
  }
}
