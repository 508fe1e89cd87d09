// SPDX-License-Identifier: Apache-2.0

import Backends
import ControllerRuntime
import HTTPTransport
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Rendering

/// Where metrics go: the VictoriaMetrics that is there already. It has no children; the agents write to what it finds.
struct MetricsPart: Part {
  static let id = PartID(rawValue: "metrics")
  static let condition = ConditionType.metricsBackendReady
  static let notReady = ConditionReason.backendNotReady

  private let monitor: BackendMonitor<MetricsQuestion>
  /// The cluster's domain.
  private let domain: String

  init(_ context: PartContext) {
    let transport = context.transport
    domain = context.domain
    monitor = BackendMonitor(environment: context.environment, onAnswer: context.onAnswer) { question in
      await question.ask(transport)
    }
  }

  func isWanted(_ spec: ObservabilitySpec) -> Bool { true }

  func watches(_ spec: ObservabilitySpec, lookup: (ResourceType, ObjectKey) -> Lookup) -> Set<WatchTarget> {
    MetricsResolution.needs(of: spec, domain: domain, lookup: lookup)
  }

  func resolve(_ subject: Subject, _ view: ClusterView, _ upstream: Upstream) -> Resolution<MetricsBackend> {
    // Secrets lie in the namespace of the children; without it they are missing, whatever a watch of them says.
    let resolution = MetricsResolution.resolve(subject.spec, domain: domain) { type, key in
      type == .secrets && !subject.hasNamespace ? .absent : view.lookup(type, key)
    }
    switch resolution {
    case .pending: return .pending
    case .blocked(let finding): return .blocked(finding)
    case .resolved(let backend): return .ready(backend)
    }
  }

  func observe(_ observation: Observation<MetricsBackend>, _ memory: inout BackendLog<MetricsBackend>) -> PartReport {
    guard let backend = observation.inputs else {
      // By the time that it is known again, the last answer may be days old.
      monitor.forget(observation.subject.name)
      var report = PartReport(observation.finding.map(PartState.bad))
      report.preface = memory.record(nil, report.state, retry: nil)
      return report
    }
    let spec = observation.subject.spec
    let reading = monitor.reading(of: observation.subject.name, MetricsQuestion(backend, spec))
    var report = PartReport(reading.answer.map { Self.state($0, backend: backend, spec: spec) })
    report.awaitsAnswer = reading.answer == nil
    report.preface = memory.record(backend, report.state, retry: reading.nextAfter)
    report.nextLooks = [reading.nextAfter].compactMap(\.self)
    report.status.endpoints = .init(metricsWrite: backend.writeURL, metricsRead: backend.readURL)
    return report
  }

  func run() async { await monitor.run() }
  func checks() -> [String: BackendCheck] { monitor.checks() }
  func forget(_ object: String) { monitor.forget(object) }

  /// What the verdict on the backend comes to, as a condition.
  static func state(_ verdict: BackendVerdict, backend: MetricsBackend, spec: ObservabilitySpec) -> PartState {
    guard !verdict.isReady else {
      let urls = [backend.askedWriteURL(spec), backend.readURL].compactMap(\.self).joined(separator: " and ")
      return .good(Finding(.reachable, "\(urls) answered."))
    }
    let sentence = verdict.sentence.prefix(1).uppercased() + verdict.sentence.dropFirst()
    let kept =
      spec.metrics.delivery == .push ? "; agents keep up to \(spec.nodeAgent.spoolSize) each meanwhile" : ""
    return .bad(Finding(reason(verdict), "\(sentence)\(kept). \(verdict.remedy)."))
  }

  private static func reason(_ verdict: BackendVerdict) -> ConditionReason {
    switch verdict {
    case .ready: .reachable
    case .unreachable, .invalidURL: .unreachable
    case .addressRefused: .addressRefused
    case .tlsFailed: .tlsFailed
    case .redirected: .redirected
    case .unauthorized: .unauthorized
    case .notVictoriaMetrics: .notVictoriaMetrics
    case .degraded: .refused
    }
  }
}
