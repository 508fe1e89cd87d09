// SPDX-License-Identifier: Apache-2.0

public import JSON

/// A change that is about to be stored, as an admission plugin sees it.
public struct AdmissionRequest: Sendable {
  /// Who asks.
  public var identity: Identity
  /// The API group; empty for the core group.
  public var group: String
  /// The plural of the resource.
  public var resource: String
  /// The subresource, such as `status`.
  public var subresource: String?
  /// The object as it will be.
  public var object: JSONValue
  /// The object as it is; nil for one that is created.
  public var oldObject: JSONValue?

  /// A request made of its parts.
  public init(
    identity: Identity, group: String, resource: String, subresource: String?, object: JSONValue, oldObject: JSONValue?
  ) {
    self.identity = identity
    self.group = group
    self.resource = resource
    self.subresource = subresource
    self.object = object
    self.oldObject = oldObject
  }
}

extension APIServer {
  /// Asks the configured stand-in for admission, after validation, as `registry/generic/registry/store.go` does; dry runs
  /// too.
  ///
  /// - Throws: 403.
  func admit(
    _ object: JSONValue, over old: JSONValue?, _ type: ServedType, _ write: WriteOptions, by identity: Identity
  ) throws(APIStatus) {
    let request = AdmissionRequest(
      identity: identity, group: type.group, resource: type.plural, subresource: write.subresource, object: object,
      oldObject: old)
    guard let refusal = configuration.admission(request) else { return }
    throw APIStatus(
      code: 403, reason: "Forbidden", message: "\(type.qualifiedPlural) \"\(object.name)\" is forbidden: \(refusal)",
      details: [
        "name": .string(object.name), "group": .string(type.group), "kind": .string(type.plural),
      ])
  }
}

/// Stands in for the operator's admission policy on nodes (`config/rbac/node-policy.yaml`), whose expressions nothing
/// here evaluates: the accounts that it binds may change one label of a node and nothing else.
public struct NodeLabelGuard: Sendable {
  /// The only label that may change.
  public static let label = "observability.cozystack.io/node-agent"
  private static let name = "observability-operator-nodes"

  /// Whether an account is bound.
  public var binds: @Sendable (Identity) -> Bool

  /// A guard that binds the operator's account in any namespace.
  public static let standard = NodeLabelGuard { $0.user.hasSuffix(":observability-operator") }

  /// A guard that binds accounts by a function.
  public init(binds: @escaping @Sendable (Identity) -> Bool) {
    self.binds = binds
  }

  /// Why the change is refused, in the words of the API server.
  public func refusal(_ request: AdmissionRequest) -> String? {
    guard request.group.isEmpty, request.resource == "nodes", request.subresource == nil, let old = request.oldObject,
      binds(request.identity)
    else { return nil }
    guard let said = Self.fault(old, request.object) else { return nil }
    return "ValidatingAdmissionPolicy '\(Self.name)' with binding '\(Self.name)' denied request: "
      + "observability-operator \(said)"
  }

  private static func fault(_ old: JSONValue, _ new: JSONValue) -> String? {
    let (before, after) = (old.labels, new.labels)
    let touched = Set(before.keys).union(after.keys).filter { $0 != label && before[$0] != after[$0] }.sorted()
    if let first = touched.first {
      return "may change no label of a node but \(label); it tried to change \(first)"
    }
    if let value = after[label], value != "ineligible" {
      return "may set the label \(label) of a node to ineligible or take it off; it tried to set it to \"\(value)\""
    }
    let members = [
      ["metadata", "annotations"], ["metadata", "finalizers"], ["metadata", "ownerReferences"], ["spec"],
    ]
    return members.first { member($0, of: old) != member($0, of: new) }.map {
      "may change nothing of a node but the label \(label); it tried to change \($0.joined(separator: "."))"
    }
  }

  /// A member; empty counts as absent.
  private static func member(_ path: [String], of node: JSONValue) -> JSONValue? {
    let value = path.reduce(Optional(node)) { $0?[$1] }
    return value?.object?.isEmpty == true || value?.array?.isEmpty == true ? nil : value
  }
}
