// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesClient
import KubernetesCore
import Logging
import Synchronization

/// Turns watch events into work and log lines.
final class WatchRouter: Sendable {
  /// Metadata alone calls for no work; a status that another writer changed is repaired.
  private static let calling = ChangePredicate.specification.or(.status)

  /// Weak references: strong ones would form a retain cycle.
  private struct Connected {
    weak var informers: Informers?
    weak var reconciler: ObservabilityReconciler?
  }

  private let connected = Mutex(Connected())
  private let queue: WorkQueue<String>
  private let logger: Logger
  private let transitions = Mutex(WatchTransitionLog())

  init(queue: WorkQueue<String>, logger: Logger) {
    self.queue = queue
    self.logger = logger
  }

  /// Connects the watches and the reconciler, which are created after the router.
  func connect(_ informers: Informers, _ reconciler: ObservabilityReconciler) {
    connected.withLock { $0 = Connected(informers: informers, reconciler: reconciler) }
  }

  private var informers: Informers? { connected.withLock { $0.informers } }
  private var reconciler: ObservabilityReconciler? { connected.withLock { $0.reconciler } }

  func changed(_ target: WatchTarget, _ change: StoreChange) {
    if reconciler?.observed(target, change) == true { return }
    let priority: WorkPriority = change.isInitial ? .low : .normal
    switch target.type {
    case .observabilities:
      rereadChildren(of: change)
      warmUp(change)
      guard Self.calling.callsForWork(change) else { return }
      queue.add(change.key.name, priority: priority)
      guard ChangePredicate.specification.callsForWork(change) else { return }
      // Another object's nodes may have become free, or taken.
      reconciler?.survey.touch()
      addAll(priority: .low)
      // After the last object no reconcile remains that would remove its labels.
      if change.new == nil { reconciler?.labeller.look() }
    case .nodes:
      nodeChanged(change, priority)
    case .namespaces, .services, .secrets:
      // When the first list is complete, all objects are looked at anyway.
      if !change.isInitial { addAll(priority: priority) }
    case .pods where !AgentPod.news.callsForWork(change): break
    default:
      for object in [change.old, change.new] {
        if let name = object?.labels[Watches.objectLabel] { queue.add(name, priority: priority) }
      }
    }
  }

  /// The operator's own label is a matter of the labeller alone: what the objects have to do does not follow from it.
  private func nodeChanged(_ change: StoreChange, _ priority: WorkPriority) {
    let reconciler = reconciler
    let isOnlyOurs =
      if let old = change.old, let new = change.new { NodeView.differOnlyInOurLabel(old, new) } else { false }
    if !isOnlyOurs { reconciler?.survey.touch() }
    reconciler?.labeller.observed(change)
    // When the first list is complete, all objects are looked at anyway.
    if !isOnlyOurs, !change.isInitial { addAll(priority: priority) }
  }

  /// The UID of the `Observability` of that name, if one is known.
  func uid(of object: String) -> String? {
    informers?.store(Watches.objects)?.get(ObjectKey(name: object))?.uid
  }

  /// What was there before its object became known was taken for a stranger's, and kept as metadata only.
  private func rereadChildren(of change: StoreChange) {
    guard let informers, let uid = change.new?.uid, uid != change.old?.uid else { return }
    let name = change.key.name
    for target in informers.states.keys
    where target.labelSelector == Watches.objectLabel && ResourceType.childTypes.contains(target.type) {
      let isKeptInPart = informers.store(target)?.all().contains { ChildContent.isReduced($0, of: name) } ?? false
      if isKeptInPart { informers.reread(target) }
    }
  }

  /// Lets a replica that does not lead watch what it will need once it does.
  private func warmUp(_ change: StoreChange) {
    guard let informers = informers, let reconciler = reconciler,
      !reconciler.knows(change.key.name)
    else { return }
    informers.setTargets(change.new.flatMap(reconciler.targets) ?? [], for: change.key.name)
  }

  func stateChanged(_ target: WatchTarget, _ state: InformerState) {
    let all = informers?.states ?? [:]
    report(target, state, all)
    if target.type == .namespaces {
      // What waited for the namespace to be known.
      for (other, state) in all where other.namespace.map({ .named(.namespaces, ObjectKey(name: $0)) }) == target {
        report(other, state, all)
      }
    }
    if state.isSynced, [Watches.objects, Watches.nodes].contains(target) {
      // With no object left there is no pass that would take off the labels.
      reconciler?.labeller.look()
    }
    addAll(priority: .low)
  }

  /// Logs the state of a watch. Without its namespace a watch fails for that alone, and the object says so.
  private func report(_ target: WatchTarget, _ state: InformerState, _ all: WatchTransitionLog.States) {
    if case .failing(let error, _) = state, error.isForbidden, let namespace = target.namespace,
      let store = informers?.store(.named(.namespaces, ObjectKey(name: namespace))),
      store.get(ObjectKey(name: namespace))?.isBeingDeleted != false
    {
      return
    }
    for line in transitions.withLock({ $0.record(target, state, all: all) }) {
      logger.log(level: line.level, "\(line.message)", metadata: line.metadata)
    }
  }

  func addAll(priority: WorkPriority) {
    guard let store = informers?.store(Watches.objects) else { return }
    for object in store.all() { queue.add(object.name, priority: priority) }
  }
}
