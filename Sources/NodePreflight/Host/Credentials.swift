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
