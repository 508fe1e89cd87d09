// SPDX-License-Identifier: Apache-2.0

import Backends
import ControllerRuntime
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Rendering
import Synchronization

/// The OpenTelemetry Collector between agents and the storage of traces and logs. What comes in waits on a disk while the
/// storage is away.
struct GatewayPart: Part {
  static let id = PartID(rawValue: "gateway")
  static let condition = ConditionType.gatewayAvailable
  static let notReady = ConditionReason.gatewayNotReady
  static let needs = [ClickHousePart.id, CorootPart.id]
  /// Agents stop sending before the gateway goes.
  static let prunesAfter = [AgentsPart.id]
  static let waiting = "gateway waits"

  static let children: [ChildKind] =
    [.serviceAccounts, .secrets, .networkPolicies].map { ChildKind($0, suffix: GatewayShape.nameSuffix) }
    + [
      ChildKind(.podDisruptionBudgets, suffix: GatewayShape.nameSuffix) { kind in
        kind.isWanted = { $0.sendsSignals && $0.gateway.replicas > 1 }
      },
      ChildKind(.services, suffix: GatewayShape.nameSuffix),
      ChildKind(.services, suffix: GatewayShape.replicasSuffix),
      ChildKind(.statefulSets, suffix: GatewayShape.nameSuffix) { kind in
        kind.stays = { name in "the claims of its queue, \(GatewayShape.claimTemplate)-\(name)-0 and its siblings" }
      },
      ChildKind(.podScrapes, suffix: GatewayShape.nameSuffix) { kind in
        kind.remedy =
          "Install the VictoriaMetrics operator, or give spec.metrics.victoriaMetrics.writeURL instead of tenant."
        kind.isWanted = { $0.sendsSignals && GatewayRenderer.isScraped($0) }
      },
    ]

  static let watched: [ResourceType: WatchedType] = [.persistentVolumeClaims: GatewayClaim.watched]

  /// What the gateway is rendered from, and what its pods and claims say.
  struct Inputs: Sendable {
    var gateway: GatewayInputs
    var facts: PlatformFacts
    /// The queue that claims were made for, which may differ from what the object asks for by now.
    var queue: VolumeClaim
    var pods: [AgentPod]
    var claims: [GatewayClaim]
    /// The replicas that leave.
    var drain: GatewayDrain
    /// How many replicas are rendered: as many as are wanted, once those that leave are drained.
    var replicas: Int64
    /// Whether a budget of theirs is there.
    var hasBudget = false
    /// Why claims cannot be read.
    var claimsFailure: KubernetesError?
    /// Whether the platform's own pipeline sends logs to the same place.
    var sharesLogs = false
  }

  private let monitor: BackendMonitor<GatewayQuestion>
  private let earlier: EarlierReadings
  private let domain: String

  init(_ context: PartContext) {
    let transport = context.transport
    domain = context.domain
    let earlier = EarlierReadings()
    self.earlier = earlier
    monitor = BackendMonitor(environment: context.environment, onAnswer: context.onAnswer) { question in
      var answer = await question.ask(transport, before: earlier.of(question))
      answer.round = earlier.replace(question, answer)
      return answer
    }
  }

  func isWanted(_ spec: ObservabilitySpec) -> Bool { spec.sendsSignals }

  func watches(_ spec: ObservabilitySpec, lookup: (ResourceType, ObjectKey) -> Lookup) -> Set<WatchTarget> {
    var targets = withoutActuallyEscaping(lookup) {
      GatewayResolution(spec: spec, domain: domain, clickHouse: nil, lookup: $0).targets
    }
    targets.insert(AgentsPart.pods(in: spec.namespace))
    targets.insert(GatewayClaim.target(in: spec.namespace))
    if LogPipeline.mayShare(spec) { targets.insert(LogPipeline.target) }
    return targets
  }

