// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore

/// A child that is created or updated. Pure.
struct ChildChange: Sendable {
  /// The type of the child, which a policy narrows.
  let type: ResourceType
  /// The labels that its namespace must have, and no others.
  var namespaceLabels: JSONObject
  /// The child before; nil if it is created.
  private var old: JSONObject?
  private var new: JSONObject

  /// - Parameters:
  ///   - type: the type of the child.
  ///   - rendered: the child that both patches start from.
  ///   - old: the patch to what is there before; nil for a creation.
  ///   - new: the patch to what is sent.
  /// - Throws: ``Refusal`` that names the operation that cannot be made.
  init(
    _ type: ResourceType, _ rendered: JSONValue, old: [JSONValue]?, new: [JSONValue], namespaceLabels: JSONObject
  ) throws {
    func patched(_ patch: [JSONValue]) throws -> JSONObject { try JSONPatch.apply(patch, to: rendered).object ?? [:] }
    self.type = type
    self.namespaceLabels = namespaceLabels
    self.old = try old.map(patched)
    self.new = try patched(new)
  }

  /// The child as it is sent, in a namespace.
  func sent(in namespace: String) -> KubernetesObject { object(new, namespace) }

  /// The child as it is stored before the change; nil for a creation. It starts no pod and leaves no claim behind: no node
  /// matches a DaemonSet, and a StatefulSet has no replicas. It names no owner, since the garbage collector would delete
  /// it: the owner that is rendered does not exist. The policy reads none of it. One without a namespace would be an object of
  /// the cluster, so no case may ask for it.
  func stored(in namespace: String) -> KubernetesObject? {
    guard let old else { return nil }
    var object = object(old, namespace)
    object["metadata"]?["ownerReferences"] = nil
    switch type {
    case .daemonSets: object["spec"]?["template"]?["spec"]?["nodeSelector"] = [Names.standInLabel: "nowhere"]
    case .statefulSets, .deployments: object["spec"]?["replicas"] = 0
    default: break
    }
    return object
  }

  private func object(_ content: JSONObject, _ namespace: String) -> KubernetesObject {
    var object = KubernetesObject(content)
    if type.isNamespaced { object["metadata"]?["namespace"] = .string(namespace) }
    return object
  }
}

/// The operations of a JSON Patch (RFC 6902) that change something: `add`, `remove` and `replace`. Pure.
enum JSONPatch {
  /// - Throws: ``Refusal`` that names the operation that cannot be made.
  static func apply(_ operations: [JSONValue], to value: JSONValue) throws -> JSONValue {
    try operations.reduce(value) { value, operation in
      func refusal(_ cause: String) -> Refusal { Refusal("JSON Patch: \(cause): \(JSONWriter.text(operation))") }
      guard let kind = operation["op"]?.string, ["add", "remove", "replace"].contains(kind),
        let path = operation["path"]?.string, path.hasPrefix("/"), (kind == "remove") == (operation["value"] == nil)
      else { throw refusal("no operation") }
      let steps = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map {
        String($0.replacing("~1", with: "/").replacing("~0", with: "~"))
      }
      guard let result = changed(value, at: steps[...], kind == "add", operation["value"]) else {
        throw refusal("nothing is there")
      }
      return result
    }
  }

  /// The value with a member set to another, or removed for nil; nil if the path leads nowhere.
  private static func changed(
    _ value: JSONValue, at path: ArraySlice<String>, _ adds: Bool, _ new: JSONValue?
  ) -> JSONValue? {
    guard let step = path.first else { return nil }
    let rest = path.dropFirst()
    switch value {
    case .object(var members):
      if rest.isEmpty {
        guard adds || members[step] != nil else { return nil }
        members[step] = new
      } else {
        guard let inner = members[step].flatMap({ changed($0, at: rest, adds, new) }) else { return nil }
        members[step] = inner
      }
      return .object(members)
    case .array(var items):
      guard let index = step == "-" ? items.count : Int(step), (0...items.count).contains(index) else { return nil }
      if rest.isEmpty, adds, let new {
        items.insert(new, at: index)
        return .array(items)
      }
      guard index < items.count else { return nil }
      if !rest.isEmpty {
        guard let inner = changed(items[index], at: rest, adds, new) else { return nil }
        items[index] = inner
      } else if let new {
        items[index] = new
      } else {
        items.remove(at: index)
      }
      return .array(items)
    default: return nil
    }
  }
}
