// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Rendering

/// The ingress classes that the cluster has.
struct IngressClasses: Hashable, Sendable {
  private static let defaultAnnotation = "ingressclass.kubernetes.io/is-default-class"

  /// Every class.
  static let target = WatchTarget(.ingressClasses)

  static let watched = WatchedType(
    content: WatchContent(
      keeping: [["metadata", "annotations", defaultAnnotation]], reduce: ObjectStore.withoutManagedFields),
    news: .any)

  /// All names, sorted.
  let names: [String]
  /// Those that serve an Ingress without a class.
  let defaults: [String]

  init(_ classes: [KubernetesObject]) {
    names = classes.map(\.name).sorted()
    defaults = classes.filter { $0.annotations[Self.defaultAnnotation] == "true" }.map(\.name).sorted()
  }

  /// Why no controller would serve an Ingress of that class; nil if one does. An empty name is the default class.
  func finding(_ name: String) -> Finding? {
    let present = names.isEmpty ? "has no IngressClass" : "has \(names.prefix(8).joined(separator: ", "))"
    if name.isEmpty {
      guard defaults.isEmpty else { return nil }
      return Finding(
        .ingressClassMissing,
        "No IngressClass is the cluster's default, so no controller serves the Ingress. Set "
          + "spec.coroot.ui.ingressClassName; the cluster \(present).")
    }
    guard !names.contains(name) else { return nil }
    return Finding(
      .ingressClassMissing,
      "IngressClass \(name) is not there, so no controller serves the Ingress. Correct spec.coroot.ui.ingressClassName; the "
        + "cluster \(present).")
  }
}
