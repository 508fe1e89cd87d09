// SPDX-License-Identifier: Apache-2.0

import JSON

/// What becomes of a pod, which nothing here runs: a test decides.
public enum PodFate: Hashable, Sendable {
  /// All containers run and are ready.
  case ready
  /// The node has not started it.
  case pending
  /// The scheduler finds no room on the node. Its name stands in `spec.nodeName` all the same.
  case unschedulable(message: String)
  /// A container waits, with a reason such as `ImagePullBackOff`.
  case waiting(reason: String, message: String)
  /// A container ends again and again.
  case crashLoop(exitCode: Int64, reason: String, message: String, restarts: Int64)
  /// The container runs again after it had ended so often, and is ready or not.
  case restarted(exitCode: Int64, reason: String, message: String, restarts: Int64, isReady: Bool)
  /// The kubelet ended the whole pod.
  case failed(reason: String, message: String)
  /// The first init container ended with that code and termination message, and is tried again.
  case initFailed(exitCode: Int64, terminationMessage: String)
}

extension PodFate {
  /// The status that a kubelet would report.
  func status(of pod: JSONValue, now: Timestamp) -> JSONValue {
    let containers = pod[path: "spec", "containers"]?.array ?? []
    let initContainers = pod[path: "spec", "initContainers"]?.array ?? []
    let start = JSONValue.string(now.rfc3339)
    var status: JSONValue = ["phase": .string(phase)]
    status["conditions"] = .array(
      [
        ("PodScheduled", true), ("Initialized", isInitialized), ("ContainersReady", isReady), ("Ready", isReady),
      ]
      .map { type, holds in
        ["type": .string(type), "status": .string(holds ? "True" : "False"), "lastTransitionTime": start]
      })
    switch self {
    case .pending:
      status["conditions"] = [["type": "PodScheduled", "status": "True", "lastTransitionTime": start]]
      return status
    case .unschedulable(let message):
      status["conditions"] = [
        [
          "type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": .string(message),
          "lastTransitionTime": start,
        ]
      ]
      return status
    case .failed(let reason, let message):
      status["reason"] = .string(reason)
      status["message"] = .string(message)
      return status
    default: break
    }
    status["startTime"] = start
    if !initContainers.isEmpty {
      status["initContainerStatuses"] = .array(
        initContainers.enumerated().map { initStatus($1, isFirst: $0 == 0, start) })
    }
    status["containerStatuses"] = .array(containers.map { containerStatus($0, start) })
    return status
  }

  private var phase: String {
    switch self {
    case .ready, .crashLoop, .restarted: "Running"
    case .pending, .unschedulable, .waiting, .initFailed: "Pending"
    case .failed: "Failed"
    }
  }

  private var isReady: Bool {
    switch self {
    case .ready: true
    case .restarted(_, _, _, _, let isReady): isReady
    default: false
    }
  }

  private var isInitialized: Bool {
    switch self {
    case .pending, .unschedulable, .failed, .initFailed: false
    default: true
    }
  }

  private func containerStatus(_ container: JSONValue, _ start: JSONValue) -> JSONValue {
    var status: JSONValue = [
      "name": container["name"] ?? "", "image": container["image"] ?? "", "imageID": "", "restartCount": 0,
      "ready": .bool(isReady), "started": .bool(isReady),
    ]
    switch self {
    case .ready: status["state"] = ["running": ["startedAt": start]]
    case .pending, .unschedulable, .failed: break
    case .waiting(let reason, let message):
      status["state"] = ["waiting": ["reason": .string(reason), "message": .string(message)]]
    case .crashLoop(let code, let reason, let message, let restarts):
      status["restartCount"] = .integer(restarts)
      status["state"] = [
        "waiting": [
          "reason": "CrashLoopBackOff", "message": "back-off 5m0s restarting failed container",
        ]
      ]
      status["lastState"] = ["terminated": Self.terminated(code, reason, message, start)]
    case .restarted(let code, let reason, let message, let restarts, _):
      status["restartCount"] = .integer(restarts)
      status["state"] = ["running": ["startedAt": start]]
      status["lastState"] = ["terminated": Self.terminated(code, reason, message, start)]
    case .initFailed: status["state"] = ["waiting": ["reason": "PodInitializing"]]
    }
    return status
  }

  private func initStatus(_ container: JSONValue, isFirst: Bool, _ start: JSONValue) -> JSONValue {
    var status: JSONValue = [
      "name": container["name"] ?? "", "image": container["image"] ?? "", "imageID": "", "restartCount": 0,
      "ready": true, "started": false, "state": ["terminated": Self.terminated(0, "Completed", "", start)],
    ]
    guard case .initFailed(let code, let message) = self else { return status }
    status["ready"] = false
    if isFirst {
      status["restartCount"] = 1
      status["state"] = [
        "waiting": ["reason": "CrashLoopBackOff", "message": "back-off 10s restarting failed container"]
      ]
      status["lastState"] = ["terminated": Self.terminated(code, "Error", message, start)]
    } else {
      status["state"] = ["waiting": ["reason": "PodInitializing"]]
    }
    return status
  }

  private static func terminated(_ code: Int64, _ reason: String, _ message: String, _ at: JSONValue) -> JSONValue {
    var state: JSONValue = ["exitCode": .integer(code), "reason": .string(reason), "startedAt": at, "finishedAt": at]
    if !message.isEmpty { state["message"] = .string(message) }
    return state
  }
}
