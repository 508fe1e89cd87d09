// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import HTTPTransport
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI

@testable import NodeEligibility
@testable import ObservabilityController

/// Values that several tests make.
enum Made {
  /// An object of our kind with every default filled in.
  static func observability(_ spec: JSONObject = [:], name: String = "platform") throws -> Observability {
    try ObservabilityDecoder.decode(.object(object(spec, name: name).content))
  }

  static func object(_ spec: JSONObject = [:], name: String = "platform") -> KubernetesObject {
    var object = KubernetesObject(type: .observabilities, name: name)
    object["metadata"]?["uid"] = "object-uid"
    object["metadata"]?["generation"] = 1
    var whole: JSONObject = ["namespace": "cozy-coroot"]
    for (key, value) in spec { whole[key] = value }
    object["spec"] = .object(whole)
    return object
  }

  static func node(_ name: String, labels: JSONObject = [:]) -> NodeView {
    var all: JSONObject = ["kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"]
    for (label, value) in labels { all[label] = value }
    return NodeView(
      KubernetesObject([
        "apiVersion": "v1", "kind": "Node", "metadata": ["name": .string(name), "labels": .object(all)],
      ]))
  }

  static func failure(_ code: Int, _ reason: String = "Reason", _ message: String = "told so") -> KubernetesError {
    .status(APIStatus(code: code, reason: reason, message: message))
  }

  static let unreachable = KubernetesError.transport(
    TransportError(kind: .unreachable, phase: .connect, host: "10.0.0.1:443", cause: "connect: refused"))

  /// Whether the documented table has the reason for that condition.
  static func isDocumented(_ reason: String, for type: ConditionType) -> Bool {
    ConditionReason.all.contains { $0.name == reason && $0.conditions.contains(type) }
  }
}
