// SPDX-License-Identifier: Apache-2.0

import Backends
import ControllerRuntime
import KubernetesCore
import Logging
import ObservabilityAPI
import Rendering

/// What is remembered of the Coroot of one object.
struct CorootMemory: PartMemory {
  /// How long a server may be without data after it was wired: it reads metrics once a minute, four hours at first.
  static let patience = Duration.seconds(300)

  /// Since when the server is wired and has no data, or is behind.
  private var idleSince: Duration?
  private var reported: CorootVerdict?
  private var state: PartState?

  init() {}

  /// Before the server has answered. It is asked once ClickHouse was, which the message must not tell from the wait for the
  /// server itself: each text costs a write of the status.
  private static let unanswered = Finding(
    .integrating, "The server has not answered the operator yet, which asks it once ClickHouse was surveyed.")

  /// What the server's answer comes to, while every workload is ready.
  mutating func state(
    _ answer: CorootAnswer?, _ inputs: CorootPart.Inputs, upstream: Finding?, subject: Subject, now: Duration
  ) -> PartState {
    if let upstream {
      return .progressing(
        Finding(
          .integrating, "The server runs without storage settings, since its storage is not usable. \(upstream.message)"
        ))
    }
    guard let answer else { return .progressing(Self.unanswered) }
    if let finding = CorootFinding(answer.verdict, subject).finding {
      idleSince = nil
      return .bad(finding)
    }
    guard inputs.integrations.isOpen else {
      return .progressing(
        Finding(.integrating, "The servers are restarted with their new settings; traces and logs wait in the gateway.")
      )
    }
    return judge(answer.verdict.status, subject, now)
  }

  private mutating func judge(_ status: CorootStatus?, _ subject: Subject, _ now: Duration) -> PartState {
    let servers = subject.spec.coroot.replicas == 1 ? "The server is" : "\(subject.spec.coroot.replicas) servers are"
    let wired = "\(servers) ready and wired to VictoriaMetrics and ClickHouse"
    func waiting(_ reason: ConditionReason, _ message: String) -> PartState {
      let since = idleSince ?? now
      idleSince = since
      let finding = Finding(reason, message)
      return now - since < Self.patience ? .progressing(finding) : .bad(finding)
    }
    switch status?.meaning {
    case .ok(let nodes):
      idleSince = nil
      return .good(Finding(.operating, "\(wired); data of \(nodes) \(nodes == 1 ? "node" : "nodes") arrives."))
    case .waiting(let cause):
      return waiting(.cacheLagging, "\(wired), and its cache of metrics is behind: \(cause.withFullStop)")
    case .noData, nil:
      return waiting(
        .noData,
        "\(wired), and finds no metrics of agents there. See AgentsAvailable and MetricsBackendReady: agents must write to "
          + "the storage that the server reads.")
    case .notConfigured:
      return waiting(.noData, "\(wired), and has not taken up its settings yet.")
    case .prometheusError(let cause):
      idleSince = nil
      return .bad(Finding(.metricsUnreadable, "The server cannot query VictoriaMetrics: \(cause.withFullStop)"))
    }
  }

  /// Adds lines and Events: each fact once.
  mutating func record(_ report: inout PartReport, answer: CorootAnswer?) {
    if let verdict = answer?.verdict, verdict != reported {
      reported = verdict
      add(verdict, to: &report)
    }
    defer { state = report.state ?? state }
    guard let new = report.state, new != state else { return }
    if case .bad(let finding) = new {
      report.lines.append(
        LogLine(
          .warning, "coroot needs attention", ["reason": "\(finding.reason.name)", "cause": "\(finding.message)"]))
    } else if new.isGood, case .bad? = state {
      report.lines.append(LogLine(.info, "coroot recovered"))
    }
  }

  private func add(_ verdict: CorootVerdict, to report: inout PartReport) {
    guard !verdict.changed.isEmpty else { return }
    let names = verdict.changed.map(\.name).sorted().joined(separator: ", ")
    let isNew = verdict.wasUnset == verdict.changed
    report.lines.append(
      LogLine(.info, isNew ? "integrations set" : "integrations repaired", ["integrations": "\(names)"]))
    guard !isNew else { return }
    report.events.append(
      ObjectEvent(
        .normal, "IntegrationsRepaired", action: "Integrate",
        note:
          "The server's settings for \(names) were not those of the object, and were set again. What was changed in the "
          + "user interface does not stay: change the object."))
  }
}
