// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import JSON
import KubernetesClient

extension RuntimeEnvironment {
  /// Waits a hundredth of what is asked for, so that backoff takes no time; the rest is real. Waits of a minute and more
  /// are deadlines, of a watch or of a reconcile, and stay as they are.
  public static var impatient: RuntimeEnvironment {
    var environment = RuntimeEnvironment.live
    let sleep = environment.sleep
    environment.sleep = { try await sleep($0 < .seconds(60) ? $0 / 100 : $0) }
    return environment
  }
}

extension TestCluster {
  /// A `Status` as the API server answers it.
  public static func status(_ code: Int, _ reason: String, _ message: String) -> JSONValue {
    [
      "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure", "message": .string(message),
      "reason": .string(reason), "code": .integer(Int64(code)),
    ]
  }
}
