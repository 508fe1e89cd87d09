// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Rendering

/// The object that keeps a namespace to itself, of several with mode `Full` in it: whose servers are there already, else
/// the oldest. An older object that is switched to `Full` later does not stop the servers of a younger one.
struct NamespaceHolder: Hashable, Sendable {
  /// The holder's name.
  let name: String
  /// Whether its servers were there first, rather than that it is older.
  let hasServers: Bool

  /// What the message says of it beside its name.
  var why: String { hasServers ? ", and its servers are there already" : "" }

  /// The holder before which a subject has to stand back; nil if that is the subject itself.
  init?(of subject: Subject, _ view: ClusterView) {
    guard case .known(let store) = view.collection(Watches.objects) else { return nil }
    let namespace = subject.spec.namespace
    let rivals = store.all().filter { other in
      other.name != subject.name && other[path: "spec", "mode"]?.string == ObservabilitySpec.Mode.full.rawValue
        && (other[path: "spec", "namespace"]?.string ?? ObservabilitySpec.defaultNamespace) == namespace
    }
    guard !rivals.isEmpty else { return nil }
    func claim(_ object: KubernetesObject) -> Claim {
      let servers = view.child(
        .statefulSets, ObjectKey(namespace: namespace, name: CorootShape.name(of: object.name)))
      return Claim(object, servers: servers, in: namespace)
    }
    let own = claim(subject.object)
    guard let first = rivals.map(claim).min(), first < own else { return nil }
    (name, hasServers) = (first.name, first.hasServers && !own.hasServers)
  }

  /// What an object's right to the namespace rests on; the least goes first.
  struct Claim: Comparable {
    let hasServers: Bool
    let createdAt: String
    let name: String

    /// - Parameter servers: the StatefulSet of that object's name, as a store shows it. The object's status says the same,
    ///   and bridges the time until the store is read.
    init(_ object: KubernetesObject, servers: KubernetesObject?, in namespace: String) {
      (createdAt, name) = (object.creationTimestamp ?? "", object.name)
      let isStored = servers.map { $0.isOwned(by: object.uid) } ?? false
      let id = ChildID(
        type: .statefulSets, key: ObjectKey(namespace: namespace, name: CorootShape.name(of: object.name)))
      hasServers = isStored || Inventory(status: object["status"])[id] != nil
    }

    static func < (one: Claim, other: Claim) -> Bool {
      guard one.hasServers == other.hasServers else { return one.hasServers }
      return (one.createdAt, one.name) < (other.createdAt, other.name)
    }
  }
}
