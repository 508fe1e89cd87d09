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
