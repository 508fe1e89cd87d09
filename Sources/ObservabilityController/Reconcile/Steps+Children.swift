// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import JSON
import KubernetesClient
import KubernetesCore
import Logging
import ObservabilityAPI
import Rendering

extension ObservabilityReconciler {
  /// Renders the children and applies those that differ from what is there.
  func applyChildren(_ pass: inout Pass) async {
    guard let observability = pass.observability, pass.conditions.blocked == nil, let facts = facts(pass) else {
      return
    }
    let children = Renderer.children(of: observability, facts: facts)
    guard isReadable(children, &pass) else { return }
    pass.everyChildApplied = true
    for child in children {
      guard await apply(child, &pass) else { return }
    }
  }

  /// Applies one child if it differs from what is there; false if the pass is over.
  func apply(_ child: Child, _ pass: inout Pass) async -> Bool {
    let type = child.type
    let id = AppliedChildRecord.id(child)
    let store = informers.store(Watches.children(type, in: child.namespace))
    let entry = pass.inventory.first { $0.id == id }
    let desired = child.manifest
    var live = store?.get(id.key)
    var plan = applier.plan(type: type, desired: desired, live: live, appliedHash: entry?.hash)
    // What was written before may have come back by watch between the look at the store and the one at what is awaited;
    // then the store has it by now.
    if plan.isWrite {
      live = store?.get(id.key)
      plan = applier.plan(type: type, desired: desired, live: live, appliedHash: entry?.hash)
    }
    do {
      if plan.isWrite {
        if type == .daemonSets, live == nil, labeller.isBusy {
          waitForLabels(child, &pass)
          return true
        }
        if !pass.isConfirmed { pass.isConfirmed = try await isAsKnown(&pass) }
        guard pass.isConfirmed else { return false }
      }
      let result = try await applier.apply(plan)
      pass.inventory.removeAll { $0.id == id }
      pass.inventory.append(result.inventoryEntry)
      pass.inventory.sort()
      let inventory = pass.inventory
      let wasReplaced = remember(pass.object.name) { memory in
        memory.inventory = inventory
        return result.change == .created && memory.replaced.remove(id) != nil
      }
      let record = AppliedChildRecord(
        child: child, change: result.change,
        before: wasReplaced ? nil : entry.map { $0.uid == result.uid ? .hidden : .deleted },
        alteration: result.alteration, object: result.uid == nil ? nil : result.object)
      hold(record, &pass)
      pass.applied.append(record)
      reportDrift(record, object: pass.object)
    } catch {
      pass.everyChildApplied = false
      refused(child, error, &pass)
    }
    return true
  }

  /// A DaemonSet is made only after the nodes are labelled that are known not to carry the agent, as far as they can be:
  /// on thousands of them pods would be started and taken away again.
  private func waitForLabels(_ child: Child, _ pass: inout Pass) {
    pass.everyChildApplied = false
    pass.conditions.blocked =
      pass.conditions.blocked
      ?? Finding(
        .progressing, "Nodes that cannot carry the agent are being labelled; \(child.kind) \(child.name) is made then.")
  }

  /// Whether the object is still the one that this pass is about, asked of the API server before anything is written or
  /// deleted for it: the watch that told of it may lag, as that of a replica that takes over may. A child that is gone may
  /// be gone because the object is, and then nothing must bring it back; a child of a successor must not be given an owner
  /// that was deleted; and what a later generation wants must not be deleted.
  ///
  /// If it is not, the pass is over: the watch tells of the difference in a moment, and if not, the next look does.
  func isAsKnown(_ pass: inout Pass) async throws(KubernetesError) -> Bool {
    let known = pass.object
    do throws(KubernetesError) {
      let now = try await api.get(.observabilities, known.key)
      // A server restored from a backup counts its generations again.
      if now.uid == known.uid, now.generation == known.generation, now["spec"] == known["spec"], !now.isBeingDeleted {
        return true
      }
    } catch {
      guard error.isNotFound else { throw error }
    }
    statusWriter.forget(.observabilities, known.key)
    pass.isPending = true
    pass.isOutdated = true
    return false
  }

