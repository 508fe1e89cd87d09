// SPDX-License-Identifier: Apache-2.0

import Backends
import ControllerRuntime
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Rendering

/// The Coroot server and its cluster-agent, wired to the VictoriaMetrics and the ClickHouse that are there already.
struct CorootPart: Part {
  static let id = PartID(rawValue: "coroot")
  static let condition = ConditionType.corootAvailable
  static let notReady = ConditionReason.corootNotReady
  static let needs = [MetricsPart.id, ClickHousePart.id]
  /// Whatever sends to the server stops before it goes.
  static let prunesAfter = [AgentsPart.id, GatewayPart.id]
  static let waiting = "coroot waits"
  /// The user of the server as whom the gatekeeper lets people in.
  static let viewer = "gatekeeper@observability.cozystack.io"

  static let children: [ChildKind] =
    [.serviceAccounts, .secrets, .networkPolicies].map { ChildKind($0, suffix: CorootShape.nameSuffix) }
    + [
      ChildKind(.secrets, suffix: CorootShape.adminSuffix) { kind in
        kind.generated = [CorootShape.passwordKey: .text(length: 32)]
        // The server's database, which stays on its claim, knows this password and no other.
        kind.outlivesPart = true
      },
      ChildKind(.secrets, suffix: CorootShape.keysSuffix) { kind in
        kind.generated = [CorootShape.projectKey: .text(length: 32), CorootShape.guardKey: .text(length: 32)]
        kind.outlivesPart = true
      },
      ChildKind(.podDisruptionBudgets, suffix: CorootShape.nameSuffix) { kind in
        kind.isWanted = { $0.mode == .full && $0.coroot.replicas > 1 }
      },
      ChildKind(.services, suffix: CorootShape.nameSuffix),
      ChildKind(.services, suffix: CorootShape.ingestSuffix),
      ChildKind(.services, suffix: CorootShape.serversSuffix),
      ChildKind(.statefulSets, suffix: CorootShape.nameSuffix) { kind in
        kind.stays = { name in "the claims of its servers, \(CorootShape.claimTemplate)-\(name)-0 and its siblings" }
      },
      ChildKind(.serviceAccounts, suffix: ClusterAgentShape.nameSuffix),
      ChildKind(.networkPolicies, suffix: ClusterAgentShape.nameSuffix),
      ChildKind(.clusterRoleBindings, suffix: ClusterAgentShape.nameSuffix) { $0.place = .cluster },
      ChildKind(.deployments, suffix: ClusterAgentShape.nameSuffix),
    ]

  private let monitor: BackendMonitor<CorootQuestion>
  let inquiry: CorootInquiry
  private let domain: String

  init(_ context: PartContext) {
    domain = context.domain
    let inquiry = CorootInquiry(context.transport, context.environment)
    self.inquiry = inquiry
    monitor = BackendMonitor(environment: context.environment, onAnswer: context.onAnswer) { question in
      await inquiry.ask(question)
    }
  }

  func isWanted(_ spec: ObservabilitySpec) -> Bool { spec.mode == .full }

  func watches(_ spec: ObservabilitySpec, lookup: (ResourceType, ObjectKey) -> Lookup) -> Set<WatchTarget> {
    CorootResolution.targets(spec, domain: domain, lookup: lookup).union([
      AgentsPart.pods(in: spec.namespace), Self.claims(in: spec.namespace),
    ])
  }

  static func claims(in namespace: String) -> WatchTarget {
    GatewayClaim.target(in: namespace, appName: CorootShape.appName)
  }

  func resolve(_ subject: Subject, _ view: ClusterView, _ upstream: Upstream) -> Resolution<Inputs> {
    if let holder = NamespaceHolder(of: subject, view) {
      return .stalled(
        Finding(
          .namespaceTaken,
          "Observability \(holder.name) has mode Full and the same spec.namespace, \(subject.spec.namespace)"
            + "\(holder.why). Use mode AgentsOnly, or delete this object and create it again with another namespace."))
    }
    guard let metrics = upstream[MetricsPart.self], let clickHouse = upstream[ClickHousePart.self] else {
      if let inputs = waiting(subject, view, upstream) { return .partial(inputs, nil) }
      return .waiting(on: upstream[MetricsPart.self] == nil ? MetricsPart.id : ClickHousePart.id)
    }
    let resolution = CorootResolution(
      subject: subject, domain: domain, metrics: metrics, clickHouse: clickHouse
    ) { type, key in
      type == .secrets && !subject.hasNamespace ? .absent : view.lookup(type, key)
    }
    do throws(Unresolved) {
      return try resolve(subject, view, resolution)
    } catch {
      switch error {
      case .pending: return .pending
      case .blocked(let finding):
        return waiting(subject, view, upstream, finding: finding).map { .partial($0, nil) } ?? .blocked(finding)
      }
    }
  }

