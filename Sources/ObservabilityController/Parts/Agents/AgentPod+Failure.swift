// SPDX-License-Identifier: Apache-2.0

import CleanText
import ControllerRuntime
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Telemetry

/// Which states of a pod are a failure and which are on their way.
///
/// What a kubelet does once and gets over is no failure: a container that is being made, a first restart, a pod that the
/// DaemonSet's controller is about to replace. A failure is what the kubelet says that it waits for, an end that repeats
/// itself, or a start that takes longer than ``patience``.
extension AgentPod {
  /// How long a pod may take to become ready; as a Deployment's `progressDeadlineSeconds`.
  static let patience: Int64 = 600
  /// How long the scheduler and the DaemonSet's controller may take over a pod.
  static let brief: Int64 = 30
  /// A container that ran longer than this is not in a crash loop; the kubelet forgets its delay then too
  /// (`MaxContainerBackOff` in `pkg/kubelet/kubelet.go`, twice).
  static let loop: Int64 = 600

  /// Why the agent does not run; nil if it does, or is on its way.
  func failure(now: Timestamp) -> AgentFailure? {
    guard !isBeingDeleted else { return nil }
    if isReady { return isLooping(now) ? ended(agent, Self.agentName) : nil }
    if let failure, phase == "Failed" { return isLong(Self.brief, now) ? told(failure, .describe) : nil }
    return failure(of: preflight, Self.preflightName) ?? failure(of: agent, Self.agentName) ?? slow(now)
  }

  /// After how many seconds the passing of time alone may turn this into a failure, or end one; nil if it cannot.
  func nextLook(now: Timestamp) -> Int64? {
    guard !isBeingDeleted else { return nil }
    var due: [Int64] = []
    if isReady, isLooping(now), let end = agent.last?.finishedAt { due.append(end.secondsSinceEpoch + Self.loop) }
    if let since = notReadySince?.secondsSinceEpoch { due += [since + Self.brief + 1, since + Self.patience + 1] }
    return due.map { $0 - now.secondsSinceEpoch }.filter { $0 > 0 }.min()
  }

  /// Whether it is ready only until it ends the next time: it ended again a short while ago, after a short while.
  private func isLooping(_ now: Timestamp) -> Bool {
    guard agent.restarts >= 2, let end = agent.last, end.exitCode != 0, let finished = end.finishedAt else {
      return false
    }
    // A wrong clock wrote an end that lies further ahead; it would count until then.
    return end.ranShort && (now.secondsSinceEpoch - finished.secondsSinceEpoch).magnitude < Self.loop.magnitude
  }

  private func isLong(_ seconds: Int64, _ now: Timestamp) -> Bool {
    guard let since = notReadySince else { return false }
    return now.secondsSinceEpoch - since.secondsSinceEpoch > seconds
  }

  private func failure(of container: Container, _ name: String) -> AgentFailure? {
    switch container.state {
    case .waiting(let cause) where cause.reason == "CrashLoopBackOff": return ended(container, name)
    case .waiting(let cause) where !["", "ContainerCreating", "PodInitializing"].contains(cause.reason):
      return waiting(cause)
    case .terminated(let end) where end.exitCode != 0 && container.restarts >= 1: return ended(container, name)
    // Between two ends of a crash loop.
    case .running, .waiting:
      guard container.restarts >= 2, let end = container.last, end.exitCode != 0, end.ranShort else { return nil }
      return ended(container, name)
    case .unknown, .terminated: return nil
    }
  }

  /// A container that the kubelet cannot start.
  private func waiting(_ cause: Cause) -> AgentFailure {
    switch cause.reason {
    case "ErrImagePull", "ImagePullBackOff":
      // The kubelet changes between the two as it tries and waits; since 1.32 the words stay the same.
      told(Cause(reason: "ImagePullBackOff", message: cause.message.withoutPullPrefixes), .image)
    case "InvalidImageName", "ErrImageNeverPull", "ErrImageInspect", "RegistryUnavailable",
      "SignatureValidationFailed":
      told(cause, .image)
    case "CreateContainerConfigError": told(cause, .reference)
    default: told(cause, .describe)
    }
  }

