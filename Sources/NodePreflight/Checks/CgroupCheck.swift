// SPDX-License-Identifier: Apache-2.0

import CLinux

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
