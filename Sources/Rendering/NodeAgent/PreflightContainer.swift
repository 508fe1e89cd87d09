// SPDX-License-Identifier: Apache-2.0

import JSON
import ObservabilityAPI

/// The init container that checks the node and prepares it: this operator's own binary.
enum PreflightContainer {
  static let name = "preflight"
  /// Where the operator's image has its binary.
  static let binary = "/observability-operator"

  static func manifest(_ context: RenderContext) -> JSONObject {
    let images = context.spec.images
    let image = ImageReference(context.facts.operatorImage).applying(images.operator, registry: images.registry)
    var flags = CapabilityTable.rowsOn(context.spec).flatMap(\.preflightFlags).map(\.name)
    if context.agent.security.mode == .privileged {
      flags.append("--minimum-kernel=\(KernelVersion.minimumPrivileged)")
    }
    var container: JSONObject = [
      "name": .string(name),
      "image": .string(image.text),
      "command": [.string(binary), "preflight"],
      "args": .array(flags.map { .string($0) }),
      // A limit on every container, init containers too: the out-of-memory handler of Talos prefers to kill pods that
      // have one without.
      "resources": ["requests": ["cpu": "10m", "memory": "32Mi"], "limits": ["memory": "128Mi"]],
      "securityContext": .object(ContainerSecurity.preflight),
      "terminationMessagePolicy": "File",
    ]
    if let policy = images.operator.pullPolicy, !policy.isEmpty { container["imagePullPolicy"] = .string(policy) }
    return container
  }
}

extension CapabilityTable {
  /// What the init container gets, whatever is switched on: a container's own `/proc/sys` is read-only, so settings are
  /// written through `/proc/1/root`, in the host's network namespace; and without NET_ADMIN the kernel does not even
  /// tell whether it has connection tracking. It gives each of them up once it has no more use for it.
  public static let preflightGrants: [CapabilityRow.Grant] = [
    .init(name: "SYS_ADMIN", reason: "enter the host's network namespace", without: missing),
    .init(name: "SYS_PTRACE", reason: "reach the host's files and sysctls by /proc/1/root", without: missing),
    .init(
      name: "NET_ADMIN", reason: "ask for connection tracking and task accounting as the agent does", without: missing),
  ]

  private static let missing = "Preflight ends with an error that names it, and the agent does not start."
}
