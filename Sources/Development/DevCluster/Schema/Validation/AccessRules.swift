// SPDX-License-Identifier: Apache-2.0

import JSON

/// What must hold for roles and their bindings.
///
/// Source: `pkg/apis/rbac/validation/validation.go`.
enum AccessRules {
  private static let group = "rbac.authorization.k8s.io"

  static func roleFailures(_ role: JSONValue, kind: String) -> [FieldFailure] {
    let rules = role["rules"]?.array ?? []
    var result = rules.enumerated().flatMap { ruleFailures($1, at: "rules[\($0)]", isNamespaced: kind == "Role") }
    if kind == "ClusterRole", let aggregation = role["aggregationRule"], !aggregation.isNull {
      let place = "aggregationRule.clusterRoleSelectors"
      let selectors = aggregation["clusterRoleSelectors"]?.array ?? []
      if selectors.isEmpty {
        result.append(.required(place, "at least one clusterRoleSelector required if aggregationRule is non-nil"))
      }
      for (index, selector) in selectors.enumerated() {
        result += CommonRules.selector(selector, at: "\(place)[\(index)]")
      }
    }
    return result
  }

  private static func ruleFailures(_ rule: JSONValue, at place: String, isNamespaced: Bool) -> [FieldFailure] {
    func isEmpty(_ name: String) -> Bool { rule[name]?.array?.isEmpty ?? true }
    var result: [FieldFailure] = []
    if isEmpty("verbs") { result.append(.required("\(place).verbs", "verbs must contain at least one value")) }
    if let paths = rule["nonResourceURLs"], !isEmpty("nonResourceURLs") {
      let field = "\(place).nonResourceURLs"
      if isNamespaced {
        result.append(.invalid(field, paths, "namespaced rules cannot apply to non-resource URLs"))
      }
      if !["apiGroups", "resources", "resourceNames"].allSatisfy(isEmpty) {
        result.append(.invalid(field, paths, "rules cannot apply to both regular resources and non-resource URLs"))
      }
      return result
    }
    if isEmpty("apiGroups") {
      result.append(.required("\(place).apiGroups", "resource rules must supply at least one api group"))
    }
    if isEmpty("resources") {
      result.append(.required("\(place).resources", "resource rules must supply at least one resource"))
    }
    return result
  }

  static func bindingFailures(_ new: JSONValue, _ old: JSONValue?, kind: String) -> [FieldFailure] {
    let role = new["roleRef"] ?? [:]
    let isNamespaced = kind == "RoleBinding"
    var result: [FieldFailure] = []
    if role["apiGroup"] != .string(group) {
      result.append(.notSupported("roleRef.apiGroup", role["apiGroup"] ?? "", [.string(group)]))
    }
    let kinds: [JSONValue] = isNamespaced ? ["Role", "ClusterRole"] : ["ClusterRole"]
    if !kinds.contains(role["kind"] ?? "") { result.append(.notSupported("roleRef.kind", role["kind"] ?? "", kinds)) }
    let name = role["name"]?.string ?? ""
    if name.isEmpty {
      result.append(.required("roleRef.name"))
    } else if let problem = NameRules.pathSegment(name) {
      result.append(.invalid("roleRef.name", .string(name), problem))
    }
    for (index, subject) in (new["subjects"]?.array ?? []).enumerated() {
      result += subjectFailures(subject, at: "subjects[\(index)]", isNamespaced: isNamespaced)
    }
    if let before = old?["roleRef"], before != role {
      let printed = [("APIGroup", "apiGroup"), ("Kind", "kind"), ("Name", "name")].map { ($0, role[$1] ?? "") }
      result.append(.invalid("roleRef", goValue: printed, "cannot change roleRef"))
    }
    return result
  }

  private static func subjectFailures(_ subject: JSONValue, at place: String, isNamespaced: Bool) -> [FieldFailure] {
    let name = subject["name"]?.string ?? ""
    let subjectGroup = subject["apiGroup"]?.string ?? ""
    var result: [FieldFailure] = name.isEmpty ? [.required("\(place).name")] : []
    switch subject["kind"]?.string {
    case "ServiceAccount":
      if !name.isEmpty, let problem = NameRules.subdomain(name) {
        result.append(.invalid("\(place).name", .string(name), problem))
      }
      if !subjectGroup.isEmpty { result.append(.notSupported("\(place).apiGroup", .string(subjectGroup), [""])) }
      if !isNamespaced, (subject["namespace"]?.string ?? "").isEmpty {
        result.append(.required("\(place).namespace"))
      }
    case "User", "Group":
      if subjectGroup != group {
        result.append(.notSupported("\(place).apiGroup", .string(subjectGroup), [.string(group)]))
      }
    default:
      let kinds: [JSONValue] = ["ServiceAccount", "User", "Group"]
      result.append(.notSupported("\(place).kind", subject["kind"] ?? "", kinds))
    }
    return result
  }
}
