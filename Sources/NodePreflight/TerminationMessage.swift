// SPDX-License-Identifier: Apache-2.0

import Glibc
import ObservabilityAPI

/// Where the kubelet looks for the last words of a container.
public enum TerminationMessage {
  /// Kubernetes' default for `terminationMessagePath`.
  public static let defaultPath = "/dev/termination-log"

  /// Writes the report to the path, in place of what was there.
  ///
  /// A file below `/dev` is not created: the kubelet mounts it, and outside a pod there is none.
  ///
  /// - Throws: ``HostError`` with kind `missing` if there is no such file or folder.
  public static func write(_ report: PreflightReport, to path: String = defaultPath) throws(HostError) {
    let create = path.hasPrefix("/dev/") ? 0 : O_CREAT
    let descriptor = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC | create, 0o644)
    guard descriptor >= 0 else {
      throw HostError("write \(path)", errno)
    }
    defer { close(descriptor) }
    var rest = Array(report.terminationMessage.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw HostError("write \(path)", errno) }
      rest = rest.dropFirst(count)
    }
  }
}
