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
  /// The most bytes of data that are kept of the record of verdicts; the operator writes less.
  static let dataLimit = 1 << 20
  /// How many owners of a stranger are kept.
  private static let ownerLimit = 4

  /// What is kept of an object.
  ///
  /// - Parameter owner: the UID of the `Observability` of a name, as far as it is known.
  static func kept(of object: KubernetesObject, owner: (String) -> String?) -> KubernetesObject {
    guard let uid = parent(of: object).flatMap(owner) else { return reduced(object) }
    return object.kind == ResourceType.configMaps.kind ? record(object, of: uid) : object
  }

  /// Whether of a child of the `Observability` of that name only a part was kept.
  static func isReduced(_ object: KubernetesObject, of name: String) -> Bool {
    parent(of: object) == name && object.resourceVersion == nil
  }

  /// The name of the `Observability` that has a child of that type and name; the label may have been changed.
  private static func parent(of object: KubernetesObject) -> String? {
    let suffix =
      object.kind == ResourceType.configMaps.kind ? NodeVerdicts.name("") : AgentShape.name(of: "")
    return object.name.hasSuffix(suffix) ? String(object.name.dropLast(suffix.count)) : nil
  }

  /// The record of verdicts: its data only if its owner is the object, and of that only what can be read.
  private static func record(_ object: KubernetesObject, of uid: String) -> KubernetesObject {
    var kept = object
    kept["binaryData"] = nil
    let isOurs = object.isOwned(by: uid)
    let data = (object["data"]?.object ?? [:]).filter { IneligibilityReason(named: $0.key) != nil }
    let size = data.reduce(0) { $0 + ($1.value.string?.utf8.count ?? 0) }
    kept["data"] = isOurs && size <= dataLimit ? .object(JSONObject(data.map { ($0.key, $0.value) })) : nil
    return kept
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
