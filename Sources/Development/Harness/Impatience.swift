// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import JSON
import KubernetesClient

extension RuntimeEnvironment {
  /// Takes twenty times as long over waits below a second, so that the order of events on a busy machine is that of an
  /// idle one.
  public static var unhurried: RuntimeEnvironment {
    let live = RuntimeEnvironment.live
    var environment = live
    environment.now = { live.now() / 20 }
    environment.sleep = { try await live.sleep($0 < .seconds(1) ? $0 * 20 : $0) }
    return environment
  }

  /// Waits a hundredth of what is asked for up to a minute, so that backoff takes no time; the rest is real, the length of
  /// a watch above all.
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
