// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import JSON
import KubernetesCore
import ObservabilityAPI
import Rendering

/// What is kept of the objects that carry the label of children.
///
/// Children are kept whole: they are compared with what is rendered, and their managed fields tell who changed them. But
/// any writer in the namespace may label anything, as large as the API server lets it be. So only an object whose
/// name a child of a known `Observability` has is kept whole, which is at most one of a type for each; of all others no
/// more is kept than pruning reads.
enum ChildContent {
  /// How many owners of a stranger are kept.
  private static let ownerLimit = 4

  /// What is kept of an object.
  ///
  /// - Parameter owner: the UID of the `Observability` of a name, as far as it is known.
  static func kept(
    of object: KubernetesObject, types: PartTypes, owner: (String) -> String?
  ) -> KubernetesObject {
    // The label may have been changed; the name cannot be.
    guard let (kind, parent) = types.kind(of: ChildID(object)), let uid = owner(parent) else { return reduced(object) }
    return kind.kept(object, uid)
  }

  /// Whether of a child of the `Observability` of that name only a part was kept.
  static func isReduced(_ object: KubernetesObject, of name: String, types: PartTypes) -> Bool {
    object.resourceVersion == nil && types.kind(of: ChildID(object))?.parent == name
  }

  /// What pruning reads, without a resource version: changes of anything else are no changes.
  private static func reduced(_ object: KubernetesObject) -> KubernetesObject {
    var metadata: JSONObject = ["name": .string(object.name)]
    for member in ["namespace", "uid", "deletionTimestamp"] { metadata[member] = object[path: "metadata", member] }
    if let label = object.labels[Watches.objectLabel] { metadata["labels"] = [Watches.objectLabel: .string(label)] }
    let owners = object.ownerReferences.filter { $0["kind"]?.string == ObservabilitySchema.kind }.prefix(ownerLimit)
    if !owners.isEmpty { metadata["ownerReferences"] = .array(owners.map(JSONValue.object)) }
    var content: JSONObject = ["metadata": .object(metadata)]
    for member in ["apiVersion", "kind"] { content[member] = object[member] }
    return KubernetesObject(content)
  }
}
