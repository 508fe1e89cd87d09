// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesClient
import Logging

/// What the log tells of the watches: a server that cannot be reached is one line, however many watches it breaks, and a
/// type that cannot be read is one line. Pure.
struct WatchStory: Sendable {
  private enum Trouble: Hashable {
    /// The server does not answer, or does not know us: the same for every watch.
    case server(String)
    /// This one type cannot be read.
    case type(String)
  }

  private var troubles: [WatchTarget: Trouble] = [:]
  private var toldServer: String?
  private var toldTypes: [String: String] = [:]

  /// The lines that a change of state adds.
  ///
  /// - Parameter isStarting: whether some watch has not been answered yet, so that it is not known whether all is well.
  mutating func tell(_ target: WatchTarget, _ state: InformerState, isStarting: Bool) -> [Story.Line] {
    switch state {
    case .starting: return []
    case .synced:
      troubles[target] = nil
      return recovered(target.type, isStarting: isStarting)
    case .failing(let error, _):
      return error.concernsServer ? serverFailed(target, error) : typeFailed(target, error)
    }
  }

  /// A watch that nobody wants any longer cannot be in trouble.
  mutating func keep(_ targets: Set<WatchTarget>) {
    troubles = troubles.filter { targets.contains($0.key) }
  }

  private mutating func recovered(_ type: ResourceType, isStarting: Bool) -> [Story.Line] {
    var lines: [Story.Line] = []
    if toldTypes[type.description] != nil, !troubles.contains(where: { $0.key.type == type }) {
      toldTypes[type.description] = nil
      lines.append(Story.Line(level: .info, message: "type readable again", metadata: ["type": "\(type)"]))
    }
    let serverIsFine = !troubles.values.contains { if case .server = $0 { true } else { false } }
    if toldServer != nil, serverIsFine, !isStarting {
      toldServer = nil
      lines.append(Story.Line(level: .info, message: "API server answers again", metadata: [:]))
    }
    return lines
  }

  private mutating func serverFailed(_ target: WatchTarget, _ error: KubernetesError) -> [Story.Line] {
    let cause = error.description
    troubles[target] = .server(cause)
    guard toldServer != cause else { return [] }
    toldServer = cause
    return [Story.Line(level: .error, message: "API server unavailable", metadata: ["cause": "\(cause)"])]
  }

  private mutating func typeFailed(_ target: WatchTarget, _ error: KubernetesError) -> [Story.Line] {
    let cause = error.description
    troubles[target] = .type(cause)
    guard toldTypes[target.type.description] != cause else { return [] }
    toldTypes[target.type.description] = cause
    guard error.isNotFound else {
      return [
        Story.Line(
          level: .error, message: "type not readable", metadata: ["type": "\(target.type)", "cause": "\(cause)"])
      ]
    }
    var metadata: Logger.Metadata = ["type": "\(target.type)"]
    if target.type == .observabilities { metadata["remedy"] = "kubectl apply -k config/crd" }
    return [Story.Line(level: .error, message: "type not served", metadata: metadata)]
  }
}

extension KubernetesError {
  /// Whether the failure is one of the server or of our standing with it, and so the same for every type.
  fileprivate var concernsServer: Bool {
    switch self {
    case .transport, .malformed, .credentials: true
    case .status(let status): status.code == 401 || status.code == 429 || status.code >= 500
    }
  }
}
