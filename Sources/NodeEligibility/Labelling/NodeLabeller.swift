// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesClient
import KubernetesCore
import Logging
import Synchronization

/// Makes the operator's label on each node as the ``NodeSurvey`` wishes it: a controller of its own, with the names of
/// nodes as keys, so that thousands of them are written with bounded concurrency and each that fails at its own pace.
///
/// Nothing is written twice: what was written is remembered until the watch shows it. A change of the label by another
/// writer is repaired when the watch delivers it, with backoff if it recurs.
final class NodeLabeller: Sendable {
  /// How many nodes are written at once.
  static let workers = 8
  /// How long a store may be behind a write before it is believed.
  static let lag = Duration.seconds(10)
  /// How long a node is left alone whose label admission changes at each write.
  static let alterationRetry = Duration.seconds(300)
  /// What the API server answers with success and does not keep.
  static let alteration = KubernetesError.status(
    APIStatus(
      code: 403, reason: "LabelAltered",
      message: "admission changes it at each write, by a mutating policy or webhook"))
  /// How often a write may fail in a way that may pass before it is reported.
  static let patience = 3

  private struct Write {
    var uid: String
    var wish: NodeLabel.Wish
    var at: Duration
    /// Whether the store has shown it.
    var isShown = false
  }

  /// A node whose label cannot be written.
  struct Failure: Hashable, Sendable {
    var node: String
    var error: KubernetesError
    var tries: Int
  }

  private struct State {
    /// The survey that was looked at last.
    var looked = -1
    var writes: [String: Write] = [:]
    /// Nodes that are to be labelled and that no attempt has been made for.
    var untried: Set<String> = []
    var failures: [String: Failure] = [:]
  }

  /// The work: names of nodes.
  let queue: WorkQueue<String>
  private let api: any KubernetesAPI
  private let informers: Informers
  private let survey: NodeSurvey
  private let proof: NodePolicyProof
  private let fieldManager: String
  private let environment: RuntimeEnvironment
  private let metrics: any RuntimeMetrics
  private let logger: Logger
  private let pace: RepairBackoff
  private let onChange: @Sendable () -> Void
  private let state = Mutex(State())

  /// - Parameter onChange: called when the last node has been tried, and when the first fails or none does any more.
  init(
    api: any KubernetesAPI, informers: Informers, survey: NodeSurvey, proof: NodePolicyProof,
    fieldManager: String, environment: RuntimeEnvironment, metrics: any RuntimeMetrics, logger: Logger,
    onChange: @escaping @Sendable () -> Void
  ) {
    self.api = api
    self.informers = informers
    self.survey = survey
    self.proof = proof
    self.fieldManager = fieldManager
    self.environment = environment
    self.metrics = metrics
    self.logger = logger
    self.onChange = onChange
    pace = RepairBackoff(environment: environment)
    // A thousand nodes that somebody's policy protects must not be asked for every few minutes.
    queue = WorkQueue(
      name: "node-labels", firstRetry: .seconds(1), longestRetry: .seconds(900), environment: environment,
      metrics: metrics)
  }

  /// The controller that does it; runs on the leader only.
  func controller() -> Controller<String> {
    // It would log each node that fails. What fails for one node mostly fails for all, and is told here, once.
    var quiet = logger
    quiet.logLevel = .critical
    return Controller(
      name: "node-labels", queue: queue, workers: Self.workers, deadline: .seconds(60), environment: environment,
      metrics: metrics, logger: quiet, reconcile: { try await self.label($0) })
  }

  /// Whether there are nodes that are to be labelled and that no attempt has been made for.
  var isBusy: Bool { state.withLock { !$0.untried.isEmpty } }

  /// Whether this process has written the label of that node.
  func hasWritten(_ node: String) -> Bool { state.withLock { $0.writes[node] != nil } }

  /// The nodes whose label cannot be written and does not seem to heal by itself, sorted by name.
  var failures: [Failure] {
    state.withLock { $0.failures.values }
      .filter { $0.tries >= Self.patience || $0.error.isForbidden || $0.error.isInvalid }.sorted { $0.node < $1.node }
  }

  /// Takes note of a change of a node.
  func observed(_ change: StoreChange) {
    let name = change.key.name
    let label = change.new.flatMap(NodeLabel.current)
    state.withLock { state in
      guard let write = state.writes[name] else { return }
      if change.new?.uid != write.uid {
        state.writes[name] = nil
      } else if NodeLabel.suits(label, write.wish) {
        state.writes[name]?.isShown = true
      }
    }
    if change.new == nil { settled(name) }
    if label != change.old.flatMap(NodeLabel.current) { queue.add(name, priority: change.isInitial ? .low : .normal) }
  }

