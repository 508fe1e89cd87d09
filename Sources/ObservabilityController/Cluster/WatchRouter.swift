// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesClient
import KubernetesCore
import Logging
import NodeEligibility
import ObservabilityAPI
import Synchronization

/// Turns watch events into work and log lines.
final class WatchRouter: Sendable {
  /// Metadata alone calls for no work; a status that another writer changed is repaired.
  private static let calling = ChangePredicate.specification.or(.status)

  /// Weak references: strong ones would form a retain cycle.
  private struct Connected {
    weak var informers: Informers?
    weak var reconciler: ObservabilityReconciler?
    weak var nodes: NodeEligibilityController?
  }

  private let connected = Mutex(Connected())
  private let queue: WorkQueue<String>
  private let types: PartTypes
  private let logger: Logger
  private let transitions = Mutex(WatchTransitionLog())

  init(queue: WorkQueue<String>, types: PartTypes, logger: Logger) {
    self.queue = queue
    self.types = types
    self.logger = logger
  }

  /// Connects the watches, the reconciler and the controller of node labels, which are created after the router.
  func connect(_ informers: Informers, _ reconciler: ObservabilityReconciler, _ nodes: NodeEligibilityController) {
    connected.withLock { $0 = Connected(informers: informers, reconciler: reconciler, nodes: nodes) }
  }

  private var informers: Informers? { connected.withLock { $0.informers } }
  private var reconciler: ObservabilityReconciler? { connected.withLock { $0.reconciler } }
  private var nodes: NodeEligibilityController? { connected.withLock { $0.nodes } }

  func changed(_ target: WatchTarget, _ change: StoreChange) {
    let isOwnWrite = reconciler?.observed(target, change) == true
    // What an object that is stalled does not publish, the next one does.
    if target.type == .observabilities, Self.stalls(change) { addAll(priority: .low) }
    if isOwnWrite { return }
    let priority: WorkPriority = change.isInitial ? .low : .normal
    switch target.type {
    case .observabilities:
      rereadChildren(of: change)
      warmUp(change)
      guard Self.calling.callsForWork(change) else { return }
      queue.add(change.key.name, priority: priority)
      guard ChangePredicate.specification.callsForWork(change) else { return }
      // Another object's nodes may have become free, or taken.
      nodes?.objectsChanged()
      addAll(priority: .low)
      // After the last object no reconcile remains that would remove its labels.
      if change.new == nil { nodes?.relabel() }
    case .nodes:
      // When the first list is complete, all objects are looked at anyway.
      if nodes?.nodeChanged(change) == true, !change.isInitial { addAll(priority: priority) }
    // What no child is, such as a Service or a Secret of the user: any object may be waiting for it.
    case _ where target.labelSelector == nil:
      // When the first list is complete, all objects are looked at anyway.
      if !change.isInitial { addAll(priority: priority) }
    case let type where types.watched(type)?.news.callsForWork(change) == false: break
    default:
      let label = types.watched(target.type)?.ownerLabel ?? Watches.objectLabel
      for object in [change.old, change.new] {
        if let name = object?.labels[label] { queue.add(name, priority: priority) }
      }
    }
  }

  /// Whether an object has begun or ceased to be stalled.
  private static func stalls(_ change: StoreChange) -> Bool {
    guard let old = change.old, let new = change.new else { return false }
    func isStalled(_ object: KubernetesObject) -> Bool {
      ConditionSet(object[path: "status", "conditions"]).isTrue(ConditionType.stalled.rawValue)
    }
    return isStalled(old) != isStalled(new)
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
    where target.labelSelector == Watches.objectLabel && types.children.contains(where: { $0.type == target.type }) {
      let isKeptInPart =
        informers.store(target)?.all().contains { ChildContent.isReduced($0, of: name, types: types) } ?? false
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
      nodes?.relabel()
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
