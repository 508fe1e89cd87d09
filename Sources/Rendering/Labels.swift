// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI

/// The labels and annotations of the operator's own.
enum Keys {
  /// Put on every child, and what children are watched by; its value is the name of the `Observability`.
  static let object = "observability.cozystack.io/object"
  /// The hash of the credentials that the pods were started with.
  static let credentialsHash = "observability.cozystack.io/credentials-hash"
  /// The hash of the CA that the pods were started with.
  static let caHash = "observability.cozystack.io/ca-hash"
  /// The hash of the API key of the Coroot project that the pods were started with.
  static let corootKeyHash = "observability.cozystack.io/coroot-key-hash"
  /// The hash of the configuration that the pods were started with.
  static let configHash = "observability.cozystack.io/config-hash"
  /// The hash of all secret values that the pods were started with, or that a KeycloakClient declares.
  static let secretsHash = "observability.cozystack.io/secrets-hash"
  /// The release that rendered the child. Never in a pod template: an upgrade of the operator alone rolls nothing.
  static let operatorVersion = "observability.cozystack.io/operator-version"
}

extension RenderContext {
  /// The name shared by the agent's children.
  var agentName: String { name(of: .agent) }

  /// What tells the agent's pods from all others. Immutable in a DaemonSet, so it must never change.
  var agentSelector: JSONObject { selector(of: .agent) }

  /// The labels of the agent's children and pods.
  var agentLabels: JSONObject { labels(of: .agent) }

  /// The name shared by a part's children.
  func name(of part: PartShape) -> String { part.name(of: object.name) }

  /// What tells a part's pods from all others.
  func selector(of part: PartShape) -> JSONObject { part.selector(of: object.name) }

  /// The labels of a part's children and pods.
  func labels(of part: PartShape) -> JSONObject { part.labels(of: object.name) }

  /// A child of the agent. Its name is ``agentName`` unless another is given.
  func agentChild(_ type: ResourceType, name: String? = nil, _ members: JSONObject) -> Child {
    child(of: .agent, type, name: name, members)
  }

  /// A child of a part, with everything that all children carry, in `spec.namespace` unless its type is cluster-scoped. Its
  /// name is the part's unless another is given.
  ///
  /// The ownerReference lets the garbage collector remove the child, in whatever namespace, once the cluster-scoped
  /// owner is gone. Without a uid, which only a cluster gives, there is none.
  func child(
    of part: PartShape, _ type: ResourceType, name: String? = nil, annotations: JSONObject = [:], _ members: JSONObject
  ) -> Child {
    let name = name ?? self.name(of: part)
    var annotations = annotations
    annotations[Keys.operatorVersion] = .string(facts.operatorVersion)
    var metadata: JSONObject = ["name": .string(name)]
    if type.isNamespaced { metadata["namespace"] = .string(spec.namespace) }
    metadata["labels"] = .object(labels(of: part))
    metadata["annotations"] = .object(annotations)
    if !object.uid.isEmpty {
      let owner = OwnerReference(
        apiVersion: ObservabilitySchema.apiVersion, kind: ObservabilitySchema.kind, name: object.name, uid: object.uid,
        blocksOwnerDeletion: true)
      metadata["ownerReferences"] = [owner.json]
    }
    var manifest: JSONObject = [
      "apiVersion": .string(type.apiVersion), "kind": .string(type.kind), "metadata": .object(metadata),
    ]
    for (key, value) in members { manifest[key] = value }
    return Child(type: type, manifest: KubernetesObject(manifest))
  }
}