  /// What rendering must know; nil while it is not known.
  private func facts(_ pass: Pass) -> PlatformFacts? {
    let backend: MetricsBackend? = if case .resolved(let backend) = pass.resolution { backend } else { nil }
    let isScrape = pass.observability?.spec.metrics.delivery == .scrape
    // Both URLs have been read before: by the decoder, or when they were made of the names of Services.
    let writeURL = backend?.writeURL.flatMap { try? HTTPURL($0) }
    guard isScrape || writeURL != nil else { return nil }
    return PlatformFacts(
      metrics: .init(
        writeURL: writeURL, readURL: backend?.readURL.flatMap { try? HTTPURL($0) }, destination: backend?.destination),
      credentialsHash: backend?.credentialsHash, caHash: backend?.certificateAuthoritiesHash,
      operatorImage: settings.image, operatorVersion: settings.version, clusterDomain: settings.clusterDomain)
  }

  /// Whether every type that is to be applied has been read, so that it is known what is there.
  func isReadable(_ children: [Child], _ pass: inout Pass) -> Bool {
    for child in children {
      let target = Watches.children(child.type, in: child.namespace)
      switch informers.collection(target) {
      case .known: continue
      case .pending: pass.isPending = true
      case .failing(let error):
        pass.conditions.blocked =
          error.isNotFound
          ? Finding(
            .kindNotServed,
            "The cluster does not serve \(target.type). Install the VictoriaMetrics operator, or set "
              + "spec.metrics.delivery to Push.")
          : Finding(.notPermitted, Self.unreadable(target.type, namespace: child.namespace, error))
      }
      return false
    }
    return true
  }

  static func unreadable(_ type: ResourceType, namespace: String?, _ error: KubernetesError) -> String {
    let place = namespace.map { " in namespace \($0)" } ?? ""
    return "\(type)\(place) cannot be read: \(error)." + (error.isForbidden ? binding(in: namespace) : "")
  }

  private static func binding(in namespace: String?) -> String {
    " Bind ClusterRole \(RoleManifests.operatorName)-children" + (namespace.map { " in namespace \($0)." } ?? ".")
  }

  /// A child that could not be applied: refused for good, or to be tried again.
  private func refused(_ child: Child, _ error: KubernetesError, _ pass: inout Pass) {
    let name = "\(child.kind) \(child.key)"
    if !error.immutableFields.isEmpty {
      pass.conditions.stalled = Finding(
        .immutableFieldChanged,
        "\(name) must change in \(error.immutableFields.joined(separator: ", ")), which are immutable: "
          + "\(error). Delete \(name) if nothing else needs it; it is recreated then.")
      return
    }
    if error.isInvalid {
      pass.conditions.stalled = Finding(.childRefused, "The API server refuses \(name): \(error). Correct the object.")
      return
    }
    pass.failure = pass.failure ?? error
    let remedy = error.isForbidden ? Self.binding(in: child.namespace) : ""
    pass.conditions.blocked =
      pass.conditions.blocked
      ?? Finding(error.isForbidden ? .notPermitted : .applyFailed, "\(name) cannot be applied: \(error).\(remedy)")
  }

  /// Notes what keeps a child from being as rendered although the API server refused nothing.
  private func hold(_ record: AppliedChildRecord, _ pass: inout Pass) {
    let name = "\(record.child.kind) \(record.id.key)"
    switch record.change {
    case .beingDeleted:
      pass.everyChildApplied = false
      pass.conditions.blocked =
        pass.conditions.blocked
        ?? Finding(
          .progressing,
          "\(name) is being deleted. It is recreated once it is gone; if that takes long, check its finalizers.")
    case .replacing(let fields):
      pass.everyChildApplied = false
      pass.conditions.blocked =
        pass.conditions.blocked
        ?? Finding(
          .progressing,
          "\(name) has to change in \(fields.joined(separator: ", ")), which are immutable; it is deleted and recreated."
        )
    case .contested:
      pass.everyChildApplied = false
      fallthrough
    default:
      if let alteration = record.alteration {
        pass.everyChildApplied = false
        pass.conditions.blocked =
          pass.conditions.blocked ?? Finding(.applyFailed, Self.altered(name, alteration))
        return
      }
      guard applier.remainingBackoff(of: record.id) != nil else { return }
      let changers = applier.changers(of: record.id).joined(separator: ", ")
      pass.conditions.blocked =
        pass.conditions.blocked
        ?? Finding(
          .applyFailed,
          "\(name) is changed again\(changers.isEmpty ? "" : " by \(changers)") each time it is repaired, and so is repaired ever more "
            + "rarely. Find what changes it in the Events with reason ChildRepaired, and stop it.")
    }
  }

  /// What to say of a child that the API server alters at each write.
  private static func altered(_ name: String, _ alteration: Alteration) -> String {
    "\(name) is stored with other values in \(alteration.fields.joined(separator: ", ")) than were applied: a mutating "
      + "admission policy or webhook changes them at each write, or a feature of the API server is off. Exempt \(name) "
      + "there, or set the object to what it demands; it is tried again every 5 minutes."
  }

