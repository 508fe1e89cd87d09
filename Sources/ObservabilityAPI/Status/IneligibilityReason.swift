// SPDX-License-Identifier: Apache-2.0

/// Why a node cannot carry the agent: one word in CamelCase that programs can rely on, with its meaning and remedy.
///
/// It stands in `status.ineligibleNodes`, in Events, and, where preflight finds it, in the termination message of the
/// init container. ``all`` is the documented table.
public struct IneligibilityReason: Hashable, Sendable {
  /// What stands in `reason`.
  public let name: String
  /// What it means.
  public let meaning: String
  /// What a person can do.
  public let remedy: String

  init(_ name: String, meaning: String, remedy: String) {
    self.name = name
    self.meaning = meaning
    self.remedy = remedy
  }

  /// The reason of that name, if there is one.
  public init?(named name: String) {
    guard let reason = Self.all.first(where: { $0.name == name }) else { return nil }
    self = reason
  }

  /// Every reason, in the order of the documentation.
  public static let all: [IneligibilityReason] = [
    .unsupportedOperatingSystem, .unsupportedArchitecture, .kernelTooOld, .excluded, .tracefsUnavailable,
    .kernelLockedDown, .taskstatsUnavailable, .conntrackUnavailable, .containerRuntimeNotFound, .agentExits,
  ]
}

/// What the Node object tells.
extension IneligibilityReason {
  /// The node does not run Linux.
  public static let unsupportedOperatingSystem = IneligibilityReason(
    "UnsupportedOperatingSystem", meaning: "The node does not run Linux.", remedy: "Nothing is to be done.")
  /// The agent's image exists for amd64 and arm64 only.
  public static let unsupportedArchitecture = IneligibilityReason(
    "UnsupportedArchitecture", meaning: "The agent's image exists for amd64 and arm64 only.",
    remedy: "Nothing is to be done.")
  /// The kernel is older than the agent needs.
  public static let kernelTooOld = IneligibilityReason(
    "KernelTooOld",
    meaning: "The kernel is older than the agent needs: 5.11, or 5.1 with spec.nodeAgent.security.mode Privileged.",
    remedy: "Upgrade the node's kernel; the node is looked at again by itself.")
  /// The node's annotation asks for no agent.
  public static let excluded = IneligibilityReason(
    "Excluded", meaning: "The node's annotation asks for no agent.", remedy: "Take the annotation off the node.")
}

/// What preflight, or the agent's end, tells.
extension IneligibilityReason {
  /// The kernel's tracefs is not mounted, or its format files cannot be read.
  public static let tracefsUnavailable = IneligibilityReason(
    "TracefsUnavailable", meaning: "The kernel's tracefs is not mounted at /sys/kernel/tracing, or cannot be read.",
    remedy: "Mount it on the node (Talos: version 1.8 or newer does).")
  /// The kernel is locked down for confidentiality, which forbids eBPF programs to read kernel memory.
  public static let kernelLockedDown = IneligibilityReason(
    "KernelLockedDown",
    meaning: "The kernel is locked down for confidentiality, which forbids what eBPF programs of the agent do.",
    remedy: "Boot with lockdown=integrity or without lockdown.")
  /// The kernel does not account for tasks.
  public static let taskstatsUnavailable = IneligibilityReason(
    "TaskstatsUnavailable", meaning: "The kernel has no taskstats, without which the agent exits.",
    remedy: "Use a kernel with CONFIG_TASKSTATS.")
  /// The kernel's connection tracking cannot be read by netlink.
  public static let conntrackUnavailable = IneligibilityReason(
    "ConntrackUnavailable", meaning: "Connection tracking cannot be read by netlink, without which the agent exits.",
    remedy: "Load the module nf_conntrack_netlink, or use a kernel with CONFIG_NF_CT_NETLINK.")
  /// No socket of a container runtime is where the agent looks for one.
  public static let containerRuntimeNotFound = IneligibilityReason(
    "ContainerRuntimeNotFound", meaning: "No socket of a container runtime is where the agent looks for one.",
    remedy: "Link the runtime's socket to /run/containerd/containerd.sock on the node, by a relative link.")
  /// The agent ends again and again with exit code 1, its word for what it cannot do without.
  public static let agentExits = IneligibilityReason(
    "AgentExits", meaning: "The agent ends again and again with exit code 1: it lacks something on this node.",
    remedy: "Read its last words in the Event; the node is tried again after a while, and when its system changes.")
}
