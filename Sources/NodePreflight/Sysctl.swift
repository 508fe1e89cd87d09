// SPDX-License-Identifier: Apache-2.0

/// A kernel setting that the node-agent needs.
public struct Sysctl: Hashable, Sendable {
  /// The name as sysctl(8) spells it.
  public let name: String
  /// The only value that does.
  public let wanted: String
  /// What follows if the kernel has no such setting.
  let ifMissing: String
  /// What follows if it keeps another value, with the remedy.
  let ifOther: String
  /// What the kernel asks of the writer, beside uid 0.
  let capability: Capability?

  /// Where it is found: in the `/proc/sys` of the host's first process, since a container's own is mounted read-only.
  public var path: String { HostPath.root + "/proc/sys/" + String(name.map { $0 == "." ? "/" : $0 }) }

  /// Connection tracking reports every new connection.
  ///
  /// The agent reads this in the host's network namespace at its start, writes 1 if it is anything else, and exits if
  /// the write fails (coroot-node-agent `ebpftracer/tracer.go`, `ensureConntrackEventsAreEnabled`). A container that
  /// is not privileged cannot write it, and kernels since 5.19 have 2 (commit 90d1daa45849). If the file is missing
  /// the agent only warns.
  public static let conntrackEvents = Sysctl(
    name: "net.netfilter.nf_conntrack_events", wanted: "1",
    ifMissing: "the kernel does not report connections, so the true destination of those to Services stays unknown",
    ifOther: "the agent would exit", capability: nil)

  /// The kernel accounts for the time that tasks wait for disks.
  ///
  /// Off by default since 5.14 (commit e4042ad49235); without it `container_resources_disk_delay_seconds_total` stays
  /// at zero. It holds for the whole kernel, whatever the namespace, and only SYS_ADMIN may write it
  /// (`kernel/delayacct.c`).
  public static let taskDelayAccounting = Sysctl(
    name: "kernel.task_delayacct", wanted: "1",
    ifMissing: "the kernel always accounts for delays, or never does",
    ifOther: "disk delay would stay at zero; or switch spec.nodeAgent.features.diskDelay off", capability: .sysAdmin)
}

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
