// SPDX-License-Identifier: Apache-2.0

/// A kind of object as the API server serves it: enough to build a path.
public struct ResourceType: Hashable, Sendable, CustomStringConvertible {
  /// The API group; empty for the core group.
  public let group: String
  /// The version, such as `v1`.
  public let version: String
  /// The kind, such as `DaemonSet`.
  public let kind: String
  /// The plural in the path, such as `daemonsets`.
  public let plural: String
  /// Whether objects of this type live in namespaces.
  public let isNamespaced: Bool

  /// A type made of its parts.
  public init(group: String = "", version: String = "v1", kind: String, plural: String, isNamespaced: Bool = true) {
    self.group = group
    self.version = version
    self.kind = kind
    self.plural = plural
    self.isNamespaced = isNamespaced
  }

  /// What stands in an object's `apiVersion`.
  public var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

  /// `daemonsets.apps`, as kubectl names it.
  public var description: String { group.isEmpty ? plural : "\(plural).\(group)" }

  /// The path of the type's group and version.
  var versionPath: String { group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)" }

  /// The path of the collection, or of one object in it, or of a subresource of that.
  public func path(namespace: String? = nil, name: String? = nil, subresource: String? = nil) -> String {
    var path = versionPath
    if let namespace { path += "/namespaces/\(namespace)" }
    path += "/\(plural)"
    if let name { path += "/\(name)" }
    if let subresource { path += "/\(subresource)" }
    return path
  }
}
