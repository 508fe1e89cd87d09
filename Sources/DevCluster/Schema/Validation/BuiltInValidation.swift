// SPDX-License-Identifier: Apache-2.0

import JSON

/// What must hold for built-in kinds beyond their types, by kind.
///
/// This is the part of the API server's validation that a client of this project can run into, not all of it.
enum BuiltInValidation {
  static func failures(_ new: JSONValue, _ old: JSONValue?, kind: String) -> [FieldFailure] {
    switch kind {
    case "Pod": PodRules.failures(new["spec"], at: "spec")
    case "DaemonSet", "Deployment", "StatefulSet": WorkloadRules.failures(new, old, kind: kind)
    case "Service": ServiceRules.failures(new["spec"] ?? [:], old?["spec"])
    case "ConfigMap", "Secret": dataFailures(new, old, kind: kind)
    case "RoleBinding", "ClusterRoleBinding": bindingFailures(new, old)
    case "Role", "ClusterRole": ruleFailures(new["rules"])
    case "Lease": leaseFailures(new["spec"] ?? [:])
    case "RegardingEvent": eventFailures(new)
    case "CustomResourceDefinition": DefinitionRules.failures(new)
    default: []
    }
  }

  /// The sum of all values that a ConfigMap or a Secret may hold.
  static let maximumDataBytes = 1_048_576

  private static func dataFailures(_ new: JSONValue, _ old: JSONValue?, kind: String) -> [FieldFailure] {
    var result: [FieldFailure] = []
    var size = 0
    for list in ["data", "binaryData"] {
      for (key, value) in (new[list]?.object ?? JSONObject()).sorted(by: { $0.key < $1.key }) {
        if let problem = NameRules.configKey(key) {
          result.append(.invalid(FieldName.key(list, key), .string(key), problem))
        }
        let text = value.string ?? ""
        size += kind == "Secret" || list == "binaryData" ? text.utf8.count / 4 * 3 : text.utf8.count
      }
    }
    // The API server names no field here, or `data` for a Secret.
    if size > maximumDataBytes { result.append(.tooLong(kind == "Secret" ? "data" : "[]", limit: maximumDataBytes)) }
    guard let old else { return result }
    if old["immutable"] == true {
      let detail = "field is immutable when `immutable` is set"
      for name in ["immutable", "data", "binaryData"] where new[name] != old[name] {
        result.append(.forbidden(name, detail))
      }
    }
    if kind == "Secret", let type = new["type"], let before = old["type"], type != before {
      result.append(.invalid("type", type, "field is immutable"))
    }
    return result
  }

  private static func bindingFailures(_ new: JSONValue, _ old: JSONValue?) -> [FieldFailure] {
    let role = new["roleRef"] ?? [:]
    var result: [FieldFailure] = []
    if let before = old?["roleRef"], before != role {
      let printed: JSONValue = [
        "APIGroup": role["apiGroup"] ?? "", "Kind": role["kind"] ?? "", "Name": role["name"] ?? "",
      ]
      result.append(.invalid("roleRef", printed, "cannot change roleRef"))
    }
    if !["Role", "ClusterRole"].contains(role["kind"]?.string ?? "") {
      result.append(.notSupported("roleRef.kind", role["kind"] ?? "", ["ClusterRole", "Role"]))
    }
    if (role["name"]?.string ?? "").isEmpty { result.append(.required("roleRef.name")) }
    for (index, subject) in (new["subjects"]?.array ?? []).enumerated()
    where (subject["name"]?.string ?? "").isEmpty {
      result.append(.required("subjects[\(index)].name"))
    }
    return result
  }

  private static func ruleFailures(_ rules: JSONValue?) -> [FieldFailure] {
    (rules?.array ?? []).enumerated().flatMap { index, rule -> [FieldFailure] in
      let place = "rules[\(index)]"
      var result: [FieldFailure] = []
      if rule["verbs"]?.array?.isEmpty ?? true {
        result.append(.required("\(place).verbs", "verbs must contain at least one value"))
      }
      guard rule["nonResourceURLs"]?.array?.isEmpty ?? true else { return result }
      if rule["apiGroups"]?.array?.isEmpty ?? true {
        result.append(.required("\(place).apiGroups", "resource rules must supply at least one api group"))
      }
      if rule["resources"]?.array?.isEmpty ?? true {
        result.append(.required("\(place).resources", "resource rules must supply at least one resource"))
      }
      return result
    }
  }

  private static func leaseFailures(_ spec: JSONValue) -> [FieldFailure] {
    var result: [FieldFailure] = []
    if let duration = spec["leaseDurationSeconds"]?.integer, duration <= 0 {
      result.append(.invalid("spec.leaseDurationSeconds", .integer(duration), "must be greater than 0"))
    }
    if let count = spec["leaseTransitions"]?.integer, count < 0 {
      result.append(.invalid("spec.leaseTransitions", .integer(count), "must be greater than or equal to 0"))
    }
    return result
  }

  private static func eventFailures(_ event: JSONValue) -> [FieldFailure] {
    var result: [FieldFailure] = []
    if event["eventTime"]?.string == nil { result.append(.required("eventTime")) }
    for (name, limit) in [("reportingController", 253), ("reportingInstance", 128), ("action", 128), ("reason", 128)] {
      let text = event[name]?.string ?? ""
      if text.isEmpty { result.append(.required(name)) }
      if text.utf8.count > limit { result.append(.tooLong(name, limit: limit)) }
    }
    if let type = event["type"]?.string {
      if !["Normal", "Warning"].contains(type) {
        result.append(.invalid("type", "", "has invalid value: \(type)"))
      }
    } else {
      result.append(.required("type"))
    }
    if (event["note"]?.string ?? "").utf8.count > 1024 { result.append(.tooLong("note", limit: 1024)) }
    return result
  }
}
