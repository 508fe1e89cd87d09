// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import JSON
import KubernetesCore
import ObservabilityAPI

/// The form in which the store has a pod: its key, the label by which it is watched, and of the view what is not the
/// rule. A pod that runs and is ready takes some hundred bytes.
extension AgentPod {
  /// What is parsed of a pod at all.
  static let read: [[String]] = [
    ["metadata", "creationTimestamp"], ["metadata", "deletionTimestamp"], ["metadata", "labels", Watches.objectLabel],
    ["metadata", "labels", "controller-revision-hash"], ["metadata", "ownerReferences"], ["spec", "nodeName"],
    ["spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"],
    ["spec", "initContainers", "name"], ["spec", "initContainers", "resources", "limits", "memory"],
    ["spec", "containers", "name"], ["spec", "containers", "resources", "limits", "memory"], ["status", "phase"],
    ["status", "reason"], ["status", "message"], ["status", "conditions"], ["status", "initContainerStatuses"],
    ["status", "containerStatuses"],
  ]

  /// Reduces a Pod to what a view reads, so that the store stays small and a kubelet's heartbeat is no change.
  static func project(_ pod: KubernetesObject) -> KubernetesObject {
    let view = AgentPod(pod)
    var labels: JSONObject = [:]
    labels[Watches.objectLabel] = pod[path: "metadata", "labels", Watches.objectLabel]
    let metadata: JSONObject = [
      "name": .string(view.name), "namespace": .string(names.shared(view.namespace)), "uid": .string(view.uid),
      "labels": .object(objects.shared(labels)),
    ]
    var content: JSONObject = [
      "metadata": .object(metadata), "node": .string(view.node),
      "agentPod": .object(objects.shared(["owner": .string(view.owner), "revision": .string(view.revision)])),
    ]
    let state = view.keptState
    if !state.isEmpty { content["state"] = .object(state) }
    return KubernetesObject(content)
  }

  /// What thousands of pods have in common, in memory once.
  private static let names = StringInterner()
  private static let objects = Interner<JSONObject>()

  /// What is not as in a pod that runs and is ready.
  private var keptState: JSONObject {
    var kept: JSONObject = [:]
    if phase != "Running" { kept["phase"] = .string(phase) }
    if !isReady { kept["notReadySince"] = notReadySince?.kept ?? .null }
    if isBeingDeleted { kept["deleted"] = true }
    kept["created"] = createdAt?.kept
    kept["failure"] = failure?.kept
    kept["unscheduled"] = unscheduled?.kept
    if preflight != .done { kept["preflight"] = preflight.kept }
    if agent != .runs { kept["agent"] = agent.kept }
    return kept
  }

  /// - Parameter shared: what the pod has in common with others.
  init(_ pod: KubernetesObject, shared: JSONValue) {
    let state = pod["state"]
    namespace = pod.namespace ?? ""
    name = pod.name
    uid = pod.uid ?? ""
    node = pod["node"]?.string ?? ""
    owner = shared["owner"]?.string ?? ""
    revision = shared["revision"]?.string ?? ""
    phase = state?["phase"]?.string ?? "Running"
    isReady = state?["notReadySince"] == nil
    notReadySince = Timestamp(kept: state?["notReadySince"])
    isBeingDeleted = state?["deleted"] != nil
    createdAt = Timestamp(kept: state?["created"])
    failure = state?["failure"].flatMap { Cause($0) }
    unscheduled = state?["unscheduled"].flatMap { Cause($0) }
    preflight = state?["preflight"].map { Container(kept: $0) } ?? .done
    agent = state?["agent"].map { Container(kept: $0) } ?? .runs
  }
}

extension AgentPod.Container {
  /// An init container that did its work the first time.
  static let done = AgentPod.Container(state: .terminated(.success), restarts: 0)
  /// A container that runs since it was first started.
  static let runs = AgentPod.Container(state: .running, restarts: 0)

  fileprivate var kept: JSONValue {
    var kept: JSONObject = ["restarts": .integer(Int64(restarts))]
    switch state {
    case .unknown: break
    case .waiting(let cause): kept["waiting"] = cause.kept
    case .running: kept["running"] = true
    case .terminated(let end): kept["terminated"] = end.kept
    }
    kept["last"] = last?.kept
    return .object(kept)
  }

  fileprivate init(kept: JSONValue) {
    restarts = Int(clamping: kept["restarts"]?.integer ?? 0)
    last = kept["last"].map { AgentPod.Termination(kept: $0) }
    if let cause = kept["waiting"] {
      state = .waiting(AgentPod.Cause(cause) ?? AgentPod.Cause(reason: "", message: ""))
    } else if let end = kept["terminated"] {
      state = .terminated(AgentPod.Termination(kept: end))
    } else {
      state = kept["running"] == nil ? .unknown : .running
    }
  }
}

extension AgentPod.Cause {
  fileprivate var kept: JSONValue { ["reason": .string(reason), "message": .string(message)] }
}

extension AgentPod.Termination {
  fileprivate var kept: JSONValue {
    var kept: JSONObject = ["exitCode": .integer(Int64(exitCode)), "reason": .string(reason)]
    if !message.isEmpty { kept["message"] = .string(message) }
    kept["startedAt"] = startedAt?.kept
    kept["finishedAt"] = finishedAt?.kept
    kept["memoryLimit"] = memoryLimit.map { .string($0) }
    kept["report"] = report?.json
    return .object(kept)
  }

  fileprivate init(kept: JSONValue) {
    exitCode = Int(clamping: kept["exitCode"]?.integer ?? 0)
    reason = kept["reason"]?.string ?? ""
    message = kept["message"]?.string ?? ""
    startedAt = Timestamp(kept: kept["startedAt"])
    finishedAt = Timestamp(kept: kept["finishedAt"])
    memoryLimit = kept["memoryLimit"]?.string
    report = kept["report"].flatMap { PreflightReport($0) }
  }
}

extension Timestamp {
  fileprivate var kept: JSONValue { .integer(secondsSinceEpoch) }

  fileprivate init?(kept: JSONValue?) {
    guard let seconds = kept?.integer else { return nil }
    self.init(secondsSinceEpoch: seconds)
  }
}

/// Which changes of a pod call for work.
///
/// A pod is created, placed, prepared and started before it is ready, and says each. With thousands of nodes these are
/// most of the changes, and nothing follows from them: its DaemonSet counts it, and the time that it may take is known
/// from its beginning.
extension AgentPod {
  /// Lets through all but steps on the way to being ready.
  static let news = ChangePredicate { !AgentPod($0).isStep(to: AgentPod($1)) }

  private func isStep(to next: AgentPod) -> Bool {
    guard isUnderway, next.isUnderway else { return false }
    var before = self
    before.node = next.node
    before.phase = next.phase
    before.createdAt = next.createdAt
    before.notReadySince = next.notReadySince
    before.createdAt = next.createdAt
    before.preflight.state = next.preflight.state
    before.agent.state = next.agent.state
    return before == next
  }

  private var isUnderway: Bool { !isReady && preflight.isUnderway && agent.isUnderway }
}

extension AgentPod.Container {
  fileprivate var isUnderway: Bool {
    switch state {
    case .unknown, .running: true
    case .waiting(let cause): ["", "ContainerCreating", "PodInitializing"].contains(cause.reason)
    case .terminated(let end): end == .success
    }
  }
}
