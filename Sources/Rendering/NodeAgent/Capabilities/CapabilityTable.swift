// SPDX-License-Identifier: Apache-2.0

public import ObservabilityAPI

/// Which feature of the agent needs what, and why.
///
/// The DaemonSet, `status.capabilities` and the page of capabilities all come from here. SYS_ADMIN, SYS_PTRACE and uid
/// 0 together are as good as root on the node; what the short list takes away is 33 other capabilities, the node's
/// devices and a writable `/proc/sys`.
public enum CapabilityTable {
  /// The ``CapabilityRow/feature`` of what the agent cannot start, or not see rightly, without.
  public static let always = "agent"

  /// Every row, in the order in which capabilities are listed.
  public static let rows: [CapabilityRow] = [
    agent, scrape, l7, ping, javaTLS, javaProfiles, dotnet, goHeap, gpu, diskDelay, logs, logLevels, logPatterns,
    profiles,
  ]

  /// Where the agent finds the node's cgroups.
  static let cgroupfs = CapabilityRow.HostPath(
    volume: "cgroupfs", path: "/sys/fs/cgroup", mountPath: "/host/sys/fs/cgroup",
    reason: "read the resource usage of containers")

  private static let agent = CapabilityRow(
    feature: always, isOn: { _ in true },
    grants: [
      .init(
        name: "SYS_ADMIN",
        reason: "enter the host's UTS, network and cgroup namespaces, load and attach eBPF programs",
        without: "The agent exits at once: the first thing it does is to enter the host's UTS namespace.",
        source: "main.go, containers/registry.go, ebpftracer/tracer.go"),
      .init(
        name: "SYS_PTRACE",
        reason: "read the namespaces, executables and memory maps of processes, and the host's files by /proc/1/root",
        without: "The agent exits at once.",
        source: "main.go, proc/proc.go"),
      .init(
        name: "NET_ADMIN", reason: "read the connection tracking table and the accounting of tasks",
        without: "The agent exits when it reads the table; without accounting it would follow no process at all.",
        source: "ebpftracer/init.go, containers/taskstats.go"),
      .init(
        name: "DAC_READ_SEARCH",
        reason: "read the open files and the environment of processes that do not run as root",
        without: "Silent: no disk metrics and no logs in /var/log of such processes, connections from before the agent "
          + "unknown, live ones forgotten every 10 minutes, `COROOT_*=disabled` of workloads not heeded.",
        source: "proc/fd.go, proc/flags.go, containers/registry.go"),
      .init(
        name: "IPC_LOCK", reason: "lock perf ring buffers beyond the budget that all eBPF agents of the node share",
        without: "The agent exits where others, such as Cilium or Tetragon, have used up what root may lock.",
        source: "ebpftracer/tracer.go"),
    ],
    hostPaths: [
      cgroupfs,
      .init(
        volume: "tracefs", path: "/sys/kernel/tracing", mountPath: "/sys/kernel/tracing",
        reason: "find the tracepoints; debugfs is not needed"),
    ],
    podFields: [
      .init(
        name: "hostPID",
        reason: "see the processes of the node, reach its files by /proc/1/root, ask the kernel for their accounting")
    ],
    preflightFlags: [
      .init(
        name: "--conntrack-events",
        effect: "sets net.netfilter.nf_conntrack_events to 1 in the host's network namespace, since the agent exits "
          + "otherwise; kernels since 5.19 start with 2")
    ],
    source: "main.go, containers/registry.go, ebpftracer/tracer.go")

  /// The port is above 1023, so that no right to a lower one is needed.
  private static let scrape = CapabilityRow(
    feature: "metrics.delivery: Scrape", isOn: { $0.metrics.delivery == .scrape },
    // All addresses of both families. With a metrics endpoint the agent would listen on 127.0.0.1:10300 only.
    settingsWhenOn: [.init(name: "LISTEN", value: ":\(AgentPort.number)")],
    source: "flags/flags.go")

  private static let l7 = CapabilityRow(
    feature: "nodeAgent.features.l7", isOn: { $0.nodeAgent.features.l7 },
    grants: [
      .init(
        name: "SYS_ADMIN", reason: "attach uprobes to TLS libraries",
        without: "Silent: nothing of what is said over TLS.")
    ],
    settingsWhenOff: [.init(name: "DISABLE_L7_TRACING", value: "true")],
    note: "Off, bytes of TCP connections are not counted either; memory stays the same.",
    source: "ebpftracer/tls.go; Linux ba677dbe77af, perf: Revert to requiring CAP_SYS_ADMIN for uprobes")

