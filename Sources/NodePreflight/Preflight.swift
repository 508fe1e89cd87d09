// SPDX-License-Identifier: Apache-2.0

import ObservabilityAPI

/// Looks whether a node can carry the agent, and prepares it; what the DaemonSet's init container does.
///
/// It needs uid 0, `hostPID: true` and the capabilities of ``Capability``, and gives up each when it no longer needs it.
/// All checks come first; a node that fails one is left as it is. Init containers run again after a reboot of the node, so
/// the settings survive one.
public struct Preflight: Sendable {
  /// What is to be done.
  public struct Options: Hashable, Sendable {
    /// Whether the host stays as it is and the verdict tells what would be changed.
    public var dryRun = false
    /// The settings to make.
    public var sysctls: [Sysctl] = []
    /// Whether the agent is to make profiles.
    public var profiles = false
    /// The oldest kernel that does.
    public var minimumKernel = KernelVersion.minimum

    /// The checks that are always made, and nothing to set.
    public init() {}
  }

  let host: any HostAccess
  let options: Options

  /// A preflight of that host.
  public init(host: any HostAccess, options: Options) {
    self.host = host
    self.options = options
  }

  /// Does the work on a thread of its own and waits for it. The calling thread gives up all capabilities meanwhile.
  ///
  /// Entering a network namespace moves one thread and cannot be undone without the right to come back, so no thread
  /// of a pool may do it. The thread ends with the work.
  public func run() -> Verdict {
    do {
      var failure: HostError?
      let verdict = try onOwnThread({ self.decide() }, meanwhile: { failure = self.giveUpEverything() })
      guard let failure, verdict.exitCode == .ok else { return verdict }
      return Verdict(failure, nil, changed: verdict.report.changed)
    } catch {
      return Verdict(error, nil)
    }
  }

  /// Does the work on the calling thread, which has no capability and another network namespace afterwards.
  func decide() -> Verdict {
    let who: Credentials
    do { who = try host.credentials() } catch { return Verdict(error, nil) }
    var verdict = work(who)
    if let failure = giveUpEverything() { return Verdict(failure, who, changed: verdict.report.changed) }
    verdict.givenUp = who.capabilities
    return verdict
  }

  private func giveUpEverything() -> HostError? {
    do {
      try host.keepOnly([])
      return nil
    } catch {
      return error
    }
  }

  private func work(_ who: Credentials) -> Verdict {
    do {
      if let refusal = try refusal(who) { return refusal }
      try host.enterHostNetwork()
      let forSettings = Set([.sysPtrace] + options.sysctls.compactMap(\.capability))
      try host.keepOnly(forSettings.union([.netAdmin]))
      var inspection = Inspection()
      inspection.make([TaskstatsCheck(), ConntrackCheck()], at: host)
      try host.keepOnly(forSettings)
      inspection.make(fileChecks, at: host)
      if let verdict = inspection.verdict(who) { return verdict }
      return try settings(notes: inspection.notes)
    } catch {
      return Verdict(error, who)
    }
  }

  private var fileChecks: [any Check] {
    let always: [any Check] = [
      KernelCheck(minimum: options.minimumKernel), CgroupCheck(), RuntimeSocketCheck(), LockdownCheck(), TracefsCheck(),
    ]
    return options.profiles ? always + [BTFCheck()] : always
  }

  /// Why preflight cannot or should not begin.
  private func refusal(_ who: Credentials) throws(HostError) -> Verdict? {
    if let lack = who.lack { return Verdict(.hostForbidden, "HostForbidden", lack) }
    switch try host.standpoint() {
    case .container: return nil
    case .firstProcess:
      return Verdict(
        .badUsage, "NotInContainer",
        "this process is process 1, so the host's is out of sight: the pod needs hostPID: true")
    case .host:
      return options.dryRun
        ? nil
        : Verdict(
          .badUsage, "NotInContainer",
          "this is no container: preflight changes the node as init container of the agents' pods only. "
            + "With --dry-run it tells what it would change here")
    }
  }

  /// Makes the settings, or tells what it would do; the node is known to be fit.
  private func settings(notes: [String]) throws(HostError) -> Verdict {
    // All are read before the first is written.
    var changes: [SysctlChange] = []
    for sysctl in options.sysctls { changes.append(try SysctlChange(sysctl, on: host)) }
    var changed: [String] = []
    for change in changes {
      do {
        if !options.dryRun { try change.make(on: host) }
      } catch {
        return Verdict(.sysctlNotWritable, "SysctlNotWritable", changed: changed, error.message)
      }
      if let text = change.change { changed.append(text) }
    }
    let reason = changed.isEmpty ? "NothingToDo" : options.dryRun ? "WouldChange" : "Prepared"
    let told = notes + changes.map { $0.note(dryRun: options.dryRun) }
    return Verdict(.ok, reason, changed: changed, told.joined(separator: "; "))
  }
}
