// SPDX-License-Identifier: Apache-2.0

/// How `observability-operator preflight` ends, for the pod's status.
///
/// | code | name | meaning |
/// |---|---|---|
/// | 0 | `ok` | the node is prepared, or needed nothing |
/// | 2 | `badUsage` | the command line is wrong, or the termination message cannot be written |
/// | 10 | `hostForbidden` | the host's namespaces or files are out of reach; the message names the missing right |
/// | 11 | `sysctlNotWritable` | a kernel setting could not be set, or did not stay set |
/// | 12 | `failed` | something else of the system failed; the message tells |
public enum ExitCode: Int32, Hashable, Sendable, CaseIterable {
  case ok = 0
  case badUsage = 2
  case hostForbidden = 10
  case sysctlNotWritable = 11
  case failed = 12
}
