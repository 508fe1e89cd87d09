// SPDX-License-Identifier: Apache-2.0

import JSON

/// Where the pods of a DaemonSet may go, by the rules of Kubernetes: node selector, required node affinity, taints.
///
/// After `nodeShouldRunDaemonPod` in `k8s.io/kubernetes/pkg/controller/daemon/daemon_controller.go`,
/// `GetRequiredNodeAffinity` in `k8s.io/component-helpers/scheduling/corev1/nodeaffinity`, and
/// `AddOrUpdateDaemonPodTolerations` in `pkg/controller/daemon/util`.
struct PodPlacement: Hashable, Sendable {
  /// One requirement of a node selector term.
  fileprivate struct Requirement: Hashable, Sendable {
    var key: String
    var comparison: String
    var values: [String]
  }

  /// All requirements of a term must hold, and of the terms one.
  fileprivate struct Term: Hashable, Sendable {
    var labels: [Requirement]
    var fields: [Requirement]
  }

  fileprivate struct Toleration: Hashable, Sendable {
    var key: String
    /// Nil for any value (`Exists`).
    var value: String?
    /// Empty for any effect.
    var effect: String
  }

  private let nodeSelector: [String: String]
  /// Nil without a required affinity; an empty list admits no node.
  private let terms: [Term]?
  private let tolerations: [Toleration]

  /// The placement of a pod with these members of its `spec`.
  init(_ podSpec: JSONObject) {
    nodeSelector = (podSpec["nodeSelector"]?.object ?? [:]).reduce(into: [:]) { $0[$1.key] = $1.value.string }
    let required = podSpec["affinity"]?[path: "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"]
    terms = required.map { ($0["nodeSelectorTerms"]?.array ?? []).map { Term($0) } }
    let isOnHostNetwork = podSpec["hostNetwork"] == true
    tolerations =
      (podSpec["tolerations"]?.array ?? []).map { Toleration($0) }
      + Self.ofController.map { Toleration(key: $0.key, value: nil, effect: $0.effect) }
      + (isOnHostNetwork
        ? [Toleration(key: "node.kubernetes.io/network-unavailable", value: nil, effect: "NoSchedule")] : [])
  }

  /// The tolerations that the DaemonSet controller adds to every pod.
  private static let ofController = [
    (key: "node.kubernetes.io/not-ready", effect: "NoExecute"),
    (key: "node.kubernetes.io/unreachable", effect: "NoExecute"),
    (key: "node.kubernetes.io/disk-pressure", effect: "NoSchedule"),
    (key: "node.kubernetes.io/memory-pressure", effect: "NoSchedule"),
    (key: "node.kubernetes.io/pid-pressure", effect: "NoSchedule"),
    (key: "node.kubernetes.io/unschedulable", effect: "NoSchedule"),
  ]

  /// Whether a pod may go to the node.
  ///
  /// - Parameter label: a label that counts as missing.
  func admits(_ node: NodeView, ignoring label: String? = nil) -> Bool {
    func value(_ name: String) -> String? { name == label ? nil : node.labels[name] }
    guard nodeSelector.allSatisfy({ value($0.key) == $0.value }), tolerates(node.taints) else { return false }
    return terms?.contains { term in
      // A term without requirements matches nothing.
      !(term.labels.isEmpty && term.fields.isEmpty) && term.labels.allSatisfy { $0.holds(for: value($0.key)) }
        && term.fields.allSatisfy { $0.holds(for: $0.key == "metadata.name" ? node.name : nil) }
    } ?? true
  }

  /// Whether none of the taints keeps a pod away; `PreferNoSchedule` never does.
  func tolerates(_ taints: [NodeView.Taint]) -> Bool {
    taints.allSatisfy { taint in
      !["NoSchedule", "NoExecute"].contains(taint.effect) || tolerations.contains { $0.tolerates(taint) }
    }
  }
}

extension PodPlacement.Requirement {
  fileprivate init(_ json: JSONValue) {
    key = json["key"]?.string ?? ""
    comparison = json["operator"]?.string ?? ""
    values = (json["values"]?.array ?? []).compactMap(\.string)
  }

  /// Whether a value suits; nil for one that is missing. After `Requirement.Matches` of
  /// `k8s.io/apimachinery/pkg/labels`.
  fileprivate func holds(for value: String?) -> Bool {
    switch comparison {
    case "In": value.map(values.contains) ?? false
    case "NotIn": !(value.map(values.contains) ?? false)
    case "Exists": value != nil
    case "DoesNotExist": value == nil
    case "Gt", "Lt":
      if let number = value.flatMap({ Int64($0) }), let bound = values.first.flatMap({ Int64($0) }) {
        comparison == "Gt" ? number > bound : number < bound
      } else {
        false
      }
    default: false
    }
  }
}

extension PodPlacement.Term {
  fileprivate init(_ json: JSONValue) {
    labels = (json["matchExpressions"]?.array ?? []).map { PodPlacement.Requirement($0) }
    fields = (json["matchFields"]?.array ?? []).map { PodPlacement.Requirement($0) }
  }
}

extension PodPlacement.Toleration {
  fileprivate init(_ json: JSONValue) {
    key = json["key"]?.string ?? ""
    value = json["operator"]?.string == "Exists" ? nil : json["value"]?.string ?? ""
    effect = json["effect"]?.string ?? ""
  }

  /// After `ToleratesTaint` in `k8s.io/api/core/v1/toleration.go`.
  fileprivate func tolerates(_ taint: NodeView.Taint) -> Bool {
    (effect.isEmpty || effect == taint.effect) && (key.isEmpty || key == taint.key)
      && (value == nil || value == taint.value)
  }
}