  /// Looks at all nodes after the survey has changed; the work that follows from it is queued.
  func look() {
    guard let result = survey.result(), let store = informers.store(.nodes) else { return }
    let isNews = state.withLock { state in
      defer { state.looked = max(state.looked, result.version) }
      return state.looked < result.version
    }
    guard isNews else { return }
    for node in store.all() {
      let wish = result.plan.wish(for: node.name)
      guard !NodeLabel.suits(NodeLabel.current(node), wish) else { continue }
      let isNew = state.withLock { state in
        // What has failed or awaits the watch is looked at again at its own time.
        guard state.failures[node.name] == nil, state.writes[node.name]?.wish != wish else { return false }
        if wish == .labelled { state.untried.insert(node.name) }
        return true
      }
      if isNew { queue.add(node.name, priority: .low) }
    }
  }

  /// Tries again what waited for the proof that the admission policy holds.
  func proofChanged() {
    guard let plan = survey.result()?.plan, let store = informers.store(.nodes) else { return }
    for node in store.all() where !NodeLabel.suits(NodeLabel.current(node), plan.wish(for: node.name)) {
      queue.add(node.name, priority: .low)
    }
  }

  /// Makes the label of one node as it is to be.
  private func label(_ name: String) async throws(KubernetesError) -> Outcome {
    guard let node = informers.store(.nodes)?.get(ObjectKey(name: name)), let uid = node.uid,
      let wish = survey.result()?.plan.wish(for: name),
      !NodeLabel.suits(NodeLabel.current(node), wish), let patch = NodeLabel.patch(wish, uid: uid)
    else {
      settled(name)
      return .settled
    }
    // Nothing is written before the policy is known to hold; ``proofChanged()`` comes back to it.
    switch proof.outcome {
    case .holds: break
    case .unknown: return .settled
    case .missing, .refused, .failing:
      if let obstacle = proof.obstacle { failed(name, obstacle, isLasting: true) }
      return .settled
    }
    let before = state.withLock { $0.writes[name] }
    let isRepeat = before?.uid == uid && before?.wish == wish
    if isRepeat, let rest = rest(name, before) {
      settled(name)
      return .requeue(after: rest)
    }
    do throws(KubernetesError) {
      let answer = try await api.patch(
        .nodes, node.key, patch, WriteOptions(fieldManager: fieldManager))
      guard NodeLabel.suits(NodeLabel.current(answer), wish) else {
        failed(name, Self.alteration, isLasting: true)
        return .requeue(after: Self.alterationRetry)
      }
    } catch {
      // The node is gone or was replaced: the watch delivers that.
      if error.isNotFound || error.isConflict {
        settled(name)
        return .requeue(after: Self.lag)
      }
      failed(name, error)
      throw error
    }
    logger.debug("node label written", metadata: ["node": "\(name)", "wish": "\(wish)"])
    if isRepeat { pace.repaired(Self.id(name)) }
    written(name, Write(uid: uid, wish: wish, at: environment.now()))
    // A new list may pass over our write and a stranger's after it, and then nothing tells of either.
    return .requeue(after: Self.lag)
  }

  /// For how long to leave a node alone to which the very same has been written before; nil for not at all.
  private func rest(_ name: String, _ before: Write?) -> Duration? {
    if let before, !before.isShown {
      let rest = before.at + Self.lag - environment.now()
      if rest > .zero { return rest }
    }
    return pace.remainingBackoff(of: Self.id(name))
  }

  private static func id(_ name: String) -> ChildID { ChildID(type: .nodes, key: ObjectKey(name: name)) }

  private func written(_ name: String, _ write: Write) {
    let isShown = informers.store(.nodes)?.get(ObjectKey(name: name)).map {
      $0.uid == write.uid && NodeLabel.suits(NodeLabel.current($0), write.wish)
    }
    state.withLock { state in
      state.writes[name] = write
      // The watch may have been faster than the answer.
      state.writes[name]?.isShown = isShown == true
    }
    settled(name)
  }

  /// Nothing is left to be tried for a node.
  private func settled(_ name: String) {
    let (wasLast, isHealed) = state.withLock { state in
      let wasLast = state.untried.remove(name) != nil && state.untried.isEmpty
      let isHealed = state.failures.removeValue(forKey: name) != nil && state.failures.isEmpty
      return (wasLast, isHealed)
    }
    if isHealed { logger.info("nodes can be labelled again", metadata: [:]) }
    if wasLast || isHealed { onChange() }
  }

  /// - Parameter isLasting: whether the failure is reported at the first attempt.
  private func failed(_ name: String, _ error: KubernetesError, isLasting: Bool = false) {
    let (wasLast, isFirst, tries) = state.withLock { state in
      let wasLast = state.untried.remove(name) != nil && state.untried.isEmpty
      let isFirst = state.failures.isEmpty
      let tries = isLasting ? Self.patience : (state.failures[name]?.tries ?? 0) + 1
      state.failures[name] = Failure(node: name, error: error, tries: tries)
      return (wasLast, isFirst, tries)
    }
    // A policy that is missing has its own line.
    if isFirst, proof.outcome != .missing {
      logger.error("node not labelled", metadata: ["node": "\(name)", "cause": "\(error)"])
    }
    if wasLast || isFirst || tries == Self.patience { onChange() }
  }
}
