// SPDX-License-Identifier: Apache-2.0

/// A capability that preflight uses; the raw value is the kernel's number (`linux/capability.h`).
public enum Capability: Int32, Hashable, Sendable, CaseIterable {
  case sysAdmin = 21
  case sysPtrace = 19
  case netAdmin = 12

  /// As Kubernetes spells it, without `CAP_`.
  public var name: String {
    switch self {
    case .sysAdmin: "SYS_ADMIN"
    case .sysPtrace: "SYS_PTRACE"
    case .netAdmin: "NET_ADMIN"
    }
  }

  /// What preflight does with it.
  public var purpose: String {
    switch self {
    case .sysAdmin: "enter the host's network namespace"
    case .sysPtrace: "reach the host's files by /proc/1/root"
    case .netAdmin: "ask for connection tracking and task accounting as the agent does"
    }
  }

  /// Their names, in the order of the cases: `SYS_ADMIN, NET_ADMIN`.
  static func list(_ capabilities: Set<Capability>) -> String {
    allCases.filter(capabilities.contains).map(\.name).joined(separator: ", ")
  }
}
