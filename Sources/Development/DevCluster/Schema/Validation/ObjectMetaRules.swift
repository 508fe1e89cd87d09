// SPDX-License-Identifier: Apache-2.0

import JSON

/// What must hold for the `metadata` of every object.
///
/// Source: `k8s.io/apimachinery/pkg/api/validation/objectmeta.go`.
enum ObjectMetaRules {
  /// How objects of a kind may be named.
  enum Naming {
    case subdomain, label, serviceName, pathSegment

    init(kind: String) {
      switch kind {
      case "Namespace", "StatefulSet": self = .label
      case "Service": self = .serviceName
      case "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding": self = .pathSegment
      default: self = .subdomain
      }
    }

    func problem(_ name: String) -> String? {
      switch self {
      case .subdomain: NameRules.subdomain(name)
      case .label: NameRules.label(name)
      case .serviceName: NameRules.serviceName(name)
      case .pathSegment: NameRules.pathSegment(name)
      }
    }
  }

  static let maximumAnnotationBytes = 256 * 1024

  static func validate(_ new: JSONValue, _ old: JSONValue?, naming: Naming) -> [FieldFailure] {
    let meta = new["metadata"] ?? [:]
    return nameFailures(meta, naming) + labelFailures(meta["labels"], at: "metadata.labels")
      + annotationFailures(meta["annotations"]) + ownerFailures(meta["ownerReferences"])
      + (old.map { changeFailures(new, $0) } ?? [])
  }

  private static func nameFailures(_ meta: JSONValue, _ naming: Naming) -> [FieldFailure] {
    let prefix = meta["generateName"]?.string ?? ""
    guard let name = meta["name"]?.string, !name.isEmpty else {
      return prefix.isEmpty ? [.required("metadata.name", "name or generateName is required")] : []
    }
    return naming.problem(name).map { [.invalid("metadata.name", .string(name), $0)] } ?? []
  }

  /// What is wrong with labels, wherever they stand.
  static func labelFailures(_ labels: JSONValue?, at path: String) -> [FieldFailure] {
    (labels?.object ?? JSONObject()).sorted { $0.key < $1.key }.flatMap { key, value in
      let keyProblem = NameRules.qualifiedName(key).map { FieldFailure.invalid(path, .string(key), $0) }
      let valueProblem = NameRules.labelValue(value.string ?? "").map { FieldFailure.invalid(path, value, $0) }
      return [keyProblem, valueProblem].compactMap { $0 }
    }
  }

  private static func annotationFailures(_ annotations: JSONValue?) -> [FieldFailure] {
    let path = "metadata.annotations"
    let entries = (annotations?.object ?? JSONObject()).sorted { $0.key < $1.key }
    var result = entries.compactMap { key, _ in
      NameRules.qualifiedName(key.lowercased()).map { FieldFailure.invalid(path, .string(key), $0) }
    }
    let size = entries.reduce(0) { $0 + $1.key.utf8.count + ($1.value.string?.utf8.count ?? 0) }
    if size > maximumAnnotationBytes { result.append(.tooLong(path, limit: maximumAnnotationBytes)) }
    return result
  }

  private static func ownerFailures(_ owners: JSONValue?) -> [FieldFailure] {
    let path = "metadata.ownerReferences"
    var result: [FieldFailure] = []
    for (index, owner) in (owners?.array ?? []).enumerated() {
      for (name, detail) in [("apiVersion", "version"), ("kind", ""), ("name", ""), ("uid", "")]
      where (owner[name]?.string ?? "").isEmpty {
        let place = FieldName.member(FieldName.element(path, index), name)
        let sentence = name == "apiVersion" ? "\(detail) must not be empty" : "must not be empty"
        result.append(.invalid(place, owner[name] ?? "", sentence))
      }
    }
    let controllers = (owners?.array ?? []).filter { $0["controller"] == true }.compactMap { $0["name"]?.string }
    if controllers.count > 1 {
      let detail = "Only one reference can have Controller set to true. Found \"true\" in references for "
      result.append(.invalid(path, owners ?? .null, detail + controllers.prefix(2).joined(separator: " and ")))
    }
    return result
  }

  /// What must not change from the old object to the new one.
  static func changeFailures(_ newObject: JSONValue, _ oldObject: JSONValue) -> [FieldFailure] {
    let (new, old) = (newObject["metadata"] ?? [:], oldObject["metadata"] ?? [:])
    var result: [FieldFailure] = []
    for name in ["name", "namespace", "uid", "creationTimestamp"] {
      if let before = old[name], let after = new[name], before != after {
        result.append(.invalid("metadata.\(name)", after, "field is immutable"))
      }
    }
    if old["deletionTimestamp"] != nil {
      let known = Set(old["finalizers"]?.array ?? [])
      let added = (new["finalizers"]?.array ?? []).filter { !known.contains($0) }.compactMap(\.string)
      if !added.isEmpty {
        let list = added.map { "\"\($0)\"" }.joined(separator: ", ")
        let detail = "no new finalizers can be added if the object is being deleted, found new finalizers "
        result.append(.forbidden("metadata.finalizers", detail + "[]string{\(list)}"))
      }
    }
    return result
  }
}
