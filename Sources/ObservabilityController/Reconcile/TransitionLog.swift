// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesClient
import KubernetesCore
import Logging
import ObservabilityAPI
import Rendering

/// The log lines about one object: each fact once, when it becomes true. Pure.
struct TransitionLog: Sendable {
  /// One line.
  struct Line: Sendable {
    var level: Logger.Level
    var message: String
    var metadata: Logger.Metadata
  }

  /// What a pass found, as far as the log reports it.
  struct Report: Sendable {
    var object: String
    var generation: Int64
    var mode: String?
    var backend: MetricsBackend?
    var metrics: PartState?
    var blocked: Finding?
    var stalled: Finding?
    var applied: [AppliedChildRecord]
    var agents: AgentsObservation?
    var failures: [AgentFailure] = []
    /// What is new about nodes.
    var nodes: [Line] = []
    var daemonSet: String?
    var retry: Duration?
    var isReady: Bool
  }

  private var generation: Int64?
  private var backend: MetricsBackend?
  private var metrics: PartState?
  private var blocked: Finding?
  private var stalled: Finding?
  private var counts: [Int] = []
  private var isReady = false
  private var busySince: Duration?

  /// Returns the lines that a report adds to what was logged before.
  mutating func record(_ report: Report, now: Duration) -> [Line] {
    var lines: [Line] = []
    func add(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata) {
      lines.append(
        Line(level: level, message: message, metadata: metadata.merging(["object": "\(report.object)"]) { $1 }))
    }
    if generation != report.generation {
      generation = report.generation
      busySince = now
      var metadata: Logger.Metadata = ["generation": "\(report.generation)"]
      if let mode = report.mode { metadata["mode"] = "\(mode)" }
      add(.info, "object seen", metadata)
    }
    if stalled != report.stalled {
      stalled = report.stalled
      if let stalled {
        add(.error, "object stalled", ["reason": "\(stalled.reason.name)", "cause": "\(stalled.message)"])
      }
    }
    recordBackend(report, add)
    for line in report.nodes { add(line.level, line.message, line.metadata) }
    for record in report.applied { recordChild(record, add) }
    if blocked != report.blocked {
      blocked = report.blocked
      if let blocked {
        add(.warning, "agents wait", ["reason": "\(blocked.reason.name)", "cause": "\(blocked.message)"])
      }
    }
    recordAgents(report, now, add)
    return lines
  }

  private mutating func recordBackend(_ report: Report, _ add: (Logger.Level, String, Logger.Metadata) -> Void) {
    if let backend = report.backend, backend != self.backend {
      var metadata: Logger.Metadata = ["backend": "metrics", "from": "\(backend.source)"]
      if let url = backend.writeURL { metadata["write"] = "\(url)" }
      if let url = backend.readURL { metadata["read"] = "\(url)" }
      add(.info, "backend resolved", metadata)
      self.backend = backend
    }
    guard let metrics = report.metrics, metrics != self.metrics else { return }
    let before = self.metrics
    self.metrics = metrics
    if metrics.isGood {
      if before != nil { add(.info, "backend recovered", ["backend": "metrics"]) }
      return
    }
    var metadata: Logger.Metadata = [
      "backend": "metrics", "reason": "\(metrics.finding.reason.name)", "cause": "\(metrics.finding.message)",
    ]
    if let retry = report.retry { metadata["retry"] = "\(retry.brief)" }
    add(.error, "backend unavailable", metadata)
  }

  private func recordChild(_ record: AppliedChildRecord, _ add: (Logger.Level, String, Logger.Metadata) -> Void) {
    let child = record.name
    if let alteration = record.alteration, alteration.isNew {
      add(
        .warning, "child altered on admission",
        ["child": "\(child)", "fields": "\(alteration.fields.joined(separator: ","))"])
    }
    switch record.change {
    // The line of the condition reports what keeps a child from being as rendered.
    case .unchanged, .beingDeleted, .contested: break
    case .created:
      switch record.before {
      case nil: add(.info, "child applied", ["child": "\(child)", "change": "created"])
      case .deleted: add(.warning, "child drifted", ["child": "\(child)", "change": "deleted"])
      case .hidden: add(.warning, "child drifted", ["child": "\(child)", "fields": "metadata.labels"])
      }
    case .updated: add(.info, "child applied", ["child": "\(child)", "change": "updated"])
    case .replacing(let fields):
      add(.warning, "child replaced", ["child": "\(child)", "fields": "\(fields.joined(separator: ","))"])
    case .repaired(let fields, let managers):
      var metadata: Logger.Metadata = ["child": "\(child)", "fields": "\(fields.joined(separator: ","))"]
      if !managers.isEmpty { metadata["by"] = "\(managers.joined(separator: ","))" }
      add(.warning, "child drifted", metadata)
    }
  }

  private mutating func recordAgents(
    _ report: Report, _ now: Duration, _ add: (Logger.Level, String, Logger.Metadata) -> Void
  ) {
    if let agents = report.agents, let daemonSet = report.daemonSet {
      let counts = [agents.updated, agents.ready, agents.eligible]
      if counts != self.counts, !report.isReady {
        add(
          .info, "rollout",
          ["child": "\(daemonSet)", "ready": "\(agents.ready)", "eligible": "\(agents.eligible)"])
      }
      self.counts = counts
    }
    for failure in report.failures {
      add(
        .warning, "agent fails",
        [
          "node": "\(failure.node)", "pod": "\(failure.pod)", "reason": "\(failure.reason)",
          "cause": "\(failure.words)",
        ])
    }
    defer { isReady = report.isReady }
    if report.isReady, !isReady || busySince != nil {
      var metadata: Logger.Metadata = [:]
      if let agents = report.agents { metadata["agents"] = "\(agents.ready)/\(agents.eligible)" }
      if let since = busySince { metadata["after"] = "\((now - since).brief)" }
      add(.info, "ready", metadata)
      busySince = nil
    } else if !report.isReady, busySince == nil {
      busySince = now
    }
  }
}
