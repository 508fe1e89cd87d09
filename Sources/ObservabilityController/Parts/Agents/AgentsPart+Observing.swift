// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesClient
import KubernetesCore
import Logging
import NodeEligibility
import ObservabilityAPI
import Rendering

extension AgentsPart {
  /// What is remembered of the agents of one object.
  struct Memory: PartMemory {
    var episodes = AgentEpisodes()
    private var hasSeenAgents = false
    var missingPods = MissingPodsTimer()
    /// What was last noted of agents that run.
    var notes: [AgentWarning] = []
    var rollout = RolloutLog()

    /// Whether this process looks at the agents for the first time. As long as their DaemonSet has not been read, it sees
    /// none of them, and what it sees then is no news.
    mutating func isFirstSight(of daemonSet: KubernetesObject?) -> Bool {
      guard daemonSet != nil else { return false }
      defer { hasSeenAgents = true }
      return !hasSeenAgents
    }
  }

  func observe(_ observation: Observation<Inputs>, _ memory: inout Memory) -> PartReport {
    let (subject, inputs) = (observation.subject, observation.inputs)
    let judgement = inputs?.judgement
    var report = PartReport()
    report.nextLooks = [judgement?.nextLook].compactMap(\.self)
    record(inputs, observation)
    report.obstacle =
      labelTrouble(subject)
      ?? inputs?.podsFailure.map {
        Finding(
          .notPermitted, ObservabilityReconciler.unreadable(.pods, namespace: subject.spec.namespace, $0))
      }
    let daemonSet = observation.children.object(.daemonSets)
    let pods = inputs?.pods ?? []
    var agents = AgentsObservation(
      pool: judgement?.pool ?? NodePool(subject.spec.nodeAgent), nodes: judgement?.nodes ?? [], daemonSet: daemonSet,
      pods: pods, now: observation.view.timestamp)
    tell(&agents, pods, observation, &memory, &report)
    tell(agents, of: judgement, subject, &report)
    report.status = fragment(agents, subject)
    report.movement = agents.snapshot.hashValue
    report.summary = ["agents": "\(agents.ready)/\(agents.eligible)"]
    report.progress = memory.rollout.record(agents, child: observation.children.name(.daemonSets))
    let obstacle = observation.obstacle ?? report.obstacle
    if daemonSet == nil, let obstacle = obstacle ?? observation.upstream {
      report.state = .progressing(
        Finding(.notCreated, "The DaemonSet does not exist yet. \(obstacle.message)"))
      return report
    }
    state(agents, obstacle, observation, &memory, &report)
    return report
  }

  /// The condition, and warnings about agents that run.
  private func state(
    _ agents: AgentsObservation, _ obstacle: Finding?, _ observation: Observation<Inputs>, _ memory: inout Memory,
    _ report: inout PartReport
  ) {
    let (subject, view) = (observation.subject, observation.view)
    let before = subject.condition(Self.condition)
    let (isLong, nextLook) = memory.missingPods.update(
      isLacking: agents.lacking > 0, wasLong: before?.reason == ConditionReason.podsNotCreated.name, now: view.now)
    report.nextLooks += [nextLook, agents.nextLook.map { .seconds($0) }].compactMap(\.self)
    let security = PodSecurity(view.namespace(subject.spec.namespace))
    let notes = AgentWarning.notes(
      for: subject.spec, agents: agents, podSecurity: security,
      isNodePolicyMissing: nodes.policyOutcome == .missing && obstacle?.reason != .nodePolicyMissing)
    let odd = observation.inputs?.judgement.flatMap { OddNode.summary($0.odd) }
    report.state = agents.state(podSecurity: security, lacksForLong: isLong).adding(
      notes.map(\.text) + [odd].compactMap(\.self))
    let told = before?.message ?? ""
    for note in notes where !memory.notes.contains(note) && !told.contains(note.text) {
      report.lines.append(
        LogLine(.warning, "agents need attention", ["reason": "\(note.reason)", "cause": "\(note.text)"]))
      report.events.append(ObjectEvent(.warning, note.reason, action: "Observe", note: note.text))
    }
    memory.notes = notes
  }

