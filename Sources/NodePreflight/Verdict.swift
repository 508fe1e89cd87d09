// SPDX-License-Identifier: Apache-2.0

import JSON
import ObservabilityAPI

/// What preflight found and did.
public struct Verdict: Hashable, Sendable {
  /// How the process is to end.
  public var exitCode: ExitCode
  /// What the operator is told.
  public var report: PreflightReport
  /// The capabilities that were given up.
  public var givenUp: Set<Capability> = []

  init(_ exitCode: ExitCode, _ reason: String, changed: [String] = [], _ message: String) {
    self.exitCode = exitCode
    let verdict: PreflightReport.Verdict =
      exitCode == .ok ? .ok : exitCode.ineligibility == nil ? .failed : .ineligible
    report = PreflightReport(verdict: verdict, reason: reason, changed: changed, message: message)
  }

  /// Something failed: for want of a right, or otherwise.
  init(_ error: HostError, _ who: Credentials?, changed: [String] = []) {
    guard error.kind == .forbidden else {
      self.init(.failed, "Failed", changed: changed, error.description)
      return
    }
    var message = error.description
    if let who, who.lack == nil {
      message +=
        ", although this process has uid 0 and the capabilities \(Capability.list(who.capabilities)): a "
        + "security module confines it (the container needs appArmorProfile Unconfined, and spc_t with SELinux), a "
        + "seccomp profile does, or the pod has a user namespace of its own (hostUsers: false)"
    }
    self.init(.hostForbidden, "HostForbidden", changed: changed, message)
  }

  /// The same as one readable line, in the form of the operator's log.
  public var logLine: String {
    let (level, head) =
      switch report.verdict {
      case .ok: ("INFO ", "preflight passed")
      case .ineligible: ("WARN ", "node ineligible")
      case .failed: ("ERROR", "preflight failed")
      }
    func field(_ name: String, _ value: String) -> String {
      value.isEmpty ? "" : " \(name)=" + JSONWriter.text(.string(value))
    }
    return "\(level) " + head.padded(to: 22) + " reason=\(report.reason)"
      + field("changed", report.changed.joined(separator: ", ")) + field("gaveUp", Capability.list(givenUp))
      + field("message", report.message)
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
