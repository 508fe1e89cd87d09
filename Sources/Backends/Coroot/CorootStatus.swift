// SPDX-License-Identifier: Apache-2.0

import JSON

/// What a project of Coroot says of its sources (`GET /api/project/{id}/status`).
public struct CorootStatus: Hashable, Sendable {
  /// A level, as Coroot spells them.
  public enum Level: String, Hashable, Sendable {
    case unknown, ok, info, warning, critical
  }

  /// Prometheus, or its cache.
  public struct Prometheus: Hashable, Sendable {
    /// The level.
    public var level: Level
    /// A sentence for people; `ok` if all is well.
    public var message: String
    /// The error of the last query; empty for none.
    public var error: String
    /// What Coroot wants: `configure`, `wait`, or nothing.
    public var action: String

    /// A state made of its parts.
    public init(level: Level, message: String, error: String, action: String) {
      self.level = level
      self.message = message
      self.error = error
      self.action = action
    }
  }

  /// Prometheus, or its cache.
  public var prometheus: Prometheus
  /// The node-agents.
  public var nodeAgent: Level
  /// How many nodes have an agent whose data arrived.
  public var nodes: Int
  /// kube-state-metrics, or what stands for it; nil if it is not needed, or nothing is known.
  public var kubeStateMetrics: Level?
  /// How many applications it names.
  public var applications: Int

  /// A status made of its parts.
  public init(
    prometheus: Prometheus, nodeAgent: Level, nodes: Int, kubeStateMetrics: Level? = nil, applications: Int = 0
  ) {
    self.prometheus = prometheus
    self.nodeAgent = nodeAgent
    self.nodes = nodes
    self.kubeStateMetrics = kubeStateMetrics
    self.applications = applications
  }

  /// What is kept of the answer while it is parsed: the rest names every application and node.
  static let projection = JSONProjection.keeping([["data"], ["status"], ["prometheus"]])

  /// Reads an answer; nil if it is none. A project that does not exist is answered with the inner object alone.
  init?(_ answer: JSONValue, cleaned: (String) -> String) {
    let status = answer["data"] ?? answer
    guard let prometheus = status["prometheus"], prometheus.object != nil else { return nil }
    func level(_ value: JSONValue?) -> Level { value?["status"]?.string.flatMap(Level.init) ?? .unknown }
    func text(_ key: String) -> String { cleaned(prometheus[key]?.string ?? "") }
    func count(_ value: JSONValue?) -> Int { value?.integer.flatMap { Int(exactly: $0) } ?? 0 }
    self.init(
      prometheus: Prometheus(
        level: level(prometheus), message: text("message"), error: text("error"), action: text("action")),
      nodeAgent: level(status["node_agent"]), nodes: count(status[path: "node_agent", "nodes"]),
      kubeStateMetrics: status["kube_state_metrics"].flatMap { $0.object == nil ? nil : level($0) },
      applications: count(status[path: "kube_state_metrics", "applications"]))
  }
}

extension CorootStatus {
  /// What a status means for somebody who waits for data.
  public enum Meaning: Hashable, Sendable {
    /// Metrics are read, and so many nodes have sent some.
    case ok(nodes: Int)
    /// The cache lags behind or is empty, which passes by itself.
    case waiting(cause: String)
    /// Metrics are read in time, and no agent is among their sources.
    case noData
    /// The project has no Prometheus integration.
    case notConfigured
    /// Queries fail.
    case prometheusError(cause: String)
  }

  /// What the status means. A lag comes before data: what is known then may be hours old.
  public var meaning: Meaning {
    let message = prometheus.message
    if prometheus.level == .unknown { return .waiting(cause: "Coroot does not know the project yet") }
    guard prometheus.level == .ok else {
      if prometheus.action == "wait" { return .waiting(cause: message) }
      if prometheus.error.isEmpty, prometheus.action == "configure" { return .notConfigured }
      return .prometheusError(cause: prometheus.error.isEmpty ? message : prometheus.error)
    }
    if nodeAgent == .ok, nodes >= 1 { return .ok(nodes: nodes) }
    // Measured on 1.24.5: `unknown` with an empty cache, `warning` once it was read and holds no agent.
    return nodeAgent == .unknown ? .waiting(cause: "Coroot's cache is empty") : .noData
  }
}