  /// Reports each repair of another writer's change once, and each replacement of a child.
  private func reportDrift(_ record: AppliedChildRecord, object: KubernetesObject) {
    if let alteration = record.alteration, alteration.isNew {
      events.record(
        regarding: object, type: .warning, reason: "ChildAltered", action: "Apply",
        note: Self.altered(record.name, alteration))
    }
    switch record.change {
    case .created:
      guard let before = record.before else { return }
      report(
        "ChildRepaired", "\(record.name) \(before == .deleted ? "was deleted" : "had lost its labels"); repaired.")
    case .repaired(let fields, let managers):
      reportRival(record, fields, managers, object: object)
      let who = managers.isEmpty ? "" : " by \(managers.joined(separator: ", "))"
      report("ChildRepaired", "\(record.name) was changed in \(fields.joined(separator: ", "))\(who); repaired.")
    case .replacing(let fields):
      _ = remember(object.name) { $0.replaced.insert(record.id).inserted }
      report("ChildReplaced", "\(record.name) cannot be changed in \(fields.joined(separator: ", ")); recreated.")
    case .unchanged, .updated, .contested, .beingDeleted: break
    }

    func report(_ reason: String, _ note: String) {
      events.record(
        regarding: object, type: .warning, reason: reason,
        action: reason == "ChildRepaired" ? "Repair" : "Replace", note: note)
    }
  }

  /// A second operator applies under the same field manager, perhaps with a Lease in another namespace, which cannot be
  /// seen from here. What can be seen is a value that was applied in our name and is not ours.
  private func reportRival(
    _ record: AppliedChildRecord, _ fields: [String], _ managers: [String], object: KubernetesObject
  ) {
    guard managers.contains(ChildApplier.otherProcess(as: applier.fieldManager)),
      remember(
        object.name,
        { memory in
          defer { memory.hasReportedRival = true }
          return !memory.hasReportedRival
        })
    else { return }
    logger.warning(
      "another operator applies the same children",
      metadata: [
        "object": "\(object.name)", "child": "\(record.name)", "manager": "\(applier.fieldManager)",
        "fields": "\(fields.joined(separator: ","))",
        "remedy": "run one release in a cluster: kubectl get deployments -A lists those of observability-operator",
      ])
  }

  /// Deletes what earlier generations rendered and this one does not; only after every apply went through.
  func prune(_ pass: inout Pass) async {
    guard let observability = pass.observability, pass.everyChildApplied, !pass.isStalled else { return }
    let wanted = Set(pass.applied.map(\.id))
    var live: [KubernetesObject] = []
    for target in Watches.needed(
      for: observability.spec, inventory: pass.inventory, domain: settings.clusterDomain)
    where ResourceType.childTypes.contains(target.type) {
      guard let store = informers.store(target), store.isSynced else { continue }
      live += store.owned(by: observability.uid)
    }
    let plan = PrunePlan(
      inventory: pass.inventory, live: live, ownerUID: observability.uid, desired: wanted)
    guard !plan.deletions.isEmpty else { return }
    do {
      guard try await isAsKnown(&pass) else { return }
    } catch {
      pass.failure = pass.failure ?? error
      return
    }
    for item in plan.deletions {
      guard let type = ResourceType.childTypes.first(where: { $0.group == item.group && $0.kind == item.kind }) else {
        continue
      }
      do {
        let result = try await pruner.delete(
          item, type: type, ownerUID: observability.uid, live: live.first { ChildID($0) == item.id })
        pass.inventory.removeAll { $0.id == item.id }
        reportPruned(item, result, object: observability.name)
      } catch {
        pass.failure = pass.failure ?? error
        pass.conditions.blocked =
          pass.conditions.blocked
          ?? Finding(
            error.isForbidden ? .notPermitted : .applyFailed,
            "\(item), which is no longer wanted, cannot be deleted: \(error).")
      }
    }
    let inventory = pass.inventory
    remember(observability.name) { $0.inventory = inventory }
  }

  private func reportPruned(_ item: InventoryEntry, _ result: Pruner.Result, object: String) {
    let metadata: Logger.Metadata = ["object": "\(object)", "child": "\(item)"]
    switch result {
    case .deleted: logger.info("child pruned", metadata: metadata)
    case .gone: break
    // Somebody took the owner reference off, or wrote into the inventory what was never made here.
    case .notOurs: logger.warning("child left alone, it does not name the object as its owner", metadata: metadata)
    }
  }
}