  func resolve(_ subject: Subject, _ view: ClusterView, _ upstream: Upstream) -> Resolution<Inputs> {
    let spec = subject.spec
    let backend = upstream[ClickHousePart.self]
    if spec.keepsInClickHouse, backend == nil { return .waiting(on: ClickHousePart.id) }
    let resolution = GatewayResolution(spec: spec, domain: domain, clickHouse: backend) { type, key in
      type == .secrets && !subject.hasNamespace ? .absent : view.lookup(type, key)
    }
    let gateway: GatewayInputs
    if spec.mode == .full {
      guard let inputs = toCoroot(subject, view, upstream) else { return .waiting(on: CorootPart.id) }
      gateway = inputs
    } else {
      do throws(Unresolved) {
        gateway = try resolution.resolve(operatorNamespace: view.settings.namespace)
      } catch {
        switch error {
        case .pending: return .pending
        case .blocked(let finding): return .blocked(finding)
        }
      }
    }
    let statefulSet = view.child(
      .statefulSets, ObjectKey(namespace: spec.namespace, name: GatewayShape.name(of: subject.name)))
    let own = statefulSet?.isOwned(by: subject.object.uid) == true ? statefulSet : nil
    let drain = GatewayDrain(own, spec.gateway)
    var inputs = Inputs(
      gateway: gateway, facts: view.facts, queue: VolumeClaim(own, spec.gateway), pods: [], claims: [], drain: drain,
      replicas: drain.wanted)
    inputs.hasBudget =
      view.child(
        .podDisruptionBudgets, ObjectKey(namespace: spec.namespace, name: GatewayShape.name(of: subject.name))) != nil
    if !drain.leaving.isEmpty {
      let reading = monitor.reading(of: subject.name, GatewayQuestion(subject, exporters: gateway, drain))
      if reading.answer?.isDrained != true { inputs.replicas = drain.present }
    }
    switch view.collection(AgentsPart.pods(in: spec.namespace)) {
    case .pending: return .pending
    // The agents' part says so.
    case .failing: break
    case .known(let store):
      inputs.pods = store.all().map { AgentPod($0) }.filter { $0.owner == statefulSet?.uid && !$0.owner.isEmpty }
    }
    switch view.collection(GatewayClaim.target(in: spec.namespace)) {
    case .pending: return .pending
    case .failing(let error): inputs.claimsFailure = error
    case .known(let store):
      inputs.claims = (0..<inputs.replicas).compactMap { replica in
        store.get(
          ObjectKey(namespace: spec.namespace, name: GatewayShape.claim(of: subject.name, replica: replica))
        ).map(GatewayClaim.init)
      }
    }
    if LogPipeline.mayShare(spec) { inputs.sharesLogs = LogPipeline.isThere(view) }
    return .ready(inputs)
  }

  /// With mode `Full` everything goes to the Coroot server; nil as long as its key is not known.
  private func toCoroot(_ subject: Subject, _ view: ClusterView, _ upstream: Upstream) -> GatewayInputs? {
    guard let coroot = upstream[CorootPart.self], let key = coroot.key,
      let text = SecretText(Array(key.text.utf8))
    else { return nil }
    return GatewayInputs(
      corootOf: subject.name, namespace: subject.spec.namespace, key: text, secretsHash: coroot.keysHash,
      operatorNamespace: view.settings.namespace)
  }

  func render(_ inputs: Inputs, _ subject: Subject) -> [Child] {
    var object = inputs.queue.appliedToGateway(of: subject.observability)
    object.spec.gateway.replicas = inputs.replicas
    // Replicas that leave keep their budget. Those that somebody else added get none: its type is not watched for them.
    let hasBudget = subject.spec.gateway.replicas > 1 || inputs.hasBudget
    return GatewayRenderer.children(of: object, facts: inputs.facts, inputs: inputs.gateway)
      .filter { hasBudget || $0.type != .podDisruptionBudgets }
  }

  /// A StatefulSet that somebody has scaled since is not scaled back: that is how replicas are let go undrained.
  func isCurrent(_ inputs: Inputs, _ child: Child, live: KubernetesObject?, _ subject: Subject) -> Bool {
    guard child.type == .statefulSets else { return true }
    let own = live?.isOwned(by: subject.object.uid) == true ? live : nil
    return GatewayDrain(own, subject.spec.gateway) == inputs.drain
  }

