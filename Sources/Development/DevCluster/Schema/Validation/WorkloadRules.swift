// SPDX-License-Identifier: Apache-2.0

import JSON

/// What must hold for a DaemonSet, a Deployment or a StatefulSet.
///
/// Source: `pkg/apis/apps/validation/validation.go` (Kubernetes 1.36; pull requests 130233, 131790 and 132212 for what a
/// StatefulSet is checked for only when it is created) and the strategies in `pkg/registry/apps`.
enum WorkloadRules {
  static func failures(_ new: JSONValue, _ old: JSONValue?, kind: String) -> [FieldFailure] {
    let (spec, before) = (new["spec"] ?? [:], old?["spec"])
    switch kind {
    case "StatefulSet": return statefulSetFailures(spec, before)
    case "Deployment":
      return selectorChangeFailures(spec, before) + CommonRules.nonNegative(spec["replicas"], at: "spec.replicas")
        + selectorFailures(spec, kind: kind) + templateFailures(spec, kind: kind)
        + RolloutRules.deploymentFailures(spec)
    default:
      return selectorChangeFailures(spec, before) + selectorFailures(spec, kind: kind)
        + templateFailures(spec, kind: kind) + RolloutRules.daemonSetFailures(spec)
    }
  }

  // MARK: - StatefulSets

  private static func statefulSetFailures(_ spec: JSONValue, _ old: JSONValue?) -> [FieldFailure] {
    var result = RolloutRules.statefulSetFailures(spec)
    if old == nil {
      if let name = spec["serviceName"]?.string, !name.isEmpty, let problem = NameRules.label(name) {
        result.append(.invalid("spec.serviceName", .string(name), problem))
      }
      for (index, claim) in (spec["volumeClaimTemplates"]?.array ?? []).enumerated() {
        result += ClaimRules.specFailures(claim["spec"] ?? [:], at: "spec.volumeClaimTemplates[\(index)].spec")
      }
    }
    result += CommonRules.nonNegative(spec["replicas"], at: "spec.replicas")
    result += CommonRules.nonNegative(spec["minReadySeconds"], at: "spec.minReadySeconds")
    result += CommonRules.nonNegative(spec[path: "ordinals", "start"], at: "spec.ordinals.start")
    result += selectorFailures(spec, kind: "StatefulSet")
    // A template that was wrong before is not checked again, so that the rest of the object may change.
    let wasValid = old.map { templateFailures($0, kind: "StatefulSet").isEmpty } ?? true
    if wasValid { result += templateFailures(spec, kind: "StatefulSet") }
    return result + (old.map { statefulSetChangeFailures(spec, $0) } ?? [])
  }

  private static let changeable = [
    "replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit",
    "persistentVolumeClaimRetentionPolicy", "minReadySeconds",
  ]

  private static func statefulSetChangeFailures(_ new: JSONValue, _ old: JSONValue) -> [FieldFailure] {
    var (before, after) = (old, new)
    for name in changeable { (before[name], after[name]) = (nil, nil) }
    guard before != after else { return [] }
    let names = changeable.map { "'\($0)'" }
    let list = names.dropLast().joined(separator: ", ") + " and " + (names.last ?? "")
    return [.forbidden("spec", "updates to statefulset spec for fields other than \(list) are forbidden")]
  }

  // MARK: - Selector and template

  private static func selectorFailures(_ spec: JSONValue, kind: String) -> [FieldFailure] {
    guard let selector = spec["selector"], !selector.isNull else { return [.required("spec.selector")] }
    let failures = CommonRules.selector(selector, at: "spec.selector")
    let isEmpty =
      (selector["matchLabels"]?.object?.isEmpty ?? true) && (selector["matchExpressions"]?.array?.isEmpty ?? true)
    guard isEmpty else { return failures }
    return failures + [.invalid("spec.selector", selector, "empty selector is invalid for \(kind.lowercased())")]
  }

  private static func selectorChangeFailures(_ new: JSONValue, _ old: JSONValue?) -> [FieldFailure] {
    guard let old, new["selector"] != old["selector"] else { return [] }
    return [.invalid("spec.selector", new["selector"] ?? .null, "field is immutable")]
  }

  private static func templateFailures(_ spec: JSONValue, kind: String) -> [FieldFailure] {
    let template = spec["template"] ?? [:]
    let labels = template[path: "metadata", "labels"]
    var result: [FieldFailure] = []
    if let selector = spec["selector"], !selector.isNull, !matches(selector, labels) {
      let detail = "`selector` does not match template `labels`"
      result.append(.invalid("spec.template.metadata.labels", labels ?? .null, detail))
    }
    result += ObjectMetaRules.labelFailures(labels, at: "spec.template.labels")
    result += PodRules.failures(template["spec"], at: "spec.template.spec", addedVolumes: claimNames(spec))
    if let policy = template[path: "spec", "restartPolicy"], policy != "Always" {
      result.append(.notSupported("spec.template.spec.restartPolicy", policy, ["Always"]))
    }
    if let deadline = template[path: "spec", "activeDeadlineSeconds"], !deadline.isNull {
      let owner = kind == "Deployment" ? "ReplicaSet" : kind
      let detail = "activeDeadlineSeconds in \(owner) is not Supported"
      result.append(.forbidden("spec.template.spec.activeDeadlineSeconds", detail))
    }
    return result
  }

  /// The volumes that the claims of a StatefulSet add to its pods.
  private static func claimNames(_ spec: JSONValue) -> Set<String> {
    Set((spec["volumeClaimTemplates"]?.array ?? []).compactMap { $0[path: "metadata", "name"]?.string })
  }

  /// Whether labels fit a label selector.
  static func matches(_ selector: JSONValue, _ labels: JSONValue?) -> Bool {
    let wanted = selector["matchLabels"]?.object ?? JSONObject()
    guard wanted.allSatisfy({ labels?[$0.key] == $0.value }) else { return false }
    return (selector["matchExpressions"]?.array ?? []).allSatisfy { requirement in
      let value = requirement["key"]?.string.flatMap { labels?[$0] }
      let values = requirement["values"]?.array ?? []
      switch requirement["operator"]?.string {
      case "In": return value.map(values.contains) ?? false
      case "NotIn": return !(value.map(values.contains) ?? false)
      case "Exists": return value != nil
      case "DoesNotExist": return value == nil
      default: return false
      }
    }
  }
}
