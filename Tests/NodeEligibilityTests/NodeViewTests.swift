// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Testing

@testable import NodeEligibility

/// What is kept of a Node.
@Suite struct NodeViewTests {
  static let node = KubernetesObject([
    "apiVersion": "v1", "kind": "Node",
    "metadata": [
      "name": "worker-1", "uid": "u", "resourceVersion": "10", "labels": ["kubernetes.io/os": "linux", "pool": "x"],
      "annotations": [
        "volumes.kubernetes.io/controller-managed-attach-detach": "true", NodeOverride.annotation: "eligible",
      ],
    ],
    "spec": ["podCIDR": "10.0.0.0/24", "taints": [["key": "k", "value": "v", "effect": "NoSchedule"]]],
    "status": [
      "nodeInfo": [
        "kernelVersion": "6.8.0", "architecture": "amd64", "operatingSystem": "linux", "kubeletVersion": "v1.36.2",
        "osImage": "Talos (v1.10.5)", "containerRuntimeVersion": "containerd://2.1.4",
        "bootID": "5b9f5c3e-68f6-4f4e-9d43-5f0e7b2f8a11",
      ],
      "conditions": [["type": "Ready", "status": "True", "lastHeartbeatTime": "2026-01-01T00:00:00Z"]],
      "images": [["names": ["a"], "sizeBytes": 1]],
    ],
  ])

  static func changed(_ change: (inout KubernetesObject) -> Void) -> KubernetesObject {
    var node = node
    change(&node)
    return node
  }

  static let heartbeats: [KubernetesObject] = [
    changed { $0["metadata"]?["resourceVersion"] = "11" },
    changed {
      $0["status"]?["conditions"] = [["type": "Ready", "status": "True", "lastHeartbeatTime": "2026-01-01T00:00:10Z"]]
    },
    changed { $0["status"]?["images"] = [] },
    changed { $0["metadata"]?["annotations"]?["node.alpha.kubernetes.io/ttl"] = "0" },
    changed { $0["spec"]?["podCIDR"] = "10.0.1.0/24" },
  ]

  @Test(arguments: heartbeats)
  func aHeartbeatIsNoChange(_ heartbeat: KubernetesObject) {
    #expect(NodeView.project(heartbeat) == NodeView.project(Self.node))
  }

  static let changes: [KubernetesObject] = [
    changed { $0["metadata"]?["labels"] = ["kubernetes.io/os": "linux"] },
    changed { $0["spec"]?["taints"] = nil },
    changed { $0["status"]?["nodeInfo"]?["kernelVersion"] = "6.9.0" },
    changed { $0["status"]?["nodeInfo"]?["osImage"] = "Talos (v1.11.0)" },
    changed { $0["status"]?["nodeInfo"]?["bootID"] = "6c9f5c3e-68f6-4f4e-9d43-5f0e7b2f8a11" },
    changed { $0["status"]?["nodeInfo"]?["containerRuntimeVersion"] = "containerd://2.2.0" },
    changed { $0["metadata"]?["annotations"] = nil },
    changed { $0["metadata"]?["uid"] = "another" },
  ]

  @Test(arguments: changes)
  func whatDecidesIsAChange(_ change: KubernetesObject) {
    #expect(NodeView.project(change) != NodeView.project(Self.node))
  }

  @Test(arguments: [node] + heartbeats + changes + [KubernetesObject(type: .nodes, name: "bare")])
  func theProjectionLosesNothingThatAViewReads(_ node: KubernetesObject) {
    #expect(NodeView(NodeView.project(node)) == NodeView(node))
    #expect(NodeView.project(NodeView.project(node)) == NodeView.project(node))
  }

  @Test("Parsing keeps everything that a view reads, and little else", arguments: [node] + heartbeats + changes)
  func watchContent(_ node: KubernetesObject) throws {
    let content = WatchContent.nodes
    let parsed = KubernetesObject(content.projection.apply(to: .object(node.content)).object ?? [:])
    #expect(parsed.resourceVersion == node.resourceVersion, "watches go on from it")
    let stored = try #require(content.reduce(parsed))
    #expect(NodeView(stored) == NodeView(node))
    #expect(stored == NodeView.project(node))
    for lost in ["images", "conditions"] { #expect(parsed[path: "status", lost] == nil) }
  }

  @Test func whatANodeSays() {
    let view = NodeView(Self.node)
    #expect(view.name == "worker-1" && view.labels["pool"] == "x")
    #expect(view.taints == [.init(key: "k", value: "v", effect: "NoSchedule")])
    #expect(view.override == .eligible && view.bootID == "5b9f5c3e-68f6-4" && view.osImage == "Talos (v1.10.5)")
    #expect(view.kernel == "6.8.0" && view.runtime == "containerd://2.1.4")
  }
}
