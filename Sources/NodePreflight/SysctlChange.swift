// SPDX-License-Identifier: Apache-2.0

/// A kernel setting as it was found, and what is to be done about it.
struct SysctlChange {
  let sysctl: Sysctl
  /// The value that it has; nil if the kernel has no such setting.
  let before: String?

  /// Why a setting is not as it must be.
  struct Failure: Error {
    let message: String
  }

  /// Reads the setting.
  init(_ sysctl: Sysctl, on host: any HostAccess) throws(HostError) {
    self.sysctl = sysctl
    do {
      before = try host.readText(sysctl.path)
    } catch {
      guard error.kind == .missing else { throw error }
      before = nil
    }
  }

  /// The value that it has, if that is another than is wanted.
  private var other: String? { before == sysctl.wanted ? nil : before }

  /// The change for the report, if there is to be one: `net.netfilter.nf_conntrack_events: 2 -> 1`.
  var change: String? { other.map { "\(sysctl.name): \($0) -> \(sysctl.wanted)" } }

  /// What there is to tell.
  func note(dryRun: Bool) -> String {
    guard let before else { return "\(sysctl.name) does not exist: \(sysctl.ifMissing)" }
    guard let other else { return "\(sysctl.name) is \(before)" }
    return "\(sysctl.name) \(dryRun ? "would be" : "was") set from \(other) to \(sysctl.wanted)"
  }

  /// Writes the value that is wanted, if it is not there, and reads it back.
  func make(on host: any HostAccess) throws(Failure) {
    guard other != nil else { return }
    let after: String
    do {
      try host.writeFile(sysctl.path, Array((sysctl.wanted + "\n").utf8))
      after = try host.readText(sysctl.path)
    } catch {
      throw failure(error.description)
    }
    guard after == sysctl.wanted else { throw failure("it reads \(after) after \(sysctl.wanted) was written") }
  }

  private func failure(_ cause: String) -> Failure {
    Failure(
      message: "\(sysctl.name) must be \(sysctl.wanted) and could not be set: \(cause). Set it in the node's "
        + "configuration (Talos: machine.sysctls), or else \(sysctl.ifOther)")
  }
}
