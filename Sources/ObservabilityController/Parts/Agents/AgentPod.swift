// SPDX-License-Identifier: Apache-2.0

import CleanText
import JSON
import KubernetesClient
import KubernetesCore
import NodeEligibility
import ObservabilityAPI
import Rendering
import Telemetry

/// What the operator keeps of one pod of the agents' DaemonSet: where it is, and how its two containers fare. Of the
/// pods of other parts the same, with their one container in place of the agent's.
///
/// Nothing of it changes with a heartbeat of the kubelet. Texts are bounded, since any writer of a pod's status
/// chooses them, and without credentials, since the agent writes its endpoint to its log, which is where its
/// last words come from.
struct AgentPod: Hashable, Sendable {
  /// The init container.
  static let preflightName = "preflight"
  /// The container that stays.
  static let agentName = "node-agent"

  var namespace: String
  var name: String
  var uid: String
  /// The node that it runs on or, before the scheduler has placed it, is meant for; empty if neither is told.
  var node: String
  /// The UID of the DaemonSet, StatefulSet or ReplicaSet that controls it; empty if none does.
  var owner: String
  /// What tells one pod template from another: the label `controller-revision-hash`.
  var revision: String
  /// `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`.
  var phase: String
  var isReady: Bool
  /// Since when it is not ready; nil while it is.
  var notReadySince: Timestamp?
  var isBeingDeleted: Bool
  /// When it was made; nil while its agent runs as it was first started, since it is then not needed.
  var createdAt: Timestamp?
  /// Why the kubelet ended or refused the pod as a whole, such as `Evicted`.
  var failure: Cause?
  /// Why the scheduler has not placed it, such as `Unschedulable`.
  var unscheduled: Cause?
  /// The init container.
  var preflight: Container
  /// The container that stays.
  var agent: Container

  /// A word in CamelCase, and what was said with it.
  struct Cause: Hashable, Sendable {
    var reason: String
    var message: String
  }

  /// How one container fares.
  struct Container: Hashable, Sendable {
    var state: State
    /// How it ended the last time, if it was started again since, or is to be.
    var last: Termination?
    var restarts: Int

    /// How it ended latest, by now or before it was started again.
    var latest: Termination? { if case .terminated(let now) = state { now } else { last } }
  }

  /// What a container does now.
  enum State: Hashable, Sendable {
    /// The kubelet has said nothing of it yet.
    case unknown
    case waiting(Cause)
    case running
    case terminated(Termination)
  }

  /// How a container ended.
  struct Termination: Hashable, Sendable {
    var exitCode: Int
    var reason = ""
    /// Its last words; those of preflight are in ``report``, if they are of its shape.
    var message = ""
    var startedAt: Timestamp?
    var finishedAt: Timestamp?
    /// The memory limit that it had, if it was killed at it.
    var memoryLimit: String?
    /// What preflight said.
    var report: PreflightReport?

    /// An end without anything to tell.
    static let success = Termination(exitCode: 0)
  }
}

extension AgentPod {
  /// The view of a Pod object, whole, projected, or as the store has it.
  init(_ pod: KubernetesObject) {
    if let shared = pod["agentPod"] {
      self.init(pod, shared: shared)
    } else {
      self.init(pod, status: pod["status"])
    }
  }

  private init(_ pod: KubernetesObject, status: JSONValue?) {
    namespace = pod.namespace ?? ""
    name = pod.name
    uid = pod.uid ?? ""
    node = pod[path: "spec", "nodeName"]?.string ?? Self.intendedNode(pod) ?? ""
    owner =
      pod.ownerReferences.first {
        $0["controller"]?.bool == true && ["DaemonSet", "StatefulSet", "ReplicaSet"].contains($0["kind"]?.string)
      }?["uid"]?.string ?? ""
    revision = pod[path: "metadata", "labels", "controller-revision-hash"]?.string ?? ""
    phase = status?["phase"]?.string ?? "Pending"
    isBeingDeleted = pod.isBeingDeleted
    failure = status.flatMap { Cause($0) }
    let conditions = status?["conditions"]?.array ?? []
    let readiness = conditions.first { $0["type"] == "Ready" }
    isReady = readiness?["status"] == "True"
    let since = readiness?["lastTransitionTime"]?.string ?? pod.creationTimestamp
    notReadySince = isReady ? nil : Timestamp(wholeSeconds: since)
    unscheduled = conditions.first { $0["type"] == "PodScheduled" && $0["status"] == "False" }.flatMap { Cause($0) }
    preflight = Container(
      Self.preflightName, of: pod[path: "spec", "initContainers"], in: status?["initContainerStatuses"])
    // Once it has done its work there is nothing to tell of it, on thousands of nodes.
    if case .terminated(let end) = preflight.state, end.exitCode == 0 { preflight.state = .terminated(.success) }
    let containers = pod[path: "spec", "containers"]
    // Pods of other parts have one container.
    let names = (containers?.array ?? []).compactMap { $0["name"]?.string }
    agent = Container(
      names.contains(Self.agentName) ? Self.agentName : names.first ?? Self.agentName, of: containers,
      in: status?["containerStatuses"])
    createdAt = agent == .runs ? nil : Timestamp(wholeSeconds: pod.creationTimestamp)
  }

