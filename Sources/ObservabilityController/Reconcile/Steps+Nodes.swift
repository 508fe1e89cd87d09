// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import JSON
import KubernetesClient
import KubernetesCore
import Logging
import ObservabilityAPI
import Rendering

/// Which nodes get an agent: verdicts, who serves which node, labels.
extension ObservabilityReconciler {
  /// Takes in what the agents' pods tell of their nodes, and drops what no longer holds.
  func judgeNodes(_ pass: inout Pass) {
    guard let observability = pass.observability else { return }
    let spec = observability.spec
    guard var memory = verdicts(of: pass.object, in: spec.namespace, &pass) else { return }
    let pool = NodePool(spec.nodeAgent)
    let nodes = informers.store(Watches.nodes)
    func node(_ name: String) -> NodeView? {
      nodes?.get(ObjectKey(name: name)).map(NodeView.init).flatMap { pool.reaches($0) ? $0 : nil }
    }
    let now = environment.timestamp()
    let image = agentImage(observability)
    memory.ledger.review(image: image, now: now, node: node)
    for evidence in NodeEvidence.all(in: agentPods(of: observability)) {
      guard let node = node(evidence.node), node.override == nil || node.override?.isUnknown == true else { continue }
      if !memory.ledger.take(evidence, system: node.system, image: image ?? "", now: now), !memory.isToldFull {
        memory.isToldFull = true
        logger.warning(
          "no more verdicts about nodes are kept",
          metadata: ["object": "\(observability.name)", "node": "\(node.name)"])
      }
    }
    if let next = memory.ledger.next(at: now) {
      pass.nextLooks.append(.seconds(max(1, next.secondsSinceEpoch - now.secondsSinceEpoch)))
    }
    let findings = memory.findings(at: now)
    let result = memory
    remember(observability.name) { $0.verdicts = result }
    survey.publish(findings, of: pass.object)
    pass.pool = NodePool(spec.nodeAgent, verdicts: findings.verdicts)
  }

  /// The verdicts as this process has them, or as an earlier one wrote them down; nil while that cannot be read.
  private func verdicts(of object: KubernetesObject, in namespace: String, _ pass: inout Pass) -> VerdictMemory? {
    for target in [Watches.nodes, Watches.agentPods(in: namespace)] {
      if case .pending = informers.collection(target) {
        pass.isPending = true
        return nil
      }
    }
    // As long as nodes cannot be read, none of them is gone.
    guard informers.store(Watches.nodes)?.isSynced == true else { return nil }
    if let known = memory(of: object.name).verdicts { return known }
    let target = Watches.children(.configMaps, in: namespace)
    switch informers.collection(target) {
    case .pending:
      pass.isPending = true
      return nil
    case .failing(let error):
      pass.conditions.blocked =
        pass.conditions.blocked
        ?? Finding(.notPermitted, Self.unreadable(target.type, namespace: namespace, error))
      return nil
    case .known(let store):
      let record = store.get(ObjectKey(namespace: namespace, name: NodeVerdicts.name(object.name)))
      // That of a predecessor of the same name is being deleted.
      let isOurs = record?.isOwned(by: object.uid) == true
      return VerdictMemory(restoring: VerdictRecord.ledger(isOurs ? record?["data"] : nil))
    }
  }

  /// The pods that the object's DaemonSet has made.
  private func agentPods(of observability: Observability) -> [AgentPod] {
    guard let daemonSet = liveDaemonSet(of: observability), let uid = daemonSet.uid,
      let store = informers.store(Watches.agentPods(in: observability.spec.namespace))
    else { return [] }
    return store.all().map(AgentPod.init).filter { $0.owner == uid }
  }

  /// The image of the agent that is rolled out; nil if there is none.
  private func agentImage(_ observability: Observability) -> String? {
    let containers = liveDaemonSet(of: observability)?[path: "spec", "template", "spec", "containers"]?.array
    return containers?.first { $0["name"]?.string == AgentPod.agentName }?["image"]?.string
  }

  private func liveDaemonSet(of observability: Observability) -> KubernetesObject? {
    let namespace = observability.spec.namespace
    return informers.store(Watches.children(.daemonSets, in: namespace))?
      .get(ObjectKey(namespace: namespace, name: "\(observability.name)-node-agent"))
  }

  /// Finds out whether nodes that this object asks for belong to an older one, and lets nodes be labelled.
  func assignNodes(_ pass: inout Pass) {
    guard let observability = pass.observability else { return }
    if case .failing(let error) = informers.collection(Watches.nodes) {
      pass.conditions.blocked =
        pass.conditions.blocked ?? Finding(.notPermitted, "Nodes cannot be read: \(error).")
      return
    }
    guard let survey = survey.result(informers) else {
      pass.isPending = true
      return
    }
    pass.nodes = survey.nodes
    labeller.look()
    guard let overlap = survey.assignment.overlaps[observability.name] else { return }
    pass.conditions.stalled = Finding(.nodesAlreadyObserved, overlap.message)
  }

  /// Writes the verdicts down, and only then lets the nodes be labelled that they are about.
  func recordVerdicts(_ pass: inout Pass) async {
    guard let observability = pass.observability, pass.hasNamespace, let memory = memory(of: pass.object.name).verdicts
    else { return }
    let (ledger, wait) = memory.due(now: environment.now())
    if let wait { pass.nextLooks.append(wait) }
    if !ledger.entries.isEmpty {
      let facts = PlatformFacts(
        metrics: .init(writeURL: nil), credentialsHash: nil, caHash: nil, operatorImage: settings.image,
        operatorVersion: settings.version)
      let child = NodeVerdicts.child(of: observability, data: VerdictRecord.data(ledger), facts: facts)
      guard isReadable([child], &pass), await apply(child, &pass), pass.applied.last?.id == AppliedChildRecord.id(child)
      else {
        pass.everyChildApplied = false
        return
      }
    }
    let (now, time) = (environment.now(), environment.timestamp())
    let findings = remember(observability.name) { memory in
      memory.verdicts?.record(ledger, now: now)
      return memory.verdicts?.findings(at: time)
    }
    if let findings { survey.publish(findings, of: pass.object) }
    labeller.look()
  }

  /// Says which nodes of the object cannot be labelled: pods are tried on them again and again.
  func findLabelFailures(_ pass: inout Pass) {
    guard let observability = pass.observability, pass.conditions.blocked == nil else { return }
    let failures = labeller.failures
    guard !failures.isEmpty, let served = survey.result(informers)?.assignment.servedBy else { return }
    let ours = failures.filter { served[$0.node] == observability.name }
    guard let first = ours.first else { return }
    if proof.outcome == .missing {
      pass.conditions.blocked = Finding(.nodePolicyMissing, "\(NodePolicyProof.warning).")
      return
    }
    let others = ours.count == 1 ? "" : " and \(ours.count - 1) more"
    let isRefused = first.error.isForbidden || first.error.isInvalid
    let remedy =
      isRefused
      ? " Apply config/rbac of this release, and see what else guards nodes."
      : " It is tried again; see which webhooks guard nodes, and whether they answer."
    pass.conditions.blocked = Finding(
      isRefused ? .notPermitted : .applyFailed,
      "The label \(NodeLabel.label) of Node \(first.node)\(others) cannot be changed: \(first.error).\(remedy)")
  }
}
