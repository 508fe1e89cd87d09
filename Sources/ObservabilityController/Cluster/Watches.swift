// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesCore
import ObservabilityAPI
import Rendering

extension ResourceType {
  /// The objects that the operator is there for.
  package static let observabilities = ResourceType(
    group: "observability.cozystack.io", version: "v1alpha1", kind: "Observability", plural: "observabilities",
    isNamespaced: false)
}

/// The watches that follow from objects.
package enum Watches {
  /// The label by which children are watched; its value is the name of their object.
  package static let objectLabel = "observability.cozystack.io/object"

  /// The objects themselves.
  static let objects = WatchTarget(.observabilities)
  /// All nodes.
  package static let nodes = WatchTarget(.nodes)

  /// The children of one type in one namespace, or of one without namespaces.
  static func children(_ type: ResourceType, in namespace: String?) -> WatchTarget {
    WatchTarget(type, namespace: namespace, labelSelector: objectLabel)
  }

  /// Everything to watch for the sake of one object.
  ///
  /// - Parameters:
  ///   - inventory: what the object has as of now. What is no longer wanted is watched until its last child is gone, and a
  ///     type that a cluster may not serve only if it is needed.
  ///   - serves: whether the cluster serves the type of an optional child.
  ///   - lookup: what is known so far; a Service, for one, may be the alias of another.
  static func needed(
    for spec: ObservabilitySpec, parts: PartRegistry, inventory: Inventory,
    serves: (ResourceType) -> Bool = { _ in false },
    lookup: (ResourceType, ObjectKey) -> Lookup = { _, _ in .pending }
  ) -> Set<WatchTarget> {
    var targets: Set<WatchTarget> = [.named(.namespaces, ObjectKey(name: spec.namespace))]
    for part in parts.ordered where part.isWanted(spec) {
      targets.formUnion(part.watches(spec, lookup: lookup))
      for kind in part.children where kind.isWanted(spec) && (!kind.isOptional || serves(kind.type)) {
        targets.insert(children(kind.type, in: kind.namespace(spec)))
      }
    }
    for entry in inventory.entries {
      if let type = parts.types.type(of: entry.id) { targets.insert(children(type, in: entry.namespace)) }
    }
    return targets
  }
}
