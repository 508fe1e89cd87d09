// SPDX-License-Identifier: Apache-2.0

extension CapabilityTable {
  /// What the init container gets, whatever is switched on: a container's own `/proc/sys` is read-only, so settings are
  /// written through `/proc/1/root`, in the host's network namespace; and without NET_ADMIN the kernel does not even
  /// tell whether it has connection tracking. It gives each of them up once it has no more use for it.
  public static let preflightGrants: [CapabilityRow.Grant] = [
    .init(name: "SYS_ADMIN", reason: "enter the host's network namespace", without: missing),
    .init(name: "SYS_PTRACE", reason: "reach the host's files and sysctls by /proc/1/root", without: missing),
    .init(
      name: "NET_ADMIN", reason: "ask for connection tracking and task accounting as the agent does", without: missing),
  ]

  private static let missing = "Preflight ends with an error that names it, and the agent does not start."
}
