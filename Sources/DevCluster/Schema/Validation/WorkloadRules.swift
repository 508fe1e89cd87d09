// SPDX-License-Identifier: Apache-2.0

import JSON

/// What must hold for a DaemonSet, a Deployment or a StatefulSet.
///
/// Source: `pkg/apis/apps/validation/validation.go`.
enum WorkloadRules {
  static func failures(_ new: JSONValue, _ old: JSONValue?, kind: String) -> [FieldFailure] {
    let spec = new["spec"] ?? [:]
    var result: [FieldFailure] = []
    if let before = old?["spec"] { result += changeFailures(spec, before, kind: kind) }
    let labels = spec[path: "template", "metadata", "labels"]
    if let selector = spec["selector"], !selector.isNull {
      if (selector["matchLabels"]?.object?.isEmpty ?? true) && (selector["matchExpressions"]?.array?.isEmpty ?? true) {
        let detail = "empty selector is invalid for \(kind.lowercased())"
        result.append(.invalid("spec.selector", selector, detail))
      } else if !matches(selector, labels) {
        let detail = "`selector` does not match template `labels`"
        result.append(.invalid("spec.template.metadata.labels", labels ?? .null, detail))
      }
    } else {
      result.append(.required("spec.selector"))
    }
    result += ObjectMetaRules.labelFailures(labels, at: "spec.template.metadata.labels")
    result += PodRules.failures(spec[path: "template", "spec"], at: "spec.template.spec")
    if let policy = spec[path: "template", "spec", "restartPolicy"], policy != "Always" {
      result.append(.notSupported("spec.template.spec.restartPolicy", policy, ["Always"]))
    }
    if let replicas = spec["replicas"]?.integer, replicas < 0 {
      result.append(.invalid("spec.replicas", .integer(replicas), "must be greater than or equal to 0"))
    }
    return result
  }

  private static func changeFailures(_ new: JSONValue, _ old: JSONValue, kind: String) -> [FieldFailure] {
    guard kind == "StatefulSet" else {
      guard new["selector"] != old["selector"] else { return [] }
      return [.invalid("spec.selector", new["selector"] ?? .null, "field is immutable")]
    }
    let free = [
      "replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit",
      "persistentVolumeClaimRetentionPolicy", "minReadySeconds",
    ]
    var (before, after) = (old, new)
    for name in free { (before[name], after[name]) = (nil, nil) }
    guard before != after else { return [] }
    let list = "'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', "
    return [
      .forbidden(
        "spec",
        "updates to statefulset spec for fields other than \(list)'persistentVolumeClaimRetentionPolicy' and "
          + "'minReadySeconds' are forbidden")
    ]
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
