// SPDX-License-Identifier: Apache-2.0

import ObservabilityAPI

/// Which feature of the agent needs what, and why.
///
/// The DaemonSet and `status.capabilities` both come from here. SYS_ADMIN, SYS_PTRACE and uid 0 together are as good as
/// root on the node; what the short list takes away is 33 other capabilities, the node's devices and a writable
/// `/proc/sys`.
enum CapabilityTable {
  static let rows: [CapabilityRow] = [
    CapabilityRow(
      feature: "agent", isOn: { _ in true },
      grants: [
        .init(
          name: "SYS_ADMIN",
          reason: "enter the host's UTS, network and cgroup namespaces, load and attach eBPF programs"),
        .init(
          name: "SYS_PTRACE",
          reason: "read the namespaces, executables and memory maps of processes, and the host's files by /proc/1/root"),
        .init(name: "NET_ADMIN", reason: "read the connection tracking table and the accounting of tasks"),
        .init(
          name: "DAC_READ_SEARCH",
          reason: "read the open files and the environment of processes that do not run as root"),
        .init(
          name: "IPC_LOCK",
          reason: "lock perf ring buffers beyond the budget that all eBPF agents of the node share"),
      ],
      hostPaths: [
        .init(
          volume: "cgroupfs", path: "/sys/fs/cgroup", mountPath: "/host/sys/fs/cgroup",
          reason: "read the resource usage of containers"),
        .init(
          volume: "tracefs", path: "/sys/kernel/tracing", mountPath: "/sys/kernel/tracing",
          reason: "find the tracepoints; debugfs is not needed"),
      ],
      podFields: ["hostPID"],
      preflightFlags: ["--conntrack-events"],
      source: "main.go, containers/registry.go, ebpftracer/tracer.go, containers/taskstats.go"),
    CapabilityRow(
      feature: "nodeAgent.features.l7", isOn: { $0.nodeAgent.features.l7 },
      grants: [.init(name: "SYS_ADMIN", reason: "attach uprobes to TLS libraries")],
      settingsWhenOff: [.init(name: "DISABLE_L7_TRACING", value: "true")],
      source: "ebpftracer/tls.go; Linux ba677dbe77af, perf: Revert to requiring CAP_SYS_ADMIN for uprobes"),
    CapabilityRow(
      feature: "nodeAgent.features.ping", isOn: { $0.nodeAgent.features.ping },
      grants: [.init(name: "NET_RAW", reason: "send ICMP echo requests from the network namespaces of pods")],
      settingsWhenOff: [.init(name: "DISABLE_PINGER", value: "true")],
      source: "pinger/pinger.go"),
    // Java TLS is part of l7. With l7 off its helper would be loaded into every JVM and then read by nobody.
    CapabilityRow(
      feature: "nodeAgent.features.jvm", isOn: { $0.nodeAgent.features.jvm && $0.nodeAgent.features.l7 },
      grants: [
        .init(name: "KILL", reason: "signal JVMs to open their attach socket"),
        .init(name: "DAC_OVERRIDE", reason: "connect to the attach sockets of JVMs that do not run as root"),
      ],
      settingsWhenOn: [.init(name: "ENABLE_JAVA_TLS", value: "true")],
      source: "jvm/jattach.go, jvm/tls.go"),
    CapabilityRow(
      feature: "nodeAgent.features.dotnet", isOn: { $0.nodeAgent.features.dotnet },
      grants: [
        .init(
          name: "DAC_OVERRIDE", reason: "connect to the diagnostics sockets of .NET processes that do not run as root")
      ],
      source: "containers/dotnet.go"),
    CapabilityRow(
      feature: "nodeAgent.features.goHeap", isOn: { $0.nodeAgent.features.goHeap },
      settingsWhenOn: [.init(name: "GO_HEAP_PROFILER", value: "enabled")],
      settingsWhenOff: [.init(name: "GO_HEAP_PROFILER", value: "disabled")],
      source: "profiling/goheap.go"),
    // The device nodes come from NVIDIA's container runtime, or from Privileged.
    CapabilityRow(
      feature: "nodeAgent.features.gpu", isOn: { $0.nodeAgent.features.gpu },
      settingsWhenOn: [.init(name: "NVIDIA_VISIBLE_DEVICES", value: "all")],
      settingsWhenOff: [.init(name: "DISABLE_GPU_MONITORING", value: "true")],
      source: "gpu/gpu_linux.go"),
    CapabilityRow(
      feature: "nodeAgent.features.diskDelay", isOn: { $0.nodeAgent.features.diskDelay },
      preflightFlags: ["--task-delay-accounting"],
      source: "containers/taskstats.go; Linux e4042ad49235, delayacct: Default disabled"),
    // Without a destination no text of a log leaves the node, not even as the label `sample` of a metric.
    CapabilityRow(
      feature: "logs.destination", isOn: { $0.logs.destination != .none },
      settingsWhenOff: [.init(name: "DISABLE_LOG_PARSING", value: "true")],
      source: "containers/container.go"),
  ]

  /// What the init container needs: a container's own /proc/sys is read-only, so sysctls are written through
  /// `/proc/1/root`, in the host's network namespace; and without NET_ADMIN the kernel does not even tell whether it has
  /// connection tracking. It gives all of them up before it ends.
  static let preflightGrants: [CapabilityRow.Grant] = [
    .init(name: "SYS_ADMIN", reason: "enter the host's network namespace"),
    .init(name: "SYS_PTRACE", reason: "reach the host's files and sysctls by /proc/1/root"),
    .init(name: "NET_ADMIN", reason: "ask for connection tracking and task accounting as the agent does"),
  ]

  /// The rows of the features that the specification switches on.
  static func rowsOn(_ spec: ObservabilitySpec) -> [CapabilityRow] { rows.filter { $0.isOn(spec) } }

  /// Every capability once, in the table's order, with its reasons joined.
  static func grants(for spec: ObservabilitySpec) -> [CapabilityRow.Grant] {
    var names: [String] = []
    var reasons: [String: [String]] = [:]
    for grant in rowsOn(spec).flatMap(\.grants) {
      if reasons[grant.name] == nil { names.append(grant.name) }
      reasons[grant.name, default: []].append(grant.reason)
    }
    return names.map { .init(name: $0, reason: reasons[$0, default: []].joined(separator: "; ")) }
  }

  /// The settings that switch features on and off.
  static func settings(for spec: ObservabilitySpec) -> [CapabilityRow.Setting] {
    rows.flatMap { $0.isOn(spec) ? $0.settingsWhenOn : $0.settingsWhenOff }
  }
}
