// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesClient
import KubernetesCore
import Logging
import ObservabilityAPI

/// The log lines about one object: each fact once, when it becomes true. Pure.
struct TransitionLog: Sendable {
  /// What a pass found, as far as the log reports it.
  struct Report: Sendable {
    var object: String
    var generation: Int64
    var mode: String?
    var stalled: Finding?
    var parts: [PartLines] = []
    /// Nil while that is not known.
    var isReady: Bool?
  }

  /// What is new about one part.
  struct PartLines: Sendable {
    var id: PartID
    /// The message while something keeps the part from being applied.
    var waiting = TransitionLog.partWaits
    /// What the part stands on.
    var preface: [LogLine] = []
    var children: [LogLine] = []
    var blocked: Finding?
    /// How far it is: left out once all is ready.
    var progress: [LogLine] = []
    var lines: [LogLine] = []
    /// What the line `ready` says of it.
    var summary: [String: String] = [:]
  }

  /// The message of a part that has no words of its own while something keeps it from being applied.
  static let partWaits = "part waits"

  private var generation: Int64?
  private var stalled: Finding?
  private var blocked: [PartID: Finding] = [:]
  /// Lines that wait until it is known whether all is ready.
  private var progress: [PartID: [LogLine]] = [:]
  private var isReady = false
  private var busySince: Duration?

  /// Returns the lines that a report adds to what was logged before.
  mutating func record(_ report: Report, now: Duration) -> [LogLine] {
    var lines: [LogLine] = []
    if generation != report.generation {
      generation = report.generation
      busySince = now
      var metadata: Logger.Metadata = ["generation": "\(report.generation)"]
      if let mode = report.mode { metadata["mode"] = "\(mode)" }
      lines.append(LogLine(.info, "object seen", metadata))
    }
    if stalled != report.stalled {
      stalled = report.stalled
      if let stalled {
        lines.append(LogLine(.error, "object stalled", Self.metadata(stalled)))
      }
    }
    lines += report.parts.flatMap(\.preface)
    lines += report.parts.flatMap(\.children)
    for part in report.parts where blocked[part.id] != part.blocked {
      if let finding = part.blocked, !blocked.values.contains(finding) {
        // A part with words of its own is known by them.
        let name: Logger.Metadata = part.waiting == Self.partWaits ? ["part": "\(part.id)"] : [:]
        lines.append(LogLine(.warning, part.waiting, Self.metadata(finding).merging(name) { $1 }))
      }
      blocked[part.id] = part.blocked
    }
    for part in report.parts where !part.progress.isEmpty { progress[part.id] = part.progress }
    if let isReady = report.isReady {
      if !isReady { lines += report.parts.flatMap { progress[$0.id] ?? [] } }
      progress = [:]
    }
    lines += report.parts.flatMap(\.lines)
    return lines + readiness(report, now)
  }

  private static func metadata(_ finding: Finding) -> Logger.Metadata {
    ["reason": "\(finding.reason.name)", "cause": "\(finding.message)"]
  }

  private mutating func readiness(_ report: Report, _ now: Duration) -> [LogLine] {
    guard let isNowReady = report.isReady else { return [] }
    defer { isReady = isNowReady }
    guard isNowReady else {
      busySince = busySince ?? now
      return []
    }
    guard !isReady || busySince != nil else { return [] }
    var metadata: Logger.Metadata = [:]
    for part in report.parts {
      for (name, value) in part.summary { metadata[name] = "\(value)" }
    }
    if let since = busySince { metadata["after"] = "\((now - since).brief)" }
    busySince = nil
    return [LogLine(.info, "ready", metadata)]
  }
}

extension TransitionLog.Report {
  /// What a pass found.
  init(_ pass: Pass, isReady: Bool?) {
    self.init(
      object: pass.object.name, generation: pass.object.generation ?? 0,
      mode: pass.subject?.spec.mode.rawValue, stalled: pass.stalled ?? pass.refused,
      parts: pass.parts.map { entry in
        TransitionLog.PartLines(
          id: entry.id, waiting: type(of: entry.part).waiting, preface: entry.report?.preface ?? [],
          children: entry.applied.flatMap(\.report.lines), blocked: entry.obstacle,
          progress: entry.report?.progress ?? [], lines: entry.report?.lines ?? [],
          summary: entry.report?.summary ?? [:])
      },
      isReady: isReady)
  }
}
