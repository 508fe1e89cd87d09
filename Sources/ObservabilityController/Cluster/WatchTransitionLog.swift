// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesClient
import KubernetesCore
import Logging

/// The log lines about the watches: one for a server that cannot be reached, however many watches it breaks, and one for
/// each type that cannot be read. Pure.
struct WatchTransitionLog: Sendable {
  /// The state of every watch.
  typealias States = [WatchTarget: InformerState]

  private var reportedServer: String?
  private var reportedTypes: [ResourceType: String] = [:]

  /// Returns the lines that a change of state adds.
  ///
  /// - Parameter all: the state of every watch now; another may already know more than it has reported.
  mutating func record(_ target: WatchTarget, _ state: InformerState, all: States) -> [LogLine] {
    switch state {
    case .starting: return []
    case .synced: return recovered(target.type, all)
    case .failing(let error, _): return error.concernsServer ? serverFailed(error) : typeFailed(target.type, error)
    }
  }

  private mutating func recovered(_ type: ResourceType, _ all: States) -> [LogLine] {
    var lines: [LogLine] = []
    let others = all.filter { $0.key.type == type }.values
    if reportedTypes[type] != nil, !others.contains(where: { $0.failure != nil }) {
      reportedTypes[type] = nil
      lines.append(LogLine(.info, "type readable again", ["type": "\(type)"]))
    }
    // A watch that has not been answered yet leaves open whether all is well.
    let isUnclear = all.values.contains { $0 == .starting || $0.failure?.concernsServer == true }
    if reportedServer != nil, !isUnclear {
      reportedServer = nil
      lines.append(LogLine(.info, "API server answers again", [:]))
    }
    return lines
  }

  private mutating func serverFailed(_ error: KubernetesError) -> [LogLine] {
    let cause = error.description
    guard reportedServer != cause else { return [] }
    reportedServer = cause
    return [LogLine(.error, "API server unavailable", ["cause": "\(cause)"])]
  }

  private mutating func typeFailed(_ type: ResourceType, _ error: KubernetesError) -> [LogLine] {
    let cause = error.description
    guard reportedTypes[type] != cause else { return [] }
    reportedTypes[type] = cause
    guard error.isNotFound else {
      return [
        LogLine(
          .error, "type not readable", ["type": "\(type)", "cause": "\(cause)"])
      ]
    }
    var metadata: Logger.Metadata = ["type": "\(type)"]
    if type == .observabilities { metadata["remedy"] = "kubectl apply -k config/crd" }
    return [LogLine(.error, "type not served", metadata)]
  }
}

extension KubernetesError {
  /// Whether the failure is one of the server or of our standing with it, and so the same for every type.
  fileprivate var concernsServer: Bool {
    switch self {
    case .transport, .malformed, .credentials: true
    case .oversized: false
    case .status(let status): status.code == 401 || status.code == 429 || status.code >= 500
    }
  }
}

extension InformerState {
  fileprivate var failure: KubernetesError? {
    if case .failing(let error, _) = self { error } else { nil }
  }
}
