// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesClient
import KubernetesCore
import Logging
import ObservabilityAPI
import Synchronization

/// Decides which nodes can carry the agent, and keeps the operator's label on those that cannot.
///
/// The reconcile of an object calls ``judge(_:agent:runs:image:record:)``, writes the record that this returns, and then
/// calls ``recorded(_:of:)``: a node is labelled only after the reason has been written down. Labels are written by a
/// controller of its own, ``run()``. Everything else answers from memory and stores, without a request.
package final class NodeEligibilityController: RunnableController {
  /// What is remembered of one object between reconciles; without it the record of verdicts is read again.
  private struct Memory {
    /// Which object this is; a successor of the same name begins with nothing.
    var uid: String?
    var verdicts: VerdictMemory
    var events = NodeEvents()
  }

  private let informers: Informers
  private let survey: NodeSurvey
  private let labeller: NodeLabeller
  private let labelling: Controller<String>
  private let proof: NodePolicyProof
  private let environment: RuntimeEnvironment
  private let logger: Logger
  private let onChange: @Sendable () -> Void
  private let memories = Mutex<[String: Memory]>([:])

  /// - Parameters:
  ///   - informers: watch ``WatchTarget/nodes`` with ``WatchContent/nodes``.
  ///   - claimants: every object, as the store has it; nil until the objects have been read.
  ///   - onChange: called when every object should be reconciled again: the nodes to be labelled have been tried, labels
  ///     begin or cease to fail, or the admission policy does not hold.
  package init(
    api: any KubernetesAPI, informers: Informers, claimants: @escaping @Sendable () -> [NodeClaimant]?,
    policy: NodePolicyProof.Policy, fieldManager: String, environment: RuntimeEnvironment,
    metrics: any RuntimeMetrics, logger: Logger, onChange: @escaping @Sendable () -> Void
  ) {
    let survey = NodeSurvey(informers: informers, claimants: claimants)
    let proof = NodePolicyProof(
      api: api, informers: informers, policy: policy, fieldManager: fieldManager, environment: environment,
      logger: logger)
    let labeller = NodeLabeller(
      api: api, informers: informers, survey: survey, proof: proof, fieldManager: fieldManager,
      environment: environment, metrics: metrics, logger: logger, onChange: onChange)
    self.informers = informers
    self.survey = survey
    self.proof = proof
    self.labeller = labeller
    labelling = labeller.controller()
    self.environment = environment
    self.logger = logger
    self.onChange = onChange
  }

  // MARK: What the reconcile of an object asks

  /// Whether ``judge(_:agent:runs:image:record:)`` needs what an earlier process wrote down about the nodes of this object:
  /// it has not been read yet, and nodes have.
  package func needsRecord(of object: KubernetesObject) -> Bool {
    guard case .known = informers.collection(.nodes) else { return false }
    return memory(of: object) == nil
  }

  /// Judges the nodes of one object: takes in what its agents show, and drops what no longer holds.
  ///
  /// - Parameters:
  ///   - runs: the pods of the object's DaemonSet.
  ///   - image: the agent's image that is rolled out; nil if none is.
  ///   - record: what an earlier process wrote down; read only if ``needsRecord(of:)``.
  package func judge(
    _ object: KubernetesObject, agent: NodeAgent, runs: [AgentRun], image: String?, record: StoredVerdicts
  ) -> NodeJudgement.Answer {
    let store: ObjectStore
    switch informers.collection(.nodes) {
    case .pending: return .pending
    // While nodes cannot be read, none of them is gone.
    case .failing(let error): return .unreadable(error)
    case .known(let nodes): store = nodes
    }
    let known = memory(of: object) ?? restored(record, of: object)
    if known == nil, case .pending = record { return .pending }
    var pool = NodePool(agent)
    var due: DueVerdicts?
    var looks: [Duration] = []
    if var memory = known {
      let now = environment.timestamp()
      review(&memory.verdicts, object.name, runs, image, now: now) { [pool] name in
        store.get(ObjectKey(name: name)).map(NodeView.init).flatMap { pool.reaches($0) ? $0 : nil }
      }
      memories.withLock { $0[object.name] = memory }
      let findings = memory.verdicts.findings(at: now)
      survey.publish(findings, of: object)
      pool.verdicts = findings.verdicts
      let (ledger, wait) = memory.verdicts.due(now: environment.now())
      due = DueVerdicts(ledger: ledger)
      let next = memory.verdicts.ledger.next(at: now)
      looks = [wait, next.map { .seconds(max(1, $0.secondsSinceEpoch - now.secondsSinceEpoch)) }].compactMap(\.self)
    }
    guard let result = survey.result() else { return .pending }
    labeller.look()
    return .judged(
      NodeJudgement(
        nodes: result.nodes, pool: pool, overlap: result.assignment.overlaps[object.name], record: due,
        nextLook: looks.min()))
  }

  /// Reviews the verdicts on the nodes of one object, and adds what its agents show now.
  private func review(
    _ verdicts: inout VerdictMemory, _ object: String, _ runs: [AgentRun], _ image: String?, now: Timestamp,
    node: (String) -> NodeView?
  ) {
    verdicts.ledger.review(image: image, now: now, node: node)
    for evidence in NodeEvidence.all(in: runs) {
      guard let node = node(evidence.node), node.override == nil || node.override?.isUnknown == true else { continue }
      let hasRoom = verdicts.ledger.take(evidence, system: node.system, image: image ?? "", now: now)
      guard !hasRoom, !verdicts.hasReportedFull else { continue }
      verdicts.hasReportedFull = true
      logger.warning(
        "no more verdicts about nodes are kept", metadata: ["object": "\(object)", "node": "\(node.name)"])
    }
  }

  /// Takes note that the cluster holds a record as it was due, so that the nodes may be labelled that it is about.
  package func recorded(_ record: DueVerdicts, of object: KubernetesObject) {
    let (now, time) = (environment.now(), environment.timestamp())
    let findings = memories.withLock { memories -> LabelPlan.Findings? in
      guard memories[object.name]?.uid == object.uid else { return nil }
      memories[object.name]?.verdicts.record(record.ledger, now: now)
      return memories[object.name]?.verdicts.findings(at: time)
    }
    if let findings { survey.publish(findings, of: object) }
    labeller.look()
  }

  /// Returns the log lines and Events that are due about the nodes of one object; none before its verdicts are known.
  package func events(
    of object: KubernetesObject, ineligible: [IneligibleNode], odd: [OddNode]
  ) -> NodeEvents.Items {
    let nodes = informers.store(.nodes)
    return memories.withLock { memories in
      guard let uid = memories[object.name]?.uid, uid == object.uid else { return NodeEvents.Items() }
      return memories[object.name]?.events.update(ineligible: ineligible, odd: odd) { name in
        // The process that set the label sent the Event.
        !labeller.hasWritten(name)
          && nodes?.get(ObjectKey(name: name)).flatMap(NodeLabel.current) == NodeLabel.value
      } ?? NodeEvents.Items()
    }
  }

  /// Whether nodes are still to be labelled for the first time: a DaemonSet created now would start pods on them.
  package var isBusy: Bool { labeller.isBusy }

  /// Whether the admission policy that narrows writes on nodes is known to bind the operator.
  package var policyOutcome: NodePolicyProof.Outcome { proof.outcome }

  /// What keeps the nodes of that object from being labelled; nil if nothing does.
  package func labelTrouble(of object: String) -> LabelTrouble? {
    let failures = labeller.failures
    guard !failures.isEmpty, let served = survey.result()?.assignment.servedBy else { return nil }
    let ours = failures.filter { served[$0.node] == object }
    guard let first = ours.first else { return nil }
    return LabelTrouble(
      node: first.node, others: ours.count - 1, error: first.error, isPolicyMissing: proof.outcome == .missing)
  }

  /// Drops what is remembered of an object that is gone.
  package func forget(_ object: String) {
    memories.withLock { $0[object] = nil }
    survey.forget(object)
  }

  private func restored(_ record: StoredVerdicts, of object: KubernetesObject) -> Memory? {
    record.ledger.map { Memory(uid: object.uid, verdicts: VerdictMemory(restoring: $0)) }
  }

  private func memory(of object: KubernetesObject) -> Memory? {
    memories.withLock { memories in memories[object.name].flatMap { $0.uid == object.uid ? $0 : nil } }
  }

  // MARK: What watches report, after the store holds it

  /// Takes note of a change of a node.
  ///
  /// - Returns: whether it concerns the objects: the operator's own label does not.
  package func nodeChanged(_ change: StoreChange) -> Bool {
    let isOnlyOurs =
      if let old = change.old, let new = change.new { NodeView.differOnlyInOurLabel(old, new) } else { false }
    if !isOnlyOurs { survey.touch() }
    labeller.observed(change)
    return !isOnlyOurs
  }

  /// Takes note that an object came, went or changed what it asks for: nodes may have become free, or taken.
  package func objectsChanged() { survey.touch() }

  /// Queues the nodes whose label has to change, once nodes and objects are known or after an object is gone: without
  /// objects no reconcile would.
  package func relabel() { labeller.look() }

  // MARK: What the operator runs

  /// The names of nodes whose label may have to change.
  package var queue: WorkQueue<String> { labeller.queue }

  /// Proves that the admission policy holds, and then writes labels, until ``stop(within:)``. Runs on the leader only.
  package func run() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        await self.proof.run { outcome in
          self.labeller.proofChanged()
          // The objects report a policy that is missing.
          if outcome != .holds { self.onChange() }
        }
      }
      await labelling.run()
      group.cancelAll()
    }
  }

  /// Takes no more work, and lets what is running end for a while.
  package func stop(within time: Duration?) async { await labelling.stop(within: time) }

  /// What is stuck, or nil.
  package var stuck: String? { labelling.stuck }
}
