// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesCore
import ObservabilityAPI
import Rendering

extension ResourceType {
  /// The objects that the operator is there for.
  static let observabilities = ResourceType(
    group: "observability.cozystack.io", version: "v1alpha1", kind: "Observability", plural: "observabilities",
    isNamespaced: false)

  /// Every type that a child may have, whether or not one is wanted now.
  static let childTypes: [ResourceType] = [
    .serviceAccounts, .networkPolicies, .daemonSets, .podScrapes, .configMaps,
  ]
}

/// The watches that follow from objects.
package enum Watches {
  /// The label by which children are watched; its value is the name of their object.
  static let objectLabel = AgentShape.objectLabel

  /// The objects themselves.
  static let objects = WatchTarget(.observabilities)
  /// All nodes.
  package static let nodes = WatchTarget(.nodes)

  /// The children of one type in one namespace.
  static func children(_ type: ResourceType, in namespace: String?) -> WatchTarget {
    WatchTarget(type, namespace: namespace, labelSelector: objectLabel)
  }

  /// The pods of the agents in one namespace; their template carries the label of children.
  static func agentPods(in namespace: String) -> WatchTarget {
    WatchTarget(.pods, namespace: namespace, labelSelector: objectLabel)
  }

  /// Everything to watch for the sake of one object.
  ///
  /// - Parameters:
  ///   - inventory: what the object has as of now. A type that is no longer wanted is watched until its last child is gone,
  ///     and a type that a cluster may not serve only if it is needed.
  ///   - domain: the cluster's domain.
  ///   - lookup: what is known of Services, some of which may be aliases of others.
  static func needed(
    for spec: ObservabilitySpec, inventory: [InventoryEntry], domain: String = ClusterService.defaultDomain,
    lookup: (ResourceType, ObjectKey) -> Lookup = { _, _ in .pending }
  ) -> Set<WatchTarget> {
    var targets = MetricsResolution.needs(of: spec, domain: domain, lookup: lookup)
    targets.insert(.named(.namespaces, ObjectKey(name: spec.namespace)))
    targets.insert(agentPods(in: spec.namespace))
    for type in ResourceType.childTypes where type != .podScrapes || spec.metrics.delivery == .scrape {
      targets.insert(children(type, in: spec.namespace))
    }
    for entry in inventory {
      guard let type = ResourceType.childTypes.first(where: { $0.group == entry.group && $0.kind == entry.kind }),
        let namespace = entry.namespace
      else { continue }
      targets.insert(children(type, in: namespace))
    }
    return targets
  }
}
