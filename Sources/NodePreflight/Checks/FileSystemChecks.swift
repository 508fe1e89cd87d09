// SPDX-License-Identifier: Apache-2.0

import CLinux
import ObservabilityAPI

/// Tracefs is mounted where the DaemonSet takes it from, and tells of tracepoints.
///
/// Without it the agent's folder is an empty one of sysfs, and it exits with "neither debugfs nor tracefs are mounted".
/// From the format of `task_newtask` the agent learns which of its programs fits the kernel (`ebpftracer/tracer.go`).
struct TracefsCheck: Check {
  static let folder = "\(HostPath.root)/sys/kernel/tracing"
  static let format = folder + "/events/task/task_newtask/format"

  func look(at host: any HostAccess) throws(HostError) -> Finding {
    let type: UInt32
    do {
      type = try host.fileSystemType(Self.folder)
    } catch {
      if error.kind == .missing { return .lack(.tracefsUnavailable, error.description) }
      throw error
    }
    guard type == UInt32(TRACEFS_MAGIC) else {
      return .lack(.tracefsUnavailable, "nothing of type tracefs is mounted at \(Self.folder)")
    }
    do {
      let text = try host.readText(Self.format)
      return text.hasPrefix("name: task_newtask")
        ? .present : .lack(.tracefsUnavailable, "\(Self.format) does not describe a tracepoint")
    } catch {
      // Also if it is forbidden: root reads it wherever the kernel lets anybody, so the agent would be refused too.
      return .lack(.tracefsUnavailable, error.description)
    }
  }
}

/// Which version of cgroups the node uses. The agent copes with all of them; without any it has no usage of containers.
struct CgroupCheck: Check {
  static let path = "\(HostPath.root)/sys/fs/cgroup"

  func look(at host: any HostAccess) throws(HostError) -> Finding {
    // Version 1 has a folder for each controller, on a tmpfs; with systemd's hybrid layout, one for version 2 beside.
    switch try type(Self.path, host) {
    case UInt32(CGROUP2_SUPER_MAGIC): .note("cgroup v2")
    case UInt32(TMPFS_MAGIC):
      try type(Self.path + "/unified", host) == UInt32(CGROUP2_SUPER_MAGIC)
        ? .note("cgroup v1 and v2 (hybrid)") : .note("cgroup v1")
    default: .note("no cgroup file system is mounted at \(Self.path): the agent will not tell the usage of containers")
    }
  }

  private func type(_ path: String, _ host: any HostAccess) throws(HostError) -> UInt32? {
    do {
      return try host.fileSystemType(path)
    } catch {
      if error.kind == .missing { return nil }
      throw error
    }
  }
}
