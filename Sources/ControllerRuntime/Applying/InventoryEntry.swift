// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore

/// One child as an inventory names it: enough to find it again and to know what was applied.
public struct InventoryEntry: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// Which object.
  public let id: ChildID
  /// The version of its type when it was applied.
  public let version: String?
  /// Its UID, if known.
  public let uid: String?
  /// The hash of what was applied; empty if it must be applied again.
  public let hash: String

  /// An entry made of its parts.
  public init(
    group: String = "", version: String? = nil, kind: String, namespace: String? = nil, name: String,
    uid: String? = nil, hash: String = ""
  ) {
    id = ChildID(group: group, kind: kind, key: ObjectKey(namespace: namespace, name: name))
    self.version = version
    self.uid = uid
    self.hash = hash
  }

  /// The entry of an object.
  public init(_ object: KubernetesObject, uid: String? = nil, hash: String) {
    id = ChildID(object)
    version = object.apiVersion.split(separator: "/").last.map(String.init)
    self.uid = uid ?? object.uid
    self.hash = hash
  }

  /// The entry that the JSON spells, or nil if kind or name are missing.
  public init?(_ json: JSONValue) {
    guard let kind = json["kind"]?.string, let name = json["name"]?.string else { return nil }
    self.init(
      group: json["group"]?.string ?? "", version: json["version"]?.string, kind: kind,
      namespace: json["namespace"]?.string, name: name, uid: json["uid"]?.string, hash: json["hash"]?.string ?? "")
  }

  /// The entry as JSON, without what it does not have.
  public var json: JSONValue {
    var json: JSONObject = ["group": .string(id.group)]
    if let version { json["version"] = .string(version) }
    json["kind"] = .string(id.kind)
    if let namespace = id.key.namespace { json["namespace"] = .string(namespace) }
    json["name"] = .string(id.key.name)
    if let uid { json["uid"] = .string(uid) }
    json["hash"] = .string(hash)
    return .object(json)
  }

  /// The API group; empty for the core group.
  public var group: String { id.group }
  /// The kind.
  public var kind: String { id.kind }
  /// The namespace, or nil for an object without one.
  public var namespace: String? { id.key.namespace }
  /// The name.
  public var name: String { id.key.name }

  /// `DaemonSet/cozy-coroot/platform-node-agent`.
  public var description: String { id.description }

  /// By group, kind, namespace and name, then by UID and hash.
  public static func < (left: InventoryEntry, right: InventoryEntry) -> Bool {
    (left.id, left.uid ?? "", left.hash) < (right.id, right.uid ?? "", right.hash)
  }
}
