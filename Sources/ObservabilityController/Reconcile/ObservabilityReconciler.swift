// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import HTTPTransport
import KubernetesClient
import KubernetesCore
import Logging
import ObservabilityAPI
import Synchronization

/// Makes one object's children as the object asks, and says in its status how that goes.
///
/// A reconcile is a list of named steps, ``Step/all``, over a ``Pass``. It reads from stores that watches keep, so a pass
/// that finds everything in place sends nothing.
final class ObservabilityReconciler: Sendable {
  /// What is remembered of an object between passes; all of it can be lost without harm.
  struct Memory: Sendable {
    /// Which object this is; a successor of the same name begins with nothing.
    var uid: String?
    /// What was last applied, until the status that says so has come back by watch.
    var inventory: [InventoryEntry]?
    /// Children that were deleted because they could not be changed, and are not there again yet.
    var replaced: Set<ChildID> = []
    /// What was found on nodes; nil until what an earlier process wrote down has been read.
    var verdicts: VerdictMemory?
    var nodes = NodeEvents()
    var debounce = StatusDebounce()
    var transitions = TransitionLog()
    var episodes = AgentEpisodes()
    /// Whether this process has looked at the agents before.
    var hasSeenAgents = false
    var missingPods = MissingPodsTimer()
    /// Refusals for which the namespace was confirmed to exist.
    var confirmedRefusals: [Finding] = []
    var snapshot: AgentsObservation.Snapshot?
    /// Whether another operator that applies the same children was reported.
    var hasReportedRival = false
    /// What was last noted of agents that run.
    var notes: [AgentWarning] = []
  }

  /// When to try again what the API server has refused for good.
  static let refusalRetry = Duration.seconds(300)
  /// When to look again if a store has not been told of what was written.
  static let storeLag = Duration.seconds(10)

  let api: any KubernetesAPI
  let informers: Informers
  let applier: ChildApplier
  let pruner: Pruner
  let statusWriter: StatusWriter
  let events: EventRecorder
  let monitor: BackendMonitor
  let decoded: DecodedObjects
  let survey: NodeSurvey
  let labeller: NodeLabeller
  let proof: NodePolicyProof
  let settings: OperatorSettings
  let environment: RuntimeEnvironment
  let logger: Logger
  private let memories = Mutex<[String: Memory]>([:])

  init(
    api: any KubernetesAPI, informers: Informers, events: EventRecorder, transport: any HTTPTransport,
    decoded: DecodedObjects, survey: NodeSurvey, labeller: NodeLabeller, proof: NodePolicyProof,
    settings: OperatorSettings, environment: RuntimeEnvironment, logger: Logger
  ) {
    self.api = api
    self.informers = informers
    self.decoded = decoded
    self.survey = survey
    self.labeller = labeller
    self.proof = proof
    applier = ChildApplier(api: api, fieldManager: OperatorSettings.fieldManager, environment: environment)
    pruner = Pruner(api: api)
    statusWriter = StatusWriter(api: api, fieldManager: OperatorSettings.fieldManager, environment: environment)
    self.events = events
    monitor = BackendMonitor(transport: transport, environment: environment)
    self.settings = settings
    self.environment = environment
    self.logger = logger
  }

  /// Takes note of what a watch has told, before the work that follows from it is queued.
  ///
  /// - Returns: whether it is just our own status, which calls for no work.
  func observed(_ target: WatchTarget, _ change: StoreChange) -> Bool {
    switch target.type {
    case .observabilities: return statusWriter.observed(target.type, change)
    case .pods: break
    case let type where target.labelSelector != nil: applier.observed(type, change)
    default: break
    }
    return false
  }

  /// Whether the object of that name has been reconciled by this process; then a reconcile says what is watched for it.
  func knows(_ name: String) -> Bool {
    memories.withLock { $0[name] != nil }
  }

