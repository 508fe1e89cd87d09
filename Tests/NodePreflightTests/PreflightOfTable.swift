// SPDX-License-Identifier: Apache-2.0

import NodePreflight
import ObservabilityAPI

/// What preflight says of a host in memory.
func verdict(
  _ host: TableHost, sysctls: [Sysctl] = [.conntrackEvents], dryRun: Bool = false, profiles: Bool = false,
  minimumKernel: KernelVersion = .minimum
) -> Verdict {
  var options = Preflight.Options()
  options.sysctls = sysctls
  options.dryRun = dryRun
  options.profiles = profiles
  options.minimumKernel = minimumKernel
  return Preflight(host: host, options: options).run()
}
