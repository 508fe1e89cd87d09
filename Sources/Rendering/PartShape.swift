// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore

/// What tells the children of one part of an `Observability` from those of its other parts.
///
/// A selector is immutable in a DaemonSet and a StatefulSet, so none of this may ever change.
struct PartShape {
  /// What follows the object's name in the names of the children.
  let nameSuffix: String
  /// The label `app.kubernetes.io/name`.
  let appName: String
  /// The label `app.kubernetes.io/component`.
  let component: String

  /// The agent on every node.
  static let agent = PartShape(
    nameSuffix: AgentShape.nameSuffix, appName: AgentShape.appName, component: "node-agent")

  /// The name that the children share.
  func name(of object: String) -> String { "\(object)\(nameSuffix)" }

  /// The labels by which the part's pods are selected.
  func selector(of object: String) -> JSONObject {
    [WellKnownLabel.name: .string(appName), WellKnownLabel.instance: .string(object)]
  }

  /// The labels of the children and the pods.
  func labels(of object: String) -> JSONObject {
    var labels = selector(of: object)
    labels[WellKnownLabel.component] = .string(component)
    labels[WellKnownLabel.partOf] = "cozystack"
    labels[WellKnownLabel.managedBy] = "observability-operator"
    labels[Keys.object] = .string(object)
    return labels
  }
}
