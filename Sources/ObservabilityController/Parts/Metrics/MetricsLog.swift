// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesCore
import Logging
import ObservabilityAPI

/// The log lines about a metrics backend: each fact once, when it becomes true. Pure.
struct MetricsLog: PartMemory {
  private var backend: MetricsBackend?
  private var state: PartState?

  init() {}

  /// Returns the lines that a pass adds.
  ///
  /// - Parameters:
  ///   - backend: what was resolved; nil if nothing was.
  ///   - state: how it is; nil while no answer has come.
  ///   - retry: when the next question is due.
  mutating func record(_ backend: MetricsBackend?, _ state: PartState?, retry: Duration?) -> [LogLine] {
    var lines: [LogLine] = []
    if let backend, backend != self.backend {
      self.backend = backend
      lines.append(Self.resolved(backend))
    }
    guard let state, state != self.state else { return lines }
    let before = self.state
    self.state = state
    if !state.isGood {
      lines.append(Self.unavailable(state, retry))
    } else if before != nil {
      lines.append(LogLine(.info, "backend recovered", ["backend": "metrics"]))
    }
    return lines
  }

  private static func resolved(_ backend: MetricsBackend) -> LogLine {
    var metadata: Logger.Metadata = ["backend": "metrics", "from": "\(backend.source)"]
    if let url = backend.writeURL { metadata["write"] = "\(url)" }
    if let url = backend.readURL { metadata["read"] = "\(url)" }
    return LogLine(.info, "backend resolved", metadata)
  }

  private static func unavailable(_ state: PartState, _ retry: Duration?) -> LogLine {
    var metadata: Logger.Metadata = [
      "backend": "metrics", "reason": "\(state.finding.reason.name)", "cause": "\(state.finding.message)",
    ]
    if let retry { metadata["retry"] = "\(retry.brief)" }
    return LogLine(.error, "backend unavailable", metadata)
  }
}
