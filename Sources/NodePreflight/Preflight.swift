// SPDX-License-Identifier: Apache-2.0

/// Prepares a node for the agent; what the DaemonSet's init container does.
///
/// It needs uid 0, `hostPID: true`, `SYS_ADMIN` (to enter the host's network namespace) and `SYS_PTRACE` (to reach
/// through `/proc/1`). Init containers run again after a reboot of the node, so the setting survives one.
public struct Preflight: Sendable {
  /// What is to be done.
  public struct Options: Hashable, Sendable {
    /// Whether the host stays as it is and the verdict tells what would be changed.
    public var dryRun: Bool
    /// The settings to make.
    public var sysctls: [Sysctl]

    /// Options of your own.
    public init(dryRun: Bool = false, sysctls: [Sysctl] = [.conntrackEvents]) {
      self.dryRun = dryRun
      self.sysctls = sysctls
    }
  }

  /// Where the host's kernel settings are found: the root of the host's first process, since a container's own
  /// `/proc/sys` is mounted read-only.
  public static let sysctlRoot = "/proc/1/root/proc/sys/"

  private let host: any HostAccess
  private let options: Options

  /// A preflight of that host.
  public init(host: any HostAccess, options: Options = Options()) {
    self.host = host
    self.options = options
  }

  /// Does the work on a thread of its own and waits for it.
  ///
  /// Entering a network namespace moves one thread and cannot be undone without the right to come back, so no thread
  /// of a pool may do it. The thread ends with the work; the caller's stays where it is.
  public func run() -> Verdict {
    do {
      return try onOwnThread { self.decide() }
    } catch {
      return Verdict(exitCode: .failed, reason: "Failed", message: "\(error)")
    }
  }

  /// Does the work on the calling thread.
  func decide() -> Verdict {
    do {
      try host.enterHostNetwork()
    } catch {
      return Self.unreachable(error, changed: [])
    }
    var changed: [String] = []
    var notes: [String] = []
    for sysctl in options.sysctls {
      do {
        switch try set(sysctl) {
        case .missing: notes.append("\(sysctl.name) does not exist: \(sysctl.ifMissing)")
        case .asWanted: notes.append("\(sysctl.name) is \(sysctl.wanted)")
        case .changed(let from):
          changed.append("\(sysctl.name): \(from) -> \(sysctl.wanted)")
          notes.append("\(sysctl.name) \(options.dryRun ? "would be" : "was") set from \(from) to \(sysctl.wanted)")
        }
      } catch {
        switch error {
        case .unreadable(let cause): return Self.unreachable(cause, changed: changed)
        case .unwritable(let why): return Self.unwritable(sysctl, why, changed: changed)
        }
      }
    }
    let reason = changed.isEmpty ? "NothingToDo" : options.dryRun ? "WouldChange" : "Prepared"
    return Verdict(exitCode: .ok, reason: reason, changed: changed, message: notes.joined(separator: "; "))
  }
}

extension Preflight {
  private enum Setting {
    case missing, asWanted
    case changed(from: String)
  }

  private enum SettingError: Error {
    case unreadable(HostError)
    case unwritable(String)
  }

  private func set(_ sysctl: Sysctl) throws(SettingError) -> Setting {
    let path = Self.sysctlRoot + sysctl.path
    guard let before = try read(path) else { return .missing }
    if before == sysctl.wanted { return .asWanted }
    if options.dryRun { return .changed(from: before) }
    do {
      try host.writeFile(path, Array((sysctl.wanted + "\n").utf8))
    } catch {
      throw .unwritable(error.description)
    }
    let after = try read(path)
    guard after == sysctl.wanted else {
      throw .unwritable("\(path) reads \(after ?? "nothing") after \(sysctl.wanted) was written")
    }
    return .changed(from: before)
  }

  /// The text of a setting, or nil if the kernel has no such setting.
  private func read(_ path: String) throws(SettingError) -> String? {
    do {
      let bytes = try host.readFile(path)
      return String(decoding: bytes, as: UTF8.self).trimmed
    } catch {
      if error.kind == .missing { return nil }
      throw .unreadable(error)
    }
  }

  private static func unreachable(_ error: HostError, changed: [String]) -> Verdict {
    let forbidden = error.kind == .forbidden
    return Verdict(
      exitCode: forbidden ? .hostForbidden : .failed, reason: forbidden ? "HostForbidden" : "Failed",
      changed: changed, message: error.description)
  }

  private static func unwritable(_ sysctl: Sysctl, _ why: String, changed: [String]) -> Verdict {
    Verdict(
      exitCode: .sysctlNotWritable, reason: "SysctlNotWritable", changed: changed,
      message: "\(sysctl.name) must be \(sysctl.wanted) or the agent exits, and could not be set: \(why). "
        + "Set it in the node's configuration (Talos: machine.sysctls), or check that the init container has "
        + "SYS_PTRACE and that no security module (AppArmor, SELinux) confines it")
  }
}

extension String {
  fileprivate var trimmed: String {
    let start = drop { $0.isWhitespace }
    return String(start.prefix(start.count - start.reversed().prefix { $0.isWhitespace }.count))
  }
}