  /// A container that ends again and again.
  private func ended(_ container: Container, _ name: String) -> AgentFailure {
    let logs = AgentFailure.Remedy.logs(container: name)
    guard let end = container.latest else { return told(Cause(reason: "CrashLoopBackOff", message: ""), logs) }
    let place = name == Self.agentName ? "" : "\(name): "
    if let report = end.report { return told(Cause(reason: report.reason, message: place + report.message), .none) }
    if end.reason == "OOMKilled" {
      let limit = end.memoryLimit.map { "killed at its memory limit of \($0)" } ?? "killed for want of memory"
      return told(Cause(reason: end.reason, message: place + limit), name == Self.agentName ? .memory : .describe)
    }
    let isPlain = ["", "Error", "Completed"].contains(end.reason)
    let words = end.message.lastWords
    let message = "\(place)exit code \(end.exitCode)" + (words.isEmpty ? "" : ": \(words)")
    return told(Cause(reason: isPlain ? "CrashLoopBackOff" : end.reason, message: message), isPlain ? logs : .describe)
  }

  /// A pod that takes long without a reported cause.
  private func slow(_ now: Timestamp) -> AgentFailure? {
    if let unscheduled { return isLong(Self.brief, now) ? told(unscheduled, .room) : nil }
    guard isLong(Self.patience, now) else { return nil }
    let minutes = Self.patience / 60
    guard agent.state != .running else {
      return told(
        Cause(
          reason: "NotReady",
          message: "not ready for more than \(minutes) minutes; does its node answer (kubectl get node \(node))?"),
        .describe)
    }
    return told(
      Cause(
        reason: "NotStarted",
        message: "not started for more than \(minutes) minutes, as when a volume cannot be mounted"), .describe)
  }

  private func told(_ cause: Cause, _ remedy: AgentFailure.Remedy) -> AgentFailure {
    AgentFailure(
      node: node, namespace: namespace, pod: name, reason: cause.reason,
      words: Redaction.apply(cause.message).cleaned(bytes: .max),
      remedy: remedy)
  }
}

extension AgentPod.Termination {
  /// Whether the container ran so shortly that it is in a crash loop; so it counts if that is not told.
  fileprivate var ranShort: Bool {
    guard let startedAt, let finishedAt else { return true }
    return finishedAt.secondsSinceEpoch - startedAt.secondsSinceEpoch < AgentPod.loop
  }
}

extension String {
  /// What a process said last: the line with which klog or the Go runtime ended it, or else its last line. Without the
  /// head of such a line, which has the time and so never reads the same twice.
  fileprivate var lastWords: String {
    let lines = split(whereSeparator: \.isNewline).map(String.init).filter { !$0.allSatisfy(\.isWhitespace) }
    let fatal = lines.last { $0.klogText != nil && $0.hasPrefix("F") }
    let panic = lines.first { $0.hasPrefix("panic: ") || $0.hasPrefix("fatal error: ") }
    let line = fatal ?? panic ?? lines.last ?? ""
    return line.klogText ?? line
  }

  /// The text of a line of klog after its head, `F0806 10:00:00.000000       1 main.go:98] `; nil for another line.
  private var klogText: String? {
    guard let first, "IWEF".contains(first), dropFirst().prefix(4).allSatisfy(\.isNumber), count > 5,
      self[index(startIndex, offsetBy: 5)] == " ", let end = range(of: "] ")
    else { return nil }
    return String(self[end...])
  }

  /// The index after the first occurrence of a text.
  private func range(of text: String) -> Index? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) { return index(start, offsetBy: text.count) }
      start = index(after: start)
    }
    return nil
  }

  /// What went wrong with a pull, without what the kubelet and its runtime put before it while they wait or try
  /// (`pkg/kubelet/images/image_manager.go`).
  fileprivate var withoutPullPrefixes: String {
    var text = self[...]
    if text.hasPrefix("Back-off pulling image "), let end = range(of: "\": ") { text = text[end...] }
    for prefix in ["ErrImagePull: ", "rpc error: code = NotFound desc = ", "rpc error: code = Unknown desc = "]
    where text.hasPrefix(prefix) {
      text = text.dropFirst(prefix.count)
    }
    return String(text)
  }
}
