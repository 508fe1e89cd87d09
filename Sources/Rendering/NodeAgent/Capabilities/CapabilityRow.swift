// SPDX-License-Identifier: Apache-2.0

public import ObservabilityAPI

/// What one feature of the agent costs and how it is switched.
public struct CapabilityRow: Sendable {
  /// A Linux capability, without the `CAP_` prefix.
  ///
  /// The API server refuses `allowPrivilegeEscalation: false` beside the literal `CAP_SYS_ADMIN`
  /// (`ValidateSecurityContext` in `k8s.io/kubernetes/pkg/apis/core/validation`).
  public struct Grant: Hashable, Sendable {
    /// The capability: `SYS_ADMIN`.
    public let name: String
    /// What is done with it; stands in `status.capabilities`.
    public let reason: String
    /// What happens without it.
    public let without: String
    /// Where it is written, if not at the ``CapabilityRow/source`` of the row.
    public var source: String?
  }

  /// A setting of the agent, as an environment variable.
  public struct Setting: Hashable, Sendable {
    /// The variable's name, from `flags/flags.go` of the agent.
    public let name: String
    /// Its value.
    public let value: String
    /// Whether `spec.nodeAgent.env` may set another value; otherwise the API refuses the name there.
    public var mayDiffer = false
  }

  /// A folder of the node, mounted read-only into the agent's container alone.
  ///
  /// Its volume has no type. With `Directory` the kubelet would look before it starts any container, and a missing
  /// folder would keep preflight from naming the reason (`SetUp` in `k8s.io/kubernetes/pkg/volume/hostpath`). Without,
  /// the runtime makes what is missing when it creates the container that mounts it, after preflight; in sysfs, where
  /// both folders are, the kernel lets nobody make any, so nothing is left on the node (`WithMounts` in containerd's
  /// `internal/cri/opts`).
  public struct HostPath: Hashable, Sendable {
    /// The volume's name.
    public let volume: String
    /// Where it is on the node.
    public let path: String
    /// Where the container finds it.
    public let mountPath: String
    /// What is read from it.
    public let reason: String
  }

  /// A field of the pod that is set to true.
  public struct PodField: Hashable, Sendable {
    /// The field below the pod's `spec`.
    public let name: String
    /// What it is for.
    public let reason: String
  }

  /// A flag of the init container `preflight`.
  public struct PreflightFlag: Hashable, Sendable {
    /// The flag: `--conntrack-events`.
    public let name: String
    /// What the init container does for it.
    public let effect: String
  }

  /// The switch, as the user finds it below `spec`; ``CapabilityTable/always`` for what cannot be switched off.
  public let feature: String
  /// Another switch without which this one does nothing.
  public var with: String?
  /// Whether the specification asks for it.
  public let isOn: @Sendable (ObservabilitySpec) -> Bool
  /// The capabilities that the agent's container gets for it.
  public var grants: [Grant] = []
  /// What the agent is told if it is on.
  public var settingsWhenOn: [Setting] = []
  /// What the agent is told if it is off.
  public var settingsWhenOff: [Setting] = []
  /// What of the node's file system is mounted for it.
  public var hostPaths: [HostPath] = []
  /// Fields of the pod that are set to true.
  public var podFields: [PodField] = []
  /// Flags of the `preflight` init container.
  public var preflightFlags: [PreflightFlag] = []
  /// What else a reader should know.
  public var note: String?
  /// Where it is written that this is so: the agent's source, v1.35.6, or the kernel's.
  public let source: String
}
