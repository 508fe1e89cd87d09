// SPDX-License-Identifier: Apache-2.0

public import JSON

/// An entry of `metadata.ownerReferences`: garbage collection deletes the object once all its owners are gone.
public struct OwnerReference: Hashable, Sendable {
  /// The owner's `apiVersion`.
  public var apiVersion: String
  /// The owner's kind.
  public var kind: String
  /// The owner's name; its namespace is that of the object, unless it has none.
  public var name: String
  /// The owner's UID.
  public var uid: String
  /// Whether the owner manages the object. At most one owner does.
  public var isController: Bool
  /// Whether a foreground deletion of the owner waits for the object.
  public var blocksOwnerDeletion: Bool

  /// A reference made of its parts.
  public init(
    apiVersion: String, kind: String, name: String, uid: String, isController: Bool = true,
    blocksOwnerDeletion: Bool = false
  ) {
    self.apiVersion = apiVersion
    self.kind = kind
    self.name = name
    self.uid = uid
    self.isController = isController
    self.blocksOwnerDeletion = blocksOwnerDeletion
  }

  /// A reference to an object that the API server has stored.
  public init(_ owner: KubernetesObject, isController: Bool = true, blocksOwnerDeletion: Bool = false) {
    self.init(
      apiVersion: owner.apiVersion, kind: owner.kind, name: owner.name, uid: owner.uid ?? "",
      isController: isController, blocksOwnerDeletion: blocksOwnerDeletion)
  }

  /// The reference as JSON; what is false is left out.
  public var json: JSONValue {
    var json: JSONObject = [
      "apiVersion": .string(apiVersion), "kind": .string(kind), "name": .string(name), "uid": .string(uid),
    ]
    if isController { json["controller"] = true }
    if blocksOwnerDeletion { json["blockOwnerDeletion"] = true }
    return .object(json)
  }
}

extension KubernetesObject {
  /// The owners, as they stand in the object: a member may be missing.
  public var ownerReferences: [JSONObject] {
    (self[path: "metadata", "ownerReferences"]?.array ?? []).compactMap(\.object)
  }

  /// Whether the object names an owner of that UID; without a UID none is.
  public func isOwned(by uid: String?) -> Bool {
    guard let uid else { return false }
    return ownerReferences.contains { $0["uid"]?.string == uid }
  }

  /// The keys of the owners of that type, in whatever version of its group they are named.
  public func owners(of type: ResourceType) -> [ObjectKey] {
    ownerReferences.compactMap { reference in
      guard reference["kind"]?.string == type.kind, let name = reference["name"]?.string,
        ResourceType.group(of: reference["apiVersion"]?.string ?? "") == type.group
      else { return nil }
      return ObjectKey(namespace: type.isNamespaced ? namespace : nil, name: name)
    }
  }
}
