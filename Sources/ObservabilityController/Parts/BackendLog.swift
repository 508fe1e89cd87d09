// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesCore
import Logging
import ObservabilityAPI

/// A backend as log lines name it.
protocol LoggedBackend: Hashable, Sendable {
  /// `metrics`.
  static var name: String { get }
  /// Where it was found; no secret.
  var metadata: Logger.Metadata { get }
}

/// The log lines about a backend: each fact once, when it becomes true. Pure.
struct BackendLog<Backend: LoggedBackend>: PartMemory {
  private var backend: Logger.Metadata?
  private var state: PartState?

  init() {}

  /// Returns the lines that a pass adds.
  ///
  /// - Parameters:
  ///   - backend: what was resolved; nil if nothing was.
  ///   - state: how it is; nil while no answer has come.
  ///   - retry: when the next question is due.
  mutating func record(_ backend: Backend?, _ state: PartState?, retry: Duration?) -> [LogLine] {
    var lines: [LogLine] = []
    if let backend, backend.metadata != self.backend {
      self.backend = backend.metadata
      lines.append(LogLine(.info, "backend resolved", backend.metadata.merging(Self.name) { $1 }))
    }
    guard let state, state != self.state else { return lines }
    let before = self.state
    self.state = state
    if !state.isGood {
      lines.append(Self.unavailable(state, retry))
    } else if before?.isGood == false {
      lines.append(LogLine(.info, "backend recovered", Self.name))
    }
    return lines
  }

  private static var name: Logger.Metadata { ["backend": "\(Backend.name)"] }

  private static func unavailable(_ state: PartState, _ retry: Duration?) -> LogLine {
    var metadata: Logger.Metadata = [
      "backend": "\(Backend.name)", "reason": "\(state.finding.reason.name)", "cause": "\(state.finding.message)",
    ]
    if let retry { metadata["retry"] = "\(retry.brief)" }
    return LogLine(.error, "backend unavailable", metadata)
  }
}
