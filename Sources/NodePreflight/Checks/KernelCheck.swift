// SPDX-License-Identifier: Apache-2.0

import ObservabilityAPI

/// The kernel is new enough. The operator looks at the same in the Node object, before a pod is there.
struct KernelCheck: Check {
  let minimum: KernelVersion

  func look(at host: any HostAccess) throws(HostError) -> Finding {
    let release = try host.kernelRelease()
    guard let version = KernelVersion(release) else {
      return .note("the kernel's version cannot be told from \"\(release)\" and is taken to do")
    }
    return version < minimum
      ? .lack(.kernelTooOld, "it is \(release) and \(minimum) is needed") : .note("kernel \(release)")
  }
}
