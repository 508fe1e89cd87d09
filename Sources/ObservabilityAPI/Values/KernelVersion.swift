// SPDX-License-Identifier: Apache-2.0

/// The version of a Linux kernel, as far as the agent's needs tell kernels apart: 5.15 of `5.15.0-91-generic`.
public struct KernelVersion: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The first number.
  public let major: Int
  /// The second.
  public let minor: Int

  /// A version made of its parts.
  public init(_ major: Int, _ minor: Int) {
    self.major = major
    self.minor = minor
  }

  /// The version at the start of a kernel's release; nil if there are no two numbers with a dot between.
  public init?(_ release: String) {
    var rest = Substring(release)
    guard let major = Self.number(&rest), rest.popFirst() == ".", let minor = Self.number(&rest) else { return nil }
    self.init(major, minor)
  }

  /// The oldest kernel on which the agent works without `privileged`: since 5.11 the memory of eBPF maps is counted in
  /// the pod's memory cgroup and not in RLIMIT_MEMLOCK, which only SYS_RESOURCE raises.
  public static let minimum = KernelVersion(5, 11)

  /// The oldest kernel that the agent's makers support (coroot-node-agent `README.md`); 4.16 is the oldest on which it
  /// starts, and 4.x is reported not to work.
  public static let minimumPrivileged = KernelVersion(5, 1)

  /// Whether the left version is older.
  public static func < (left: KernelVersion, right: KernelVersion) -> Bool {
    (left.major, left.minor) < (right.major, right.minor)
  }

  /// The two numbers with a dot between.
  public var description: String { "\(major).\(minor)" }

  private static func number(_ text: inout Substring) -> Int? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard digits.utf8.count <= 6, let number = Int(digits) else { return nil }
    text = text[digits.endIndex...]
    return number
  }
}
