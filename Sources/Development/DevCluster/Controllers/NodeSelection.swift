// SPDX-License-Identifier: Apache-2.0

import JSON

/// Decides whether a pod of a DaemonSet belongs on a node: `nodeSelector`, required node affinity, taints.
///
/// After `pkg/controller/daemon.NodeShouldRunDaemonPod` and `component-helpers/scheduling/corev1`.
struct NodeSelection {
  var template: JSONValue

  /// What the node says about the pod.
  struct Verdict: Hashable {
    /// Whether a new pod is to be made.
    var runs: Bool
    /// Whether a pod that is there may stay.
    var keeps: Bool
  }

  func verdict(for node: JSONValue) -> Verdict {
    guard matchesSelector(node), matchesAffinity(node) else { return Verdict(runs: false, keeps: false) }
    let taints = node[path: "spec", "taints"]?.array ?? []
    let intolerable = taints.filter { taint in !tolerations.contains { Self.tolerates($0, taint) } }
    let effects = Set(intolerable.compactMap { $0["effect"]?.string })
    return Verdict(
      runs: !effects.contains("NoSchedule") && !effects.contains("NoExecute"), keeps: !effects.contains("NoExecute"))
  }

  private func matchesSelector(_ node: JSONValue) -> Bool {
    let wanted = template[path: "spec", "nodeSelector"].map(JSONValue.texts) ?? [:]
    return wanted.allSatisfy { node.labels[$0.key] == $0.value }
  }

  private func matchesAffinity(_ node: JSONValue) -> Bool {
    let path = template[path: "spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"]
    guard let terms = path?["nodeSelectorTerms"]?.array else { return true }
    return terms.contains { term in
      let expressions = term["matchExpressions"]?.array ?? []
      let fields = term["matchFields"]?.array ?? []
      guard !expressions.isEmpty || !fields.isEmpty else { return false }
      return expressions.allSatisfy { LabelSelector.requirement($0).matches(node.labels) }
        && fields.allSatisfy { LabelSelector.requirement($0).matches(["metadata.name": node.name]) }
    }
  }

  /// The template's tolerations and those that the controller adds (`util.AddOrUpdateDaemonPodTolerations`).
  var tolerations: [JSONValue] {
    var all = template[path: "spec", "tolerations"]?.array ?? []
    for (key, effect) in [
      ("not-ready", "NoExecute"), ("unreachable", "NoExecute"), ("disk-pressure", "NoSchedule"),
      ("memory-pressure", "NoSchedule"), ("pid-pressure", "NoSchedule"), ("unschedulable", "NoSchedule"),
    ] {
      all.append([
        "key": .string("node.kubernetes.io/\(key)"), "operator": "Exists", "effect": .string(effect),
      ])
    }
    if template[path: "spec", "hostNetwork"]?.bool == true {
      all.append([
        "key": "node.kubernetes.io/network-unavailable", "operator": "Exists", "effect": "NoSchedule",
      ])
    }
    return all
  }

  private static func tolerates(_ toleration: JSONValue, _ taint: JSONValue) -> Bool {
    let effect = toleration["effect"]?.string ?? ""
    let key = toleration["key"]?.string ?? ""
    guard effect.isEmpty || effect == taint["effect"]?.string else { return false }
    if toleration["operator"]?.string == "Exists" { return key.isEmpty || key == taint["key"]?.string }
    return key == taint["key"]?.string && (toleration["value"]?.string ?? "") == (taint["value"]?.string ?? "")
  }
}
