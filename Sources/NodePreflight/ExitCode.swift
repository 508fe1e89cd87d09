// SPDX-License-Identifier: Apache-2.0

import ObservabilityAPI

/// How `observability-operator preflight` ends. The numbers are stable: what a number meant once it means for good.
///
/// From 20 on the node cannot carry the agent, a number for each reason; below, trying again may help.
public enum ExitCode: Int32, Hashable, Sendable, CaseIterable {
  case ok = 0
  case badUsage = 2
  case hostForbidden = 10
  case sysctlNotWritable = 11
  case failed = 12
  case kernelTooOld = 20
  case kernelLockedDown = 21
  case tracefsUnavailable = 22
  case taskstatsUnavailable = 23
  case conntrackUnavailable = 24
  case containerRuntimeNotFound = 25

  /// The code for a reason why a node cannot carry the agent; nil for those that preflight does not find.
  public init?(_ reason: IneligibilityReason) {
    guard let code = Self.allCases.first(where: { $0.ineligibility == reason }) else { return nil }
    self = code
  }

  /// Why the node cannot carry the agent, if that is what the code says.
  public var ineligibility: IneligibilityReason? {
    switch self {
    case .ok, .badUsage, .hostForbidden, .sysctlNotWritable, .failed: nil
    case .kernelTooOld: .kernelTooOld
    case .kernelLockedDown: .kernelLockedDown
    case .tracefsUnavailable: .tracefsUnavailable
    case .taskstatsUnavailable: .taskstatsUnavailable
    case .conntrackUnavailable: .conntrackUnavailable
    case .containerRuntimeNotFound: .containerRuntimeNotFound
    }
  }

  /// The words of the report's `reason` that go with the code.
  public var reasons: [String] {
    switch self {
    case .ok: ["Prepared", "NothingToDo", "WouldChange"]
    case .badUsage: ["NotInContainer"]
    case .hostForbidden: ["HostForbidden"]
    case .sysctlNotWritable: ["SysctlNotWritable"]
    case .failed: ["Failed"]
    default: ineligibility.map { [$0.name] } ?? []
    }
  }

  /// What it means.
  public var meaning: String {
    switch self {
    case .ok: "The agent can run on this node: the settings were made, needed nothing, or would be made."
    case .badUsage:
      "The command line is wrong, or preflight does not run in a container that sees the host's processes."
    case .hostForbidden: "Preflight lacks a right, or something confines it; the message tells which."
    case .sysctlNotWritable: "A kernel setting could not be set, or did not stay as set."
    case .failed: "Something else failed; the message tells."
    default: ineligibility?.meaning ?? ""
    }
  }

  /// What a person can do.
  public var remedy: String {
    switch self {
    case .ok: "Nothing is to be done."
    case .badUsage: "Give the pod `hostPID: true`; to look at a host from outside a container, use `--dry-run`."
    case .hostForbidden:
      "Give the init container what the message names; it is rendered with it, so look for what takes it away "
        + "(an admission policy, AppArmor, SELinux)."
    case .sysctlNotWritable: "Set it in the node's configuration (Talos: `machine.sysctls`)."
    case .failed: "The kubelet tries again by itself; if it stays, read the message."
    default: ineligibility?.remedy ?? ""
    }
  }
}
