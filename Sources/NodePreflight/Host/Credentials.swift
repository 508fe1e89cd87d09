// SPDX-License-Identifier: Apache-2.0

/// As whom a thread acts.
public struct Credentials: Hashable, Sendable {
  /// The effective user id.
  public var user: UInt32
  /// The effective capabilities among those that preflight uses.
  public var capabilities: Set<Capability>

  /// Credentials made of their parts.
  public init(user: UInt32, capabilities: Set<Capability>) {
    self.user = user
    self.capabilities = capabilities
  }

  /// What the DaemonSet gives the init container.
  public static let initContainer = Credentials(user: 0, capabilities: Set(Capability.allCases))

  /// What is missing to do preflight's work, and what it is for, as a sentence; nil if nothing is.
  var lack: String? {
    let missing = Capability.allCases.filter { !capabilities.contains($0) }
    var parts: [String] = []
    if user != 0 { parts.append("runs as uid \(user) and not as uid 0, to which the host's files belong") }
    if !missing.isEmpty {
      let each = missing.map { "\($0.name) (to \($0.purpose))" }.joined(separator: ", ")
      parts.append("lacks the \(missing.count == 1 ? "capability" : "capabilities") \(each)")
    }
    guard !parts.isEmpty else { return nil }
    return "this process " + parts.joined(separator: ", and it ")
      + ". Preflight is made for the init container of the agents' pods, which has uid 0 and the capabilities "
      + Capability.list(Self.initContainer.capabilities)
  }
}

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
