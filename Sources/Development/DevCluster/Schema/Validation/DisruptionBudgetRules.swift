// SPDX-License-Identifier: Apache-2.0

import JSON

/// What must hold for a PodDisruptionBudget.
///
/// Source: `pkg/apis/policy/validation/validation.go`.
enum DisruptionBudgetRules {
  static func failures(_ budget: JSONValue) -> [FieldFailure] {
    let spec = budget["spec"] ?? [:]
    func given(_ name: String) -> JSONValue? { spec[name].flatMap { $0.isNull ? nil : $0 } }
    var result: [FieldFailure] = []
    if given("minAvailable") != nil, given("maxUnavailable") != nil {
      let members = ["minAvailable", "selector", "maxUnavailable", "unhealthyPodEvictionPolicy"]
      let printed = members.map { ($0.prefix(1).uppercased() + $0.dropFirst(), spec[$0] ?? .null) }
      result.append(.invalid("spec", goValue: printed, "minAvailable and maxUnavailable cannot be both set"))
    }
    for name in ["minAvailable", "maxUnavailable"] {
      result += CommonRules.countOrPercent(given(name), at: "spec.\(name)")
    }
    result += CommonRules.selector(spec["selector"], at: "spec.selector")
    if let policy = given("unhealthyPodEvictionPolicy"), policy != "AlwaysAllow", policy != "IfHealthyBudget" {
      result.append(
        .notSupported("spec.unhealthyPodEvictionPolicy", policy, ["AlwaysAllow", "IfHealthyBudget"]))
    }
    for name in ["disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"] {
      result += CommonRules.nonNegative(budget[path: "status", name], at: "status.\(name)")
    }
    return result
  }
}
