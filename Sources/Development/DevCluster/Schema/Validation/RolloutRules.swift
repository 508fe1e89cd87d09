// SPDX-License-Identifier: Apache-2.0

import JSON

/// How workloads may ask to be rolled out.
///
/// Source: `ValidateDeploymentStrategy`, `ValidateDaemonSetUpdateStrategy`, `ValidateStatefulSetSpec` and their callers in
/// `pkg/apis/apps/validation/validation.go`.
enum RolloutRules {
  static func deploymentFailures(_ spec: JSONValue) -> [FieldFailure] {
    let strategy = spec["strategy"] ?? [:]
    var result: [FieldFailure] = []
    switch strategy["type"]?.string {
    case "Recreate":
      if let update = strategy["rollingUpdate"], !update.isNull {
        let detail = "may not be specified when strategy `type` is 'Recreate'"
        result.append(.forbidden("spec.strategy.rollingUpdate", detail))
      }
    case "RollingUpdate":
      let (unavailable, surge) = bounds(strategy)
      let place = "spec.strategy.rollingUpdate"
      result += CommonRules.countOrPercent(unavailable, at: "\(place).maxUnavailable", isBounded: false)
      result += CommonRules.countOrPercent(surge, at: "\(place).maxSurge", isBounded: false)
      if CommonRules.amount(unavailable) == 0, CommonRules.amount(surge) == 0 {
        let detail = "may not be 0 when `maxSurge` is 0"
        result.append(.invalid("\(place).maxUnavailable", unavailable ?? 0, detail))
      }
      // A surge may exceed the number of replicas; what is unavailable may not.
      result += CommonRules.notMoreThanAll(unavailable, at: "\(place).maxUnavailable")
    default:
      result.append(
        .notSupported("spec.strategy", goValue: goStrategy(strategy), ["Recreate", "RollingUpdate"]))
    }
    result += CommonRules.nonNegative(spec["minReadySeconds"], at: "spec.minReadySeconds")
    result += CommonRules.nonNegative(spec["revisionHistoryLimit"], at: "spec.revisionHistoryLimit")
    if let deadline = spec["progressDeadlineSeconds"]?.integer {
      let place = "spec.progressDeadlineSeconds"
      result += CommonRules.nonNegative(.integer(deadline), at: place)
      if deadline <= spec["minReadySeconds"]?.integer ?? 0 {
        result.append(.invalid(place, .integer(deadline), "must be greater than minReadySeconds"))
      }
    }
    return result
  }

  static func daemonSetFailures(_ spec: JSONValue) -> [FieldFailure] {
    let strategy = spec["updateStrategy"] ?? [:]
    var result = CommonRules.nonNegative(spec["minReadySeconds"], at: "spec.minReadySeconds")
    switch strategy["type"]?.string {
    case "OnDelete": break
    case "RollingUpdate":
      let (unavailable, surge) = bounds(strategy)
      let place = "spec.updateStrategy.rollingUpdate"
      result += CommonRules.countOrPercent(unavailable, at: "\(place).maxUnavailable")
      result += CommonRules.countOrPercent(surge, at: "\(place).maxSurge")
      switch (CommonRules.amount(unavailable) != 0, CommonRules.amount(surge) != 0) {
      case (true, true):
        result.append(.invalid("\(place).maxSurge", surge ?? 0, "may not be set when maxUnavailable is non-zero"))
      case (false, false):
        result.append(.required("\(place).maxUnavailable", "cannot be 0 when maxSurge is 0"))
      default: break
      }
    default:
      result.append(
        .notSupported("spec.updateStrategy", goValue: goStrategy(strategy), ["RollingUpdate", "OnDelete"]))
    }
    return result + CommonRules.nonNegative(spec["revisionHistoryLimit"], at: "spec.revisionHistoryLimit")
  }

  static func statefulSetFailures(_ spec: JSONValue) -> [FieldFailure] {
    var result: [FieldFailure] = []
    if let policy = spec["podManagementPolicy"], policy != "OrderedReady", policy != "Parallel" {
      result.append(.invalid("spec.podManagementPolicy", policy, "must be 'OrderedReady' or 'Parallel'"))
    }
    let strategy = spec["updateStrategy"] ?? [:]
    let place = "spec.updateStrategy.rollingUpdate"
    switch strategy["type"]?.string {
    case "OnDelete":
      if let update = strategy["rollingUpdate"], !update.isNull {
        let value = [("Partition", update["partition"] ?? 0), ("MaxUnavailable", update["maxUnavailable"] ?? .null)]
        result.append(.invalid(place, goValue: value, "only allowed for updateStrategy 'RollingUpdate'"))
      }
    case "RollingUpdate":
      result += CommonRules.nonNegative(strategy[path: "rollingUpdate", "partition"], at: "\(place).partition")
      if let unavailable = strategy[path: "rollingUpdate", "maxUnavailable"], !unavailable.isNull {
        result += CommonRules.countOrPercent(unavailable, at: "\(place).maxUnavailable")
        if CommonRules.amount(unavailable) == 0 {
          result.append(.invalid("\(place).maxUnavailable", unavailable, "cannot be 0"))
        }
      }
    default:
      let detail = "must be 'RollingUpdate' or 'OnDelete'"
      result.append(.invalid("spec.updateStrategy", goValue: goStrategy(strategy), detail))
    }
    for name in ["whenDeleted", "whenScaled"] {
      let policy = spec[path: "persistentVolumeClaimRetentionPolicy", name]
      guard let policy, policy != "Retain", policy != "Delete" else { continue }
      result.append(.notSupported("spec.persistentVolumeClaimRetentionPolicy.\(name)", policy, ["Retain", "Delete"]))
    }
    return result
  }

  private static func bounds(_ strategy: JSONValue) -> (unavailable: JSONValue?, surge: JSONValue?) {
    (strategy[path: "rollingUpdate", "maxUnavailable"], strategy[path: "rollingUpdate", "maxSurge"])
  }

  /// A strategy with a type that does not exist, as the internal type prints it.
  private static func goStrategy(_ strategy: JSONValue) -> [(String, JSONValue)] {
    [("Type", strategy["type"] ?? ""), ("RollingUpdate", .null)]
  }
}
