// SPDX-License-Identifier: Apache-2.0

import Backends
import ControllerRuntime
import KubernetesClient
import KubernetesCore
import Logging
import ObservabilityAPI

/// The ClickHouse that keeps traces and logs: found, asked, and given the tables that the gateway writes to, or the database
/// in which the Coroot server makes its own. It has no children; the gateway or the server sends to what it finds.
struct ClickHousePart: Part {
  static let id = PartID(rawValue: "clickHouse")
  static let condition = ConditionType.clickHouseReady
  static let notReady = ConditionReason.backendNotReady

  private let monitor: BackendMonitor<ClickHouseQuestion>
  private let domain: String

  init(_ context: PartContext) {
    let transport = context.transport
    domain = context.domain
    monitor = BackendMonitor(environment: context.environment, onAnswer: context.onAnswer) { question in
      await question.ask(transport)
    }
  }

  func isWanted(_ spec: ObservabilitySpec) -> Bool { spec.mode == .full || spec.keepsInClickHouse }

  func watches(_ spec: ObservabilitySpec, lookup: (ResourceType, ObjectKey) -> Lookup) -> Set<WatchTarget> {
    withoutActuallyEscaping(lookup) {
      ClickHouseResolution(spec: spec, domain: domain, operatorNamespace: nil, lookup: $0).targets
    }
  }

  func resolve(_ subject: Subject, _ view: ClusterView, _ upstream: Upstream) -> Resolution<ClickHouseBackend> {
    let resolution = ClickHouseResolution(
      spec: subject.spec, domain: domain, operatorNamespace: view.settings.namespace
    ) { type, key in
      // Without the namespace of the children, Secrets in it are missing, whatever a watch of them says.
      type == .secrets && key.namespace == subject.spec.namespace && !subject.hasNamespace
        ? .absent : view.lookup(type, key)
    }
    do throws(Unresolved) {
      guard let backend = try resolution.resolve() else {
        return .stalled(Finding(.invalidSpec, "spec.clickHouse: set application or endpoint."))
      }
      var found = backend
      let question = ClickHouseQuestion(backend, subject.spec)
      found.isReady = monitor.last(of: subject.name) { $0 == question }?.isReady
      return .ready(found)
    } catch {
      switch error {
      case .pending: return .pending
      case .blocked(let finding): return .blocked(finding)
      }
    }
  }

  func observe(
    _ observation: Observation<ClickHouseBackend>, _ memory: inout BackendLog<ClickHouseBackend>
  ) -> PartReport {
    let name = observation.subject.name
    guard let backend = observation.inputs else {
      // By the time that it is known again, the last answer may be days old.
      monitor.forget(name)
      var report = PartReport(observation.finding.map(PartState.bad))
      report.preface = memory.record(nil, report.state, retry: nil)
      return report
    }
    let reading = monitor.reading(of: name, ClickHouseQuestion(backend, observation.subject.spec))
    var report = PartReport(reading.answer.map { Self.state($0, backend) })
    report.preface = memory.record(backend, report.state, retry: reading.nextAfter)
    report.nextLooks = [reading.nextAfter].compactMap(\.self)
    report.status.endpoints.clickHouse = backend.access.address
    return report
  }

  func run() async { await monitor.run() }
  func checks() -> [String: BackendCheck] { monitor.checks() }
  func forget(_ object: String) { monitor.forget(object) }

  /// What the verdict on the server comes to, as a condition.
  static func state(_ verdict: ClickHouseVerdict, _ backend: ClickHouseBackend) -> PartState {
    if case .ready(let ready) = verdict {
      let version = ready.version.map { " \($0)" } ?? ""
      let ignored =
        ready.ignored.isEmpty
        ? "" : " Let pass by spec.clickHouse.ignore: \(ready.ignored.map(\.rawValue).joined(separator: ", "))."
      return .good(
        Finding(
          .reachable,
          "ClickHouse\(version) at \(backend.access.address) takes rows in database \(ready.database).\(ignored)"))
    }
    let sentence = verdict.sentence.prefix(1).uppercased() + verdict.sentence.dropFirst()
    var remedy = verdict.remedy
    if case .authenticationFailed = verdict, let secret = backend.secret { remedy += " (Secret \(secret))" }
    return .bad(
      Finding(reason(verdict), "\(sentence). \(remedy). Traces and logs wait in the gateway's queue meanwhile."))
  }

  private static func reason(_ verdict: ClickHouseVerdict) -> ConditionReason {
    switch verdict {
    case .ready: .reachable
    case .unreachable: .unreachable
    case .addressRefused: .addressRefused
    case .tlsFailed: .tlsFailed
    case .notClickHouse: .notClickHouse
    case .authenticationFailed: .authenticationFailed
    case .missingGrant: .missingGrant
    case .databaseMissing: .databaseMissing
    case .versionTooOld: .versionTooOld
    case .ambiguousCluster: .ambiguousCluster
    case .keeperUnresolvable: .keeperUnresolvable
    case .readOnlyReplica: .readOnlyReplica
    case .diskFull: .diskFull
    case .schemaConflict: .schemaConflict
    case .overloaded, .queryFailed: .refused
    }
  }
}
