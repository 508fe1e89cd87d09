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

/// A probe of the listener that the agent opens last, once all programs are attached.
///
/// Never of `/metrics`: each call pings and walks eBPF maps. Nor of the backend, so an outage of it restarts nothing.
/// With Push the agent listens on 127.0.0.1 only, where the kubelet cannot reach it, so curl of the agent's image asks
/// from inside.
public struct AgentProbe: Sendable {
  /// The field of the container.
  public let name: String
  /// Seconds between two calls.
  public let period: Int64
  /// Seconds until a call counts as failed.
  public let timeout: Int64
  /// How many calls in a row must fail.
  public let failures: Int64

  /// Loading programs and reading connection tracking may take minutes on a big node.
  public static let startup = AgentProbe(name: "startupProbe", period: 10, timeout: 5, failures: 30)
  /// What a roll-out waits for.
  public static let readiness = AgentProbe(name: "readinessProbe", period: 15, timeout: 5, failures: 3)
  /// A restart costs every connection's history, so this one is patient.
  public static let liveness = AgentProbe(name: "livenessProbe", period: 30, timeout: 10, failures: 5)

  private static let path = "/debug/pprof/cmdline"
  /// What is run in the container with Push.
  static let command = ["curl", "-sf", "-o", "/dev/null", "http://127.0.0.1:\(AgentPort.number)\(path)"]

  func manifest(_ context: RenderContext) -> JSONObject {
    var probe: JSONObject = [
      "periodSeconds": .integer(period), "timeoutSeconds": .integer(timeout), "failureThreshold": .integer(failures),
    ]
    if context.isPush {
      probe["exec"] = ["command": .array(Self.command.map { .string($0) })]
    } else {
      probe["httpGet"] = ["path": .string(Self.path), "port": .string(AgentPort.name)]
    }
    return probe
  }
}