  /// What a reconcile of the object will want watched, as far as that can be told from the object alone.
  func targets(of object: KubernetesObject) -> Set<WatchTarget>? {
    guard let spec = try? decoded.decode(object).spec, !NotImplemented.features(in: spec).contains(where: \.blocking)
    else { return nil }
    return Watches.needed(for: spec, inventory: Self.inventory(of: object), domain: settings.clusterDomain)
  }

  /// One pass over the object of that name.
  func reconcile(_ name: String) async throws -> Outcome {
    guard let store = informers.store(Watches.objects), store.isSynced else { return .settled }
    guard let stored = store.get(ObjectKey(name: name)) else {
      await forget(name)
      return .settled
    }
    let object = statusWriter.latest(.observabilities, stored)
    // The garbage collector removes the children of an object that is being deleted; nothing must bring them back.
    guard !object.isBeingDeleted else { return .settled }
    forgetPredecessor(of: object)

    var pass = Pass(object: object, inventory: memory(of: name).inventory ?? Self.inventory(of: object))
    for step in Step.all where !pass.isPending && (step.whenStalled || !pass.isStalled) {
      try Task.checkCancellation()
      await step.run(self, &pass)
    }
    if let failure = pass.failure { throw failure }
    return next(after: pass, name: name)
  }

  /// What the status says was applied.
  private static func inventory(of object: KubernetesObject) -> [InventoryEntry] {
    ObservabilityStatus.inventory(in: object["status"]).map {
      InventoryEntry(
        group: $0.group, kind: $0.kind, namespace: $0.namespace.isEmpty ? nil : $0.namespace, name: $0.name,
        uid: $0.uid.isEmpty ? nil : $0.uid, hash: $0.hash)
    }
  }

  private func next(after pass: Pass, name: String) -> Outcome {
    if memory(of: name).debounce.isWaiting { return .requeue(after: StatusDebounce.time) }
    var due = pass.nextLooks
    // What refuses a child may be a policy that somebody takes back without touching the object.
    if let reason = pass.conditions.stalled?.reason, [.childRefused, .immutableFieldChanged].contains(reason) {
      due.append(Self.refusalRetry)
    }
    if let answer = pass.answer, !pass.isStalled { due.append(answer.nextAfter) }
    if pass.applied.contains(where: { applier.isAwaited($0.id) })
      || statusWriter.isAwaited(.observabilities, pass.object.key)
    {
      due.append(Self.storeLag)
    }
    if pass.isOutdated { due.append(Self.storeLag) }
    due += [statusWriter.remainingBackoff(.observabilities, pass.object.key)].compactMap(\.self)
    due += pass.applied.compactMap { applier.remainingBackoff(of: $0.id) }
    return due.min().map(Outcome.requeue) ?? .settled
  }

  private func forget(_ name: String) async {
    informers.setTargets([], for: name)
    await monitor.forget(name)
    decoded.forget(name)
    survey.forget(name)
    guard let memory = memories.withLock({ $0.removeValue(forKey: name) }) else { return }
    for entry in memory.inventory ?? [] { applier.forget(entry.id) }
    statusWriter.forget(.observabilities, ObjectKey(name: name))
    logger.info("object gone", metadata: ["object": "\(name)"])
  }

  /// Drops what is remembered of another object that had the same name.
  private func forgetPredecessor(of object: KubernetesObject) {
    let predecessor = memories.withLock { memories -> Memory? in
      guard memories[object.name]?.uid != object.uid else { return nil }
      return memories.updateValue(Memory(uid: object.uid), forKey: object.name)
    }
    for entry in predecessor?.inventory ?? [] { applier.forget(entry.id) }
  }

  func memory(of name: String) -> Memory {
    memories.withLock { $0[name] ?? Memory() }
  }

  func remember<Result: Sendable>(_ name: String, _ body: (inout Memory) -> sending Result) -> Result {
    memories.withLock { memories in
      body(&memories[name, default: Memory()])
    }
  }
}
