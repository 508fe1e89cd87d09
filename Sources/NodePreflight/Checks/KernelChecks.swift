// SPDX-License-Identifier: Apache-2.0

import ObservabilityAPI

/// The kernel is not locked down for confidentiality, which forbids `bpf_probe_read`, kprobes and tracefs
/// (kernel_lockdown(7), `security/security.c`). Lockdown for integrity is no obstacle.
struct LockdownCheck: Check {
  static let path = "\(HostPath.root)/sys/kernel/security/lockdown"

  func look(at host: any HostAccess) throws(HostError) -> Finding {
    let modes: String
    do {
      modes = try host.readText(Self.path)
    } catch {
      // No such file: a kernel without lockdown, or securityfs is not mounted.
      if error.kind == .missing { return .present }
      throw error
    }
    // The mode in force stands in brackets: none [integrity] confidentiality
    return modes.contains("[confidentiality]") ? .lack(.kernelLockedDown, "\(Self.path) reads \"\(modes)\"") : .present
  }
}

/// The kernel is new enough. The operator looks at the same in the Node object, before a pod is there.
struct KernelCheck: Check {
  let minimum: KernelVersion

  func look(at host: any HostAccess) throws(HostError) -> Finding {
    let release = try host.kernelRelease()
    guard let version = KernelVersion(release) else {
      return .note("the kernel's version cannot be told from \"\(release)\" and is taken to do")
    }
    return version < minimum
      ? .lack(.kernelTooOld, "it is \(release) and \(minimum) is needed") : .note("kernel \(release)")
  }
}

/// The kernel describes its types, which the profiler needs. The rest of the agent does without.
struct BTFCheck: Check {
  static let path = "\(HostPath.root)/sys/kernel/btf/vmlinux"
  /// How the description begins (`linux/btf.h`), in this machine's byte order.
  static let magic: UInt16 = 0xEB9F

  func look(at host: any HostAccess) throws(HostError) -> Finding {
    let cause: String
    do {
      if try host.readFile(Self.path, atMost: 2).integer(at: 0, UInt16.self) == Self.magic { return .present }
      cause = "\(Self.path) is no BTF"
    } catch {
      guard error.kind == .missing else { throw error }
      cause = error.description
    }
    return .note("there will be no profiles, which need a kernel with CONFIG_DEBUG_INFO_BTF: \(cause)")
  }
}