  /// The node that a DaemonSet's controller made the pod for; the scheduler binds it later
  /// (`ReplaceDaemonSetPodNodeNameNodeAffinity` in `pkg/controller/daemon/util/daemonset_util.go`).
  private static func intendedNode(_ pod: KubernetesObject) -> String? {
    let affinity = pod[path: "spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"]
    let fields = affinity?["nodeSelectorTerms"]?.array?.first?["matchFields"]?.array ?? []
    return fields.first { $0["key"] == "metadata.name" }?["values"]?.array?.first?.string
  }
}

extension AgentPod {
  /// What the pod shows about its node; nil once it is being deleted.
  var run: AgentRun? {
    guard !isBeingDeleted else { return nil }
    let end = agent.state == .running ? nil : agent.latest
    return AgentRun(
      node: node, revision: revision, isReady: isReady, preflight: preflight.latest?.report, createdAt: createdAt,
      restarts: agent.restarts,
      end: end.map {
        .init(exitCode: $0.exitCode, reason: $0.reason, message: $0.message, finishedAt: $0.finishedAt)
      })
  }
}

extension AgentPod.Cause {
  /// The longest text that is kept, in bytes.
  static let longestMessage = 1024

  /// The cause that stands in `reason` and `message` of a value; nil without a reason.
  init?(_ value: JSONValue) {
    guard let reason = value["reason"]?.string, !reason.isEmpty else { return nil }
    let message = Redaction.apply(value["message"]?.string ?? "")
    self.init(reason: reason.bounded(bytes: 128), message: message.bounded(bytes: Self.longestMessage))
  }
}

extension AgentPod.Container {
  fileprivate init(_ name: String, of specs: JSONValue?, in statuses: JSONValue?) {
    let status = statuses?.array?.first { $0["name"]?.string == name }
    let spec = specs?.array?.first { $0["name"]?.string == name }
    let limit = spec?[path: "resources", "limits", "memory"]?.string
    restarts = Int(clamping: status?["restartCount"]?.integer ?? 0)
    last = status?[path: "lastState", "terminated"].map { AgentPod.Termination($0, memoryLimit: limit) }
    let state = status?["state"]
    if let end = state?["terminated"] {
      self.state = .terminated(AgentPod.Termination(end, memoryLimit: limit))
    } else if let waiting = state?["waiting"] {
      var cause = AgentPod.Cause(waiting) ?? AgentPod.Cause(reason: "", message: "")
      // It only tells the delay, which grows each time.
      if cause.reason == "CrashLoopBackOff" { cause.message = "" }
      self.state = .waiting(cause)
    } else {
      self.state = state?["running"] == nil ? .unknown : .running
    }
  }
}

extension AgentPod.Termination {
  /// How much of a log the kubelet keeps at most, in bytes (`MaxContainerTerminationMessageLogLength` in
  /// `pkg/kubelet/container/runtime.go`).
  private static let longestLog = 2048

  /// The text without credentials. Where the kubelet has cut a log, a URL may have lost what shows that it is one; so the
  /// word that was cut goes.
  private static func words(_ text: String) -> String {
    let isCut = text.utf8.count >= longestLog
    return Redaction.apply(isCut ? String(text.drop { !$0.isWhitespace }) : text)
  }

  /// - Parameter limit: the memory limit of the container.
  fileprivate init(_ value: JSONValue, memoryLimit limit: String?) {
    exitCode = Int(clamping: value["exitCode"]?.integer ?? 0)
    reason = (value["reason"]?.string ?? "").bounded(bytes: 128)
    startedAt = Timestamp(wholeSeconds: value["startedAt"]?.string)
    finishedAt = Timestamp(wholeSeconds: value["finishedAt"]?.string)
    if reason == "OOMKilled" { memoryLimit = limit }
    let text = value["message"]?.string ?? ""
    report = PreflightReport(terminationMessage: text)
    // The end of a log says why it ended.
    message = report == nil ? Self.words(text).boundedAtStart(bytes: AgentPod.Cause.longestMessage) : ""
  }
}

extension Timestamp {
  /// The time that the text names, as `metav1.Time` has it; nil if it names none.
  fileprivate init?(wholeSeconds text: String?) {
    guard let time = text.flatMap(Timestamp.init(rfc3339:)) else { return nil }
    self.init(secondsSinceEpoch: time.secondsSinceEpoch)
  }
}
