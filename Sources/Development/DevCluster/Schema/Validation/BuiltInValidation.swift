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
    case "ConfigMap", "Secret": DataRules.failures(new, old, kind: kind)
    case "PersistentVolumeClaim": ClaimRules.failures(new, old)
    case "Namespace": PodSecurityLabels.failures(new, old)
    case "Ingress": IngressRules.failures(new, old)
    case "NetworkPolicy": NetworkPolicyRules.failures(new["spec"] ?? [:])
    case "PodDisruptionBudget": DisruptionBudgetRules.failures(new)
    case "RoleBinding", "ClusterRoleBinding": AccessRules.bindingFailures(new, old, kind: kind)
    case "Role", "ClusterRole": AccessRules.roleFailures(new, kind: kind)
    case "Lease": leaseFailures(new["spec"] ?? [:])
    case "RegardingEvent": eventFailures(new)
    case "CustomResourceDefinition": DefinitionRules.failures(new)
    default: []
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
