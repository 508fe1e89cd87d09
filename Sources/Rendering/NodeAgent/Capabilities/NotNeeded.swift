// SPDX-License-Identifier: Apache-2.0

/// What agents of this kind are often given and this one does not get.
public struct NotNeeded: Sendable {
  /// A capability, or a field of the pod.
  public let what: String
  /// Why the agent does without.
  public let why: String

  /// Capabilities that are dropped, by name.
  public static let capabilities: [NotNeeded] = [
    NotNeeded(
      what: "BPF, PERFMON",
      why:
        "Parts of SYS_ADMIN, so they would grant nothing; containerd before 1.5 and CRI-O before 1.22 refuse the names."
    ),
    NotNeeded(
      what: "SYS_RESOURCE",
      why: "Raises the limit of locked memory for eBPF maps, which kernels since 5.11 do not have."),
    NotNeeded(what: "SYSLOG", why: "The kernel's log and the addresses of its symbols are not read."),
    NotNeeded(what: "CHECKPOINT_RESTORE", why: "/proc/PID/map_files is not read."),
    NotNeeded(what: "NET_BIND_SERVICE", why: "The agent listens on port \(AgentPort.number)."),
    NotNeeded(
      what: "SYS_MODULE, SYS_RAWIO, SYS_BOOT, SYS_TIME, SYS_CHROOT, MKNOD",
      why: "No module is loaded, no device opened or made, nothing mounted, no clock set."),
    NotNeeded(
      what: "SETUID, SETGID, SETPCAP, CHOWN, FOWNER, FSETID",
      why: "The agent stays uid 0 and changes no owner and no mode."),
  ]

  /// What the pod does without.
  public static let podFields: [NotNeeded] = [
    NotNeeded(
      what: "hostNetwork", why: "It would take no capability away, and NetworkPolicies would not hold the agent."),
    NotNeeded(what: "hostIPC", why: "No shared memory or message queue of others is used."),
    NotNeeded(what: "debugfs", why: "tracefs alone is enough, and read-only."),
    NotNeeded(what: "hostPath /, /proc, /run, /var/log, bpffs", why: "All of them are reached by /proc/1/root."),
    NotNeeded(
      what: "a token of the API", why: "The agent never asks the API server; names of pods come from the runtime."),
    NotNeeded(
      what: "procMount: Unmasked",
      why: "The API demands hostUsers: false with it, and the agent needs the node's own user namespace."),
    NotNeeded(
      what: "a writable root file system",
      why: "With delivery Push an emptyDir at /tmp takes the spool; nothing else is written."),
  ]
}
