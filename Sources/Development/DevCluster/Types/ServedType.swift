// SPDX-License-Identifier: Apache-2.0

import JSON

/// A type as this server serves it in one version.
struct ServedType: Sendable {
  var group: String
  var version: String
  var kind: String
  var plural: String
  var singular: String
  var listKind: String
  var shortNames: [String] = []
  var categories: [String] = []
  var isNamespaced: Bool
  var hasStatus: Bool
  /// Where the number of replicas stands, if the type can be scaled.
  var scale: ScalePaths?
  var isCustom = false
  /// Whether `metadata.generation` counts the changes of what is wanted.
  var countsGenerations: Bool
  /// What a table shows; empty for name and age only.
  var columns: [PrinterColumn] = []
  var rules: Admission

  /// What stands in an object's `apiVersion`.
  var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }
  /// `daemonsets.apps`
  var qualifiedPlural: String { group.isEmpty ? plural : "\(plural).\(group)" }
  /// `DaemonSet.apps`
  var qualifiedKind: String { group.isEmpty ? kind : "\(kind).\(group)" }
  /// Where the objects are kept; all versions of a type share it.
  var storage: StorageKey { StorageKey(group: group == "events.k8s.io" ? "" : group, plural: plural) }

  /// Whether objects of the type are kept; reviews are answered and forgotten.
  var isStored: Bool { group != "authorization.k8s.io" && group != "authentication.k8s.io" }

  /// What can be read and written of an object apart from the whole, in discovery's order.
  var subresources: [Subresource] {
    var list: [Subresource] = []
    if scale != nil { list.append(Subresource(name: "scale", group: "autoscaling", version: "v1", kind: "Scale")) }
    if hasStatus { list.append(Subresource(name: "status", group: group, version: version, kind: kind)) }
    return list
  }

  /// The verbs of the resource itself, in discovery's order.
  var verbs: [String] {
    if !isStored { return ["create"] }
    return isCustom
      ? ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"]
      : ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
  }
}

/// A part of an object with an endpoint of its own.
struct Subresource: Sendable {
  var name: String
  var group: String
  var version: String
  var kind: String
  var verbs = ["get", "patch", "update"]
}

/// Where an object that can be scaled keeps what `autoscaling/v1` calls a `Scale`.
struct ScalePaths: Sendable {
  var replicas = ["spec", "replicas"]
  var current = ["status", "replicas"]
  /// The selector of the pods, as an object or as text; nil if there is none.
  var selector: [String]? = ["spec", "selector"]
}

/// The place of a type in the store.
struct StorageKey: Hashable, Sendable {
  var group: String
  var plural: String
}

/// The place of an object in its type; cluster-scoped ones have an empty namespace.
struct ObjectKey: Hashable, Comparable, Sendable {
  var namespace: String
  var name: String

  /// By the bytes of `namespace/name`, as etcd orders its keys.
  static func < (left: ObjectKey, right: ObjectKey) -> Bool {
    if left.namespace == right.namespace { return left.name.utf8.lexicographicallyPrecedes(right.name.utf8) }
    return (left.namespace + "/").utf8.lexicographicallyPrecedes((right.namespace + "/").utf8)
  }
}

/// A column of a table.
struct PrinterColumn: Sendable {
  var name: String
  var type: String
  var format = ""
  var description: String
  var priority: Int64 = 0
  var path: JSONPath
  /// The text of a cell that no path leads to; nil for a column with a path.
  var text: (@Sendable (_ object: JSONValue) -> String)?
  /// Whether a cell whose value is missing shows 0.
  var isZeroWhenMissing = false
}