  func observe(_ observation: Observation<Inputs>, _ memory: inout GatewayMemory) -> PartReport {
    let subject = observation.subject
    var report = PartReport()
    let statefulSet = observation.children.object(.statefulSets)
    guard let inputs = observation.inputs else {
      monitor.forget(subject.name)
      report.state = Self.unresolved(observation, statefulSet)
      return report
    }
    if statefulSet == nil, let obstacle = observation.obstacle ?? observation.upstream {
      report.state = .progressing(Finding(.notCreated, "The gateway does not exist yet. \(obstacle.message)"))
      return report
    }
    report.obstacle = inputs.claimsFailure.map {
      Finding(
        .notPermitted,
        ObservabilityReconciler.unreadable(.persistentVolumeClaims, namespace: subject.spec.namespace, $0))
    }
    var spec = subject.spec
    spec.gateway.replicas = inputs.replicas
    let name = GatewayShape.name(of: subject.name)
    let gateway = GatewayObservation(
      spec: spec.gateway, name: name, namespace: spec.namespace, statefulSet: statefulSet, pods: inputs.pods,
      claims: inputs.claims, queue: inputs.queue, now: observation.view.timestamp)
    var answer: GatewayTraffic?
    if gateway.ready > 0 || !inputs.drain.leaving.isEmpty {
      let reading = monitor.reading(
        of: subject.name, GatewayQuestion(subject, exporters: inputs.gateway, inputs.drain))
      answer = reading.answer
      if let answer { memory.traffic.add(answer, now: observation.view.now) }
      report.nextLooks += [reading.nextAfter].compactMap(\.self)
    }
    report.nextLooks += [gateway.nextLook.map { .seconds($0) }].compactMap(\.self)
    report.state = gateway.state ?? memory.traffic.state(spec, name: name, now: observation.view.now)
    let silent = memory.silence(of: inputs.drain.leaving, answer, now: observation.view.now)
    if inputs.replicas > inputs.drain.wanted,
      let leaving = inputs.drain.finding(answer, silent: silent, name: name, namespace: spec.namespace)
    {
      report.state = Self.draining(report.state, leaving.finding, isStuck: leaving.isStuck)
    }
    if inputs.sharesLogs, case .good(let finding)? = report.state {
      report.state = .good(Finding(.logsSentTwice, "\(finding.message) \(LogPipeline.note(subject.spec))"))
    }
    memory.tell(&report, sharesLogs: inputs.sharesLogs ? LogPipeline.note(subject.spec) : nil, subject: subject)
    report.movement = gateway.movement
    report.summary = ["gateway": "\(gateway.ready)/\(inputs.replicas)"]
    return report
  }

  /// The state of a gateway of which replicas leave. What is wrong with it beside that comes first.
  private static func draining(_ state: PartState?, _ leaving: Finding, isStuck: Bool) -> PartState {
    if case .bad(let finding)? = state {
      return .bad(Finding(finding.reason, "\(finding.message) \(leaving.message)"))
    }
    return isStuck ? .bad(leaving) : .updating(leaving)
  }

  /// The state of a gateway whose inputs are not known: one that exists keeps its configuration.
  private static func unresolved(_ observation: Observation<Inputs>, _ statefulSet: KubernetesObject?) -> PartState? {
    if let finding = observation.finding { return .bad(finding) }
    guard let upstream = observation.upstream else { return nil }
    guard let statefulSet else {
      return .bad(Finding(.notCreated, "The gateway does not exist yet. \(upstream.message)"))
    }
    let ready = statefulSet[path: "status", "readyReplicas"]?.integer ?? 0
    let message = "\(ready) replicas are ready, with the configuration that they have. \(upstream.message)"
    return ready > 0 ? .good(Finding(.delivering, message)) : .progressing(Finding(.replicasNotReady, message))
  }

  func run() async { await monitor.run() }
  func forget(_ object: String) { monitor.forget(object) }
}

/// What the leaving replicas of each gateway said the last time, by address.
private final class EarlierReadings: Sendable {
  private struct State {
    var readings: [String: [String: GatewayMetrics]] = [:]
    var rounds = 0
  }

  private let state = Mutex(State())

  func of(_ question: GatewayQuestion) -> [String: GatewayMetrics] {
    state.withLock { $0.readings[question.gateway] ?? [:] }
  }

  /// Keeps an answer, and gives it a number of its own.
  func replace(_ question: GatewayQuestion, _ answer: GatewayTraffic) -> Int {
    let leaving = answer.leavingReadings
    return state.withLock { state in
      state.readings[question.gateway] = leaving.isEmpty ? nil : leaving
      state.rounds += 1
      return state.rounds
    }
  }
}