  /// Lets the nodes be labelled whose verdicts have been written down.
  private func record(_ inputs: Inputs?, _ observation: Observation<Inputs>) {
    guard let record = inputs?.record, observation.subject.hasNamespace else { return }
    let key = ObjectKey(
      namespace: observation.subject.spec.namespace, name: NodeVerdicts.name(observation.subject.name))
    guard record.verdicts.data == nil || observation.children.isApplied(ChildID(type: .configMaps, key: key)) else {
      return
    }
    nodes.recorded(record.verdicts, of: observation.subject.object)
  }

  /// Says which nodes of the object cannot be labelled: pods are tried on them again and again.
  private func labelTrouble(_ subject: Subject) -> Finding? {
    guard let trouble = nodes.labelTrouble(of: subject.name) else { return nil }
    if trouble.isPolicyMissing { return Finding(.nodePolicyMissing, "\(NodePolicy.warning).") }
    let others = trouble.others == 0 ? "" : " and \(trouble.others) more"
    let isRefused = trouble.error.isForbidden || trouble.error.isInvalid
    let remedy =
      isRefused
      ? " Apply config/rbac of this release, and see what else guards nodes."
      : " It is tried again; see which webhooks guard nodes, and whether they answer."
    return Finding(
      isRefused ? .notPermitted : .applyFailed,
      "The label \(NodeLabel.label) of Node \(trouble.node)\(others) cannot be changed: \(trouble.error).\(remedy)")
  }

  /// Reports each agent that began to fail, once, and keeps its wording until it recovers.
  private func tell(
    _ agents: inout AgentsObservation, _ pods: [AgentPod], _ observation: Observation<Inputs>,
    _ memory: inout Memory, _ report: inout PartReport
  ) {
    let isFirst = memory.isFirstSight(of: agents.daemonSet)
    guard !agents.failures.isEmpty || !memory.episodes.isEmpty else { return }
    let ready = Set(pods.lazy.filter(\.isReady).map(\.node))
    let nodes = Set((observation.inputs?.judgement?.nodes ?? []).map(\.name))
    let (failures, news) = memory.episodes.update(agents.failures) { ready.contains($0) || !nodes.contains($0) }
    agents.failures = failures
    report.lines += news.map(RolloutLog.line)
    // If the status says that agents fail, an earlier process has sent the Events of those that fail at first sight.
    let wereReported = observation.subject.condition(Self.condition)?.reason == ConditionReason.podsFailing.name
    if isFirst, wereReported { return }
    report.events += news.map { ObjectEvent(.warning, "AgentPodFailing", action: "Observe", note: $0.note) }
  }

  /// Reports what is new about nodes.
  private func tell(
    _ agents: AgentsObservation, of judgement: NodeJudgement?, _ subject: Subject, _ report: inout PartReport
  ) {
    guard let judgement else { return }
    let news = nodes.events(of: subject.object, ineligible: agents.ineligible, odd: judgement.odd)
    report.preface += news.lines
    report.events += news.events.map {
      ObjectEvent($0.isWarning ? .warning : .normal, "NodeIneligible", action: "Skip", note: $0.note)
    }
  }

  private func fragment(_ agents: AgentsObservation, _ subject: Subject) -> StatusFragment {
    StatusFragment(
      agents: .init(
        eligible: agents.eligible, ineligible: agents.ineligible.count, updated: agents.updated, ready: agents.ready),
      // The list is sorted, and only its beginning is shown.
      ineligibleNodes: agents.ineligible.enumerated().map { position, node in
        .init(
          name: node.name, kernel: node.kernel, reason: node.why.reason.name,
          message: position < ObservabilityStatus.nodeLimit ? node.why.message : "")
      },
      capabilities: Renderer.capabilities(for: subject.spec).map { .init(name: $0.name, purpose: $0.for) })
  }
}
