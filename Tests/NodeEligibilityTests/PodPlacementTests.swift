// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI
import Rendering
import Testing

@testable import DevCluster
@testable import NodeEligibility

/// Where the DaemonSet's pods may go, by the rules of Kubernetes.
@Suite struct PodPlacementTests {
  static func placement(_ terms: JSONValue) -> PodPlacement {
    PodPlacement([
      "affinity": ["nodeAffinity": ["requiredDuringSchedulingIgnoredDuringExecution": ["nodeSelectorTerms": terms]]]
    ])
  }

  static func requirement(_ key: String, _ comparison: String, _ values: [String] = []) -> JSONValue {
    ["key": .string(key), "operator": .string(comparison), "values": .array(values.map(JSONValue.string))]
  }

  @Test(
    "A required affinity admits a node by each operator as Kubernetes has it",
    arguments: [
      (["matchExpressions": [requirement("size", "In", ["8", "9"])]], true),
      (["matchExpressions": [requirement("size", "In", ["9"])]], false),
      (["matchExpressions": [requirement("gone", "In", ["9"])]], false),
      (["matchExpressions": [requirement("size", "NotIn", ["8"])]], false),
      (["matchExpressions": [requirement("gone", "NotIn", ["8"])]], true),
      (["matchExpressions": [requirement("size", "Exists")]], true),
      (["matchExpressions": [requirement("gone", "Exists")]], false),
      (["matchExpressions": [requirement("size", "DoesNotExist")]], false),
      (["matchExpressions": [requirement("gone", "DoesNotExist")]], true),
      (["matchExpressions": [requirement("size", "Gt", ["7"])]], true),
      (["matchExpressions": [requirement("size", "Gt", ["8"])]], false),
      (["matchExpressions": [requirement("size", "Lt", ["9"])]], true),
      (["matchExpressions": [requirement("pool", "Lt", ["9"])]], false),
      (["matchExpressions": [requirement("gone", "Lt", ["9"])]], false),
      (["matchExpressions": [requirement("size", "Is", ["8"])]], false),
      (["matchExpressions": [requirement("size", "Exists"), requirement("gone", "Exists")]], false),
      (["matchFields": [requirement("metadata.name", "In", ["n"])]], true),
      (["matchFields": [requirement("metadata.name", "In", ["m"])]], false),
      (["matchFields": [requirement("metadata.uid", "In", ["n"])]], false),
      ([:], false),
    ] as [(JSONValue, Bool)])
  func affinity(term: JSONValue, admits: Bool) {
    let node = Made.node("n", labels: ["size": "8", "pool": "x"])
    #expect(Self.placement([term]).admits(node) == admits)
    #expect(Self.placement([term, ["matchExpressions": [Self.requirement("pool", "Exists")]]]).admits(node))
    #expect(!Self.placement([]).admits(node), "no term admits no node")
  }

  @Test(
    "The DaemonSet controller tolerates each condition with its own effect only",
    arguments: [
      ("not-ready", "NoExecute", true), ("not-ready", "NoSchedule", false), ("unreachable", "NoExecute", true),
      ("unreachable", "NoSchedule", false), ("disk-pressure", "NoSchedule", true),
      ("memory-pressure", "NoSchedule", true),
      ("pid-pressure", "NoSchedule", true), ("pid-pressure", "NoExecute", false), ("unschedulable", "NoSchedule", true),
      ("network-unavailable", "NoSchedule", false), ("network-unavailable", "PreferNoSchedule", true),
    ])
  func taintsOfConditions(key: String, effect: String, admits: Bool) {
    let taint = NodeView.Taint(key: "node.kubernetes.io/\(key)", value: "", effect: effect)
    #expect(PodPlacement([:]).tolerates([taint]) == admits)
    #expect(PodPlacement(["hostNetwork": true]).tolerates([taint]) == (admits || key == "network-unavailable"))
  }

  static let specs: [JSONObject] = [
    [:], ["nodeSelector": ["pool": "x"]], ["tolerations": []],
    ["tolerations": [["key": "dedicated", "operator": "Equal", "value": "db", "effect": "NoSchedule"]]],
    ["tolerations": [["key": "node.kubernetes.io/not-ready", "operator": "Exists"]]],
    ["nodeSelector": ["kubernetes.io/os": "linux", "kubernetes.io/arch": "arm64"]],
  ]

  static let labels: [JSONObject] = [
    ["kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64", "pool": "x"],
    ["kubernetes.io/os": "linux", "kubernetes.io/arch": "arm64"],
    ["kubernetes.io/os": "linux", "kubernetes.io/arch": "s390x", "pool": "x"],
    ["kubernetes.io/os": "windows", "kubernetes.io/arch": "amd64", "pool": "x"],
    ["kubernetes.io/arch": "amd64", "pool": "x", "type": "virtual-kubelet"],
    ["kubernetes.io/os": "linux", "eks.amazonaws.com/compute-type": "fargate"], [:],
  ]

  static let taints: [JSONValue] = [
    [], [["key": "dedicated", "value": "db", "effect": "NoSchedule"]],
    [["key": "dedicated", "value": "web", "effect": "NoExecute"]],
    [["key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"]],
    [["key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"]],
    [["key": "spot", "effect": "PreferNoSchedule"]],
  ]

  @Test(
    "A node counts as eligible exactly if the rendered DaemonSet's controller would put a pod there", arguments: specs)
  func eligibleIsWhereThePodGoes(agent: JSONObject) throws {
    let object = try ObservabilityDecoder.decode([
      "apiVersion": "observability.cozystack.io/v1alpha1", "kind": "Observability", "metadata": ["name": "platform"],
      "spec": ["namespace": "cozy-coroot", "nodeAgent": .object(agent)],
    ])
    let facts = PlatformFacts(
      metrics: .init(writeURL: try HTTPURL("http://vm/")), operatorImage: "operator:1", operatorVersion: "1")
    let daemonSet = try #require(Renderer.children(of: object, facts: facts).first { $0.kind == "DaemonSet" })
    let selection = NodeSelection(template: try #require(daemonSet.manifest["spec"]?["template"]))
    let pool = NodePool(object.spec.nodeAgent)
    var eligible = 0
    for labels in Self.labels {
      for taints in Self.taints {
        let node: JSONObject = [
          "apiVersion": "v1", "kind": "Node", "metadata": ["name": "n", "labels": .object(labels)],
          "spec": ["taints": taints], "status": ["nodeInfo": ["kernelVersion": "6.8.0"]],
        ]
        let view = NodeView(NodeView.project(KubernetesObject(node)))
        let runs = selection.verdict(for: .object(node)).runs
        #expect((pool.standing(of: view) == .eligible) == runs, "\(labels) \(taints)")
        #expect(pool.reaches(view) == runs, "\(labels) \(taints)")
        if runs { eligible += 1 }
      }
    }
    #expect(eligible > 0 && eligible < Self.labels.count * Self.taints.count)
  }
}