  func render(_ inputs: Inputs, _ subject: Subject) -> [Child] {
    let object = inputs.volume.appliedToCoroot(of: subject.observability)
    let children = CorootRenderer.children(
      of: object, facts: inputs.facts, inputs: inputs.server ?? CorootInputs(takesDataWith: CorootIntegrations.closed))
    guard inputs.server == nil else { return children }
    let generated = [CorootShape.adminName(of: subject.name), CorootShape.keysName(of: subject.name)]
    return children.filter { child in
      inputs.lacksSecrets && child.type == .secrets && generated.contains(child.name)
        || inputs.isClosing && child.type == .services && child.name == CorootShape.ingestName(of: subject.name)
    }
  }

  func observe(_ observation: Observation<Inputs>, _ memory: inout CorootMemory) -> PartReport {
    let subject = observation.subject
    var report = PartReport()
    guard let inputs = observation.inputs, !inputs.isWaiting else {
      report.state = Self.unresolved(observation)
      if observation.finding ?? observation.inputs?.finding != nil { monitor.forget(subject.name) }
      memory.record(&report, answer: nil)
      return report
    }
    report.obstacle = inputs.claimsFailure.map {
      Finding(
        .notPermitted,
        ObservabilityReconciler.unreadable(.persistentVolumeClaims, namespace: subject.spec.namespace, $0))
    }
    let workloads = CorootObservation(
      subject: subject, inputs: inputs, statefulSet: observation.children.object(.statefulSets),
      clusterAgent: observation.children.object(.deployments), now: observation.view.timestamp)
    report.nextLooks += [workloads.nextLook.map { .seconds($0) }].compactMap(\.self)
    report.movement = workloads.movement
    if workloads.statefulSet == nil, let obstacle = observation.obstacle ?? observation.upstream {
      report.state = .progressing(Finding(.notCreated, "The server does not exist yet. \(obstacle.message)"))
      return report
    }
    // Coroot makes tables as soon as it has the settings of a ClickHouse, so the survey comes first.
    let mayAsk = inputs.isClickHouseReady || inputs.integrations.isOpen
    var reading = BackendMonitor<CorootQuestion>.Reading()
    if workloads.ready > 0, mayAsk, let access = inputs.access, let demand = inputs.demand {
      reading = monitor.reading(
        of: subject.name,
        CorootQuestion(object: subject.name, access: access, demand: demand, servers: workloads.servers))
      report.nextLooks += [reading.nextAfter].compactMap(\.self)
    }
    let answered = memory.state(
      reading.answer, inputs, upstream: mayAsk ? nil : observation.upstream, subject: subject,
      now: observation.view.now)
    report.state = Self.state(workloads, answered, isFirstAlone: isFirstAlone(inputs, workloads, subject))
    // After a start of the operator, say: until the server has answered, what it said before stands.
    if workloads.state == nil, mayAsk, reading.answer == nil, subject.condition(Self.condition)?.status == .isTrue {
      report.state = nil
    }
    memory.record(&report, answer: reading.answer)
    report.summary = ["coroot": "\(workloads.ready)/\(subject.spec.coroot.replicas)"]
    return report
  }

  /// Whether the first of several servers runs, and is waited for before the others start.
  private func isFirstAlone(_ inputs: Inputs, _ workloads: CorootObservation, _ subject: Subject) -> Bool {
    guard let rendered = inputs.server?.servers else { return false }
    return rendered < subject.spec.coroot.replicas && workloads.ready >= rendered
  }

  /// What the workloads come to, together with what the server says: a fault that it names may be why they are not whole.
  private static func state(_ workloads: CorootObservation, _ answered: PartState, isFirstAlone: Bool) -> PartState {
    guard case .progressing(let finding)? = workloads.state else { return workloads.state ?? answered }
    if answered.badFinding != nil || isFirstAlone && !answered.isGood { return answered }
    return .progressing(finding)
  }

  /// What the server last answered, if it was asked for the same.
  func last(of object: String, _ demand: CorootDemand) -> CorootAnswer? {
    monitor.last(of: object) { $0.demand == demand }
  }

  func run() async { await monitor.run() }

  func forget(_ object: String) {
    monitor.forget(object)
    inquiry.forget(object)
  }

  /// The state of a server whose inputs are not known: one that runs keeps its configuration.
  private static func unresolved(_ observation: Observation<Inputs>) -> PartState? {
    if let finding = observation.finding ?? observation.inputs?.finding { return .bad(finding) }
    guard let upstream = observation.upstream else { return nil }
    guard let statefulSet = observation.children.object(.statefulSets) else {
      return .bad(Finding(.notCreated, "The server does not exist yet. \(upstream.message)"))
    }
    let ready = statefulSet[path: "status", "readyReplicas"]?.integer ?? 0
    return .progressing(
      Finding(.serversNotReady, "\(ready) servers are ready, with the settings that they have. \(upstream.message)"))
  }
}