  private static let ping = CapabilityRow(
    feature: "nodeAgent.features.ping", isOn: { $0.nodeAgent.features.ping },
    grants: [
      .init(
        name: "NET_RAW", reason: "send ICMP echo requests from the network namespaces of pods",
        without: "No round-trip times, and a warning a container and scrape.")
    ],
    settingsWhenOff: [.init(name: "DISABLE_PINGER", value: "true")],
    source: "pinger/pinger.go")

  private static let dotnet = CapabilityRow(
    feature: "nodeAgent.features.dotnet", isOn: { $0.nodeAgent.features.dotnet },
    grants: [
      .init(
        name: "DAC_OVERRIDE", reason: "connect to the diagnostics sockets of .NET processes that do not run as root",
        without: "No metrics of such processes, and a warning a minute for each, which nothing switches off.")
    ],
    source: "containers/dotnet.go")

  private static let goHeap = CapabilityRow(
    feature: "nodeAgent.features.goHeap", isOn: { $0.nodeAgent.features.goHeap },
    settingsWhenOn: [.init(name: "GO_HEAP_PROFILER", value: "enabled")],
    settingsWhenOff: [.init(name: "GO_HEAP_PROFILER", value: "disabled")],
    note: "Does nothing without profiles.enabled. Reads the memory of Go programs with SYS_PTRACE and DAC_READ_SEARCH, "
      + "which the agent has anyway; never writes to it.",
    source: "profiling/profiling.go, profiling/goheap.go")

  private static let gpu = CapabilityRow(
    feature: "nodeAgent.features.gpu", isOn: { $0.nodeAgent.features.gpu },
    settingsWhenOn: [.init(name: "NVIDIA_VISIBLE_DEVICES", value: "all")],
    settingsWhenOff: [.init(name: "DISABLE_GPU_MONITORING", value: "true")],
    note: "Needs no capability but device nodes, which come from the runtime class of "
      + "nodeAgent.runtimeClassName, or with security.mode Privileged; the API refuses it without either. The driver's "
      + "library must lie where the agent looks for it, which those of Talos do not.",
    source: "gpu/gpu_linux.go")

  private static let diskDelay = CapabilityRow(
    feature: "nodeAgent.features.diskDelay", isOn: { $0.nodeAgent.features.diskDelay },
    preflightFlags: [
      .init(
        name: "--task-delay-accounting",
        effect: "sets kernel.task_delayacct to 1, without which Linux since 5.14 counts no waiting for disks")
    ],
    note: "Off, container_resources_disk_delay_seconds_total stays 0 unless the node counts it anyway.",
    source: "containers/taskstats.go; Linux e4042ad49235, delayacct: Default disabled")

  private static let profiles = CapabilityRow(
    feature: "profiles.enabled", isOn: { $0.sendsProfiles },
    grants: [
      .init(
        name: "SYS_ADMIN", reason: "sample the call stacks of processes",
        without: "No profiles of any kind, told by one line of the agent's log.")
    ],
    preflightFlags: [
      .init(name: "--profiles", effect: "looks for BTF, without which there are no profiles; a lack is noted, no more")
    ],
    note:
      "Profiles go to the Coroot server with the API key of its project. The agent sends the header X-Api-Key with all "
      + "that it sends, to VictoriaMetrics too, where its logs of requests may hold it.",
    source: "profiling/profiling.go")

  /// The rows of the features that the specification switches on.
  public static func rowsOn(_ spec: ObservabilitySpec) -> [CapabilityRow] { rows.filter { $0.isOn(spec) } }

  /// Every capability once, in the table's order, with its reasons joined.
  public static func grants(for spec: ObservabilitySpec) -> [(name: String, reason: String)] {
    var names: [String] = []
    var reasons: [String: [String]] = [:]
    for grant in rowsOn(spec).flatMap(\.grants) {
      if reasons[grant.name] == nil { names.append(grant.name) }
      if reasons[grant.name]?.contains(grant.reason) != true { reasons[grant.name, default: []].append(grant.reason) }
    }
    return names.map { (name: $0, reason: reasons[$0, default: []].joined(separator: "; ")) }
  }

  /// The settings that switch features on and off.
  static func settings(for spec: ObservabilitySpec) -> [CapabilityRow.Setting] {
    rows.flatMap { $0.isOn(spec) ? $0.settingsWhenOn : $0.settingsWhenOff }
  }
}
