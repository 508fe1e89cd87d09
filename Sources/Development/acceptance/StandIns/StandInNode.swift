// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore

/// A Node as a kubelet registers it, with no machine behind it. Pure.
struct StandInNode: Sendable {
  var name: String
  var kernel = "6.12.28-talos"
  var labels: [String: String] = [:]

  /// The object with its status, which the server takes at the creation of a Node.
  ///
  /// - Parameter now: the time of its conditions, as RFC 3339.
  func object(now: String) -> KubernetesObject {
    var node = KubernetesObject(type: .nodes, name: name)
    var all: JSONObject = [
      "kubernetes.io/hostname": .string(name), "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64",
      "beta.kubernetes.io/os": "linux", "beta.kubernetes.io/arch": "amd64", Names.standInLabel: "true",
    ]
    for (key, value) in labels.sorted(by: { $0.key < $1.key }) { all[key] = .string(value) }
    node["metadata"]?["labels"] = .object(all)
    node["status"] = [
      "nodeInfo": .object(nodeInfo), "capacity": .object(Self.capacity), "allocatable": .object(Self.capacity),
      "addresses": [["type": "Hostname", "address": .string(name)]],
      "conditions": [
        [
          "type": "Ready", "status": "True", "reason": "KubeletReady", "message": "kubelet is posting ready status",
          "lastHeartbeatTime": .string(now), "lastTransitionTime": .string(now),
        ]
      ],
    ]
    return node
  }

  /// The patch of the status after which the node has another kernel.
  static func kernelPatch(_ kernel: String) -> JSONValue {
    ["status": ["nodeInfo": ["kernelVersion": .string(kernel)]]]
  }

  private static let capacity: JSONObject = ["cpu": "8", "memory": "16Gi", "pods": "110", "ephemeral-storage": "100Gi"]

  private var nodeInfo: JSONObject {
    [
      "machineID": "", "systemUUID": "", "bootID": "00000000-0000-4000-8000-000000000001",
      "kernelVersion": .string(kernel), "osImage": "Talos (v1.10.5)", "containerRuntimeVersion": "containerd://2.1.4",
      "kubeletVersion": "v1.36.2", "kubeProxyVersion": "", "operatingSystem": "linux", "architecture": "amd64",
    ]
  }
}

/// What a kubelet does with one pod of a stand-in node. Pure.
enum StandInPod {
  /// The next step.
  enum Step: Hashable, Sendable {
    /// Stands in for a missing scheduler: binds the pod to the node that its affinity names.
    case bind(String)
    /// Report all containers as running.
    case run
    /// Confirm that its containers have stopped, so that the server may drop the pod.
    case finish
  }

  /// The step that a pod needs; nil if it needs none, or is on a node of somebody else.
  static func step(_ pod: KubernetesObject, nodes: Set<String>) -> Step? {
    let bound = pod[path: "spec", "nodeName"]?.string ?? ""
    let node = bound.isEmpty ? (target(pod) ?? "") : bound
    guard nodes.contains(node) else { return nil }
    if pod.isBeingDeleted { return .finish }
    if bound.isEmpty { return .bind(node) }
    let isReady = (pod[path: "status", "conditions"]?.array ?? []).contains {
      $0["type"] == "Ready" && $0["status"] == "True"
    }
    return isReady ? nil : .run
  }

  /// The node that the DaemonSet's controller meant: `metadata.name` in the pod's node affinity.
  static func target(_ pod: KubernetesObject) -> String? {
    let terms = pod[
      path: "spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"
    ]?.array
    for term in terms ?? [] {
      for field in term["matchFields"]?.array ?? [] where field["key"] == "metadata.name" {
        if let name = field["values"]?.array?.first?.string { return name }
      }
    }
    return nil
  }

  /// The status of a pod whose init containers have completed and whose containers run and are ready.
  static func runningStatus(of pod: KubernetesObject, now: String) -> JSONValue {
    let time = JSONValue.string(now)
    func container(_ entry: JSONValue, _ more: JSONObject) -> JSONValue {
      var status: JSONValue = [
        "name": entry["name"] ?? "", "image": entry["image"] ?? "", "imageID": "", "ready": true, "restartCount": 0,
      ]
      for (key, value) in more { status[key] = value }
      return status
    }
    func all(_ key: String, _ more: JSONObject) -> JSONValue {
      .array((pod[path: "spec", key]?.array ?? []).map { container($0, more) })
    }
    return [
      "phase": "Running", "startTime": time,
      "conditions": .array(
        ["PodReadyToStartContainers", "PodScheduled", "Initialized", "ContainersReady", "Ready"].map {
          ["type": .string($0), "status": "True", "lastTransitionTime": time]
        }),
      "initContainerStatuses": all(
        "initContainers",
        [
          "started": false,
          "state": [
            "terminated": ["exitCode": 0, "reason": "Completed", "startedAt": time, "finishedAt": time]
          ],
        ]),
      "containerStatuses": all("containers", ["started": true, "state": ["running": ["startedAt": time]]]),
    ]
  }
}
