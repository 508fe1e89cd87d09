// SPDX-License-Identifier: Apache-2.0

/// Which object of the cluster, whatever the version of its type.
public struct ChildID: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The API group; empty for the core group.
  public let group: String
  /// The kind.
  public let kind: String
  /// The namespace and name.
  public let key: ObjectKey

  /// An identity made of its parts.
  public init(group: String, kind: String, key: ObjectKey) {
    self.group = group
    self.kind = kind
    self.key = key
  }

  /// The object of that type and key.
  public init(type: ResourceType, key: ObjectKey) {
    self.init(group: type.group, kind: type.kind, key: key)
  }

  /// The identity of an object.
  public init(_ object: KubernetesObject) {
    self.init(group: object.group, kind: object.kind, key: object.key)
  }

  /// `DaemonSet/cozy-coroot/platform-node-agent`.
  public var description: String { "\(kind)/\(key)" }

  /// By group, kind, namespace and name.
  public static func < (left: ChildID, right: ChildID) -> Bool {
    (left.group, left.kind, left.key) < (right.group, right.kind, right.key)
  }
}
