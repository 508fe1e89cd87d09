// SPDX-License-Identifier: Apache-2.0

public import JSON

/// Any object of the Kubernetes API, with its metadata at hand and the rest as JSON.
public struct KubernetesObject: Hashable, Sendable {
  /// The whole object.
  public var content: JSONObject

  /// The object that the JSON spells.
  public init(_ content: JSONObject) {
    self.content = content
  }

  /// An object of that type and name with nothing else in it.
  public init(type: ResourceType, namespace: String? = nil, name: String) {
    var metadata: JSONObject = ["name": .string(name)]
    if let namespace { metadata["namespace"] = .string(namespace) }
    content = ["apiVersion": .string(type.apiVersion), "kind": .string(type.kind), "metadata": .object(metadata)]
  }

  /// The member of that name.
  public subscript(key: String) -> JSONValue? {
    get { content[key] }
    set { content[key] = newValue }
  }

  /// The value found by following member names from the top, or nil as soon as one is missing.
  public subscript(path path: String...) -> JSONValue? {
    path.reduce(Optional(JSONValue.object(content))) { value, key in value?[key] }
  }

  /// The object's name, or an empty string if it has none yet.
  public var name: String { self[path: "metadata", "name"]?.string ?? "" }
  /// The object's namespace, or nil if it has none.
  public var namespace: String? { self[path: "metadata", "namespace"]?.string }
  /// Where the object stands among those of its type.
  public var key: ObjectKey { ObjectKey(namespace: namespace, name: name) }
  /// The identity that survives no deletion.
  public var uid: String? { self[path: "metadata", "uid"]?.string }
  /// The version of this state; opaque, to be compared for equality only.
  public var resourceVersion: String? { self[path: "metadata", "resourceVersion"]?.string }
  /// The number of the specification; goes up when it changes.
  public var generation: Int64? { self[path: "metadata", "generation"]?.integer }
  /// `group/version`, or just the version for the core group.
  public var apiVersion: String { self["apiVersion"]?.string ?? "" }
  /// The API group without the version; empty for the core group.
  public var group: String { ResourceType.group(of: apiVersion) }
  /// The kind.
  public var kind: String { self["kind"]?.string ?? "" }
  /// When the object was made, as RFC 3339.
  public var creationTimestamp: String? { self[path: "metadata", "creationTimestamp"]?.string }
  /// Whether the object is marked for deletion.
  public var isBeingDeleted: Bool { self[path: "metadata", "deletionTimestamp"] != nil }
  /// The labels.
  public var labels: [String: String] { Self.strings(self[path: "metadata", "labels"]) }
  /// The annotations.
  public var annotations: [String: String] { Self.strings(self[path: "metadata", "annotations"]) }
  private static func strings(_ value: JSONValue?) -> [String: String] {
    var result: [String: String] = [:]
    for (key, value) in value?.object ?? [:] { result[key] = value.string }
    return result
  }
}

/// Where an object stands among those of its type.
public struct ObjectKey: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The namespace, or nil for an object without one.
  public let namespace: String?
  /// The name.
  public let name: String

  /// A key made of its parts.
  public init(namespace: String? = nil, name: String) {
    self.namespace = namespace
    self.name = name
  }

  /// `namespace/name`, or just the name.
  public var description: String { namespace.map { "\($0)/\(name)" } ?? name }

  /// By namespace, then by name.
  public static func < (left: ObjectKey, right: ObjectKey) -> Bool {
    (left.namespace ?? "", left.name) < (right.namespace ?? "", right.name)
  }
}

extension KubernetesObject {
  /// The value under a key of a Secret; nil if there is none, or if it is not base64.
  public func secretData(_ key: String) -> [UInt8]? {
    self[path: "data", key]?.string.flatMap(Base64.decode)
  }
}
