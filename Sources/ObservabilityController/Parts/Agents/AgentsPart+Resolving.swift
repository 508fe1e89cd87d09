// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import JSON
import KubernetesClient
import KubernetesCore
import NodeEligibility
import ObservabilityAPI
import Rendering

extension AgentsPart {
  func resolve(_ subject: Subject, _ view: ClusterView, _ upstream: Upstream) -> Resolution<Inputs> {
    let namespace = subject.spec.namespace
    var inputs: Inputs
    switch view.collection(Self.pods(in: namespace)) {
    case .pending: return .pending
    case .known(let store): inputs = Inputs(pods: store.all().map { AgentPod($0) })
    case .failing(let error): inputs = Inputs(pods: [], podsFailure: error)
    }
    let (record, unreadable) = stored(subject, view)
    let daemonSet = view.child(.daemonSets, ObjectKey(namespace: namespace, name: AgentShape.name(of: subject.name)))
    switch nodes.judge(
      subject.object, agent: subject.spec.nodeAgent, runs: runs(inputs.pods, of: daemonSet),
      image: Self.image(daemonSet), record: record)
    {
    case .pending: return .pending
    case .unreadable(let error):
      return .partial(inputs, Finding(.notPermitted, "Nodes cannot be read: \(error)."))
    case .judged(let judgement):
      if let overlap = judgement.overlap { return .stalled(Finding(.nodesAlreadyObserved, overlap.message)) }
      inputs.judgement = judgement
    }
    if let unreadable { return .partial(inputs, unreadable) }
    return resolve(inputs, daemonSet, subject, view, upstream)
  }

  /// What is rendered once nodes have been judged.
  private func resolve(
    _ inputs: Inputs, _ daemonSet: KubernetesObject?, _ subject: Subject, _ view: ClusterView,
    _ upstream: Upstream
  ) -> Resolution<Inputs> {
    var inputs = inputs
    let backend = upstream[MetricsPart.self]
    inputs.record = inputs.judgement?.record.map {
      ConfigMapRecord(verdicts: $0, facts: facts(nil, view))
    }
    let isScrape = subject.spec.metrics.delivery == .scrape
    guard isScrape || backend?.writeURL != nil else { return .partial(inputs, nil) }
    var platform = facts(backend, view)
    if subject.spec.sendsProfiles {
      // Their key is in a Secret that is made up first.
      guard let hash = upstream[CorootPart.self]?.keysHash else { return .partial(inputs, nil) }
      platform.corootKeyHash = hash
    }
    inputs.facts = platform
    // On thousands of nodes that cannot carry them, pods would be started and taken away again.
    guard daemonSet == nil, nodes.isBusy else { return .ready(inputs) }
    inputs.waitsForLabels = true
    return .partial(
      inputs,
      Finding(
        .progressing,
        "Nodes that cannot carry the agent are being labelled; DaemonSet \(AgentShape.name(of: subject.name)) is made "
          + "then."))
  }

  private func facts(_ backend: MetricsBackend?, _ view: ClusterView) -> PlatformFacts {
    var facts = view.facts
    // Both URLs have been read before: by the decoder, or when they were made of the names of Services.
    facts.metrics = .init(
      writeURL: backend?.writeURL.flatMap { try? HTTPURL($0) },
      readURL: backend?.readURL.flatMap { try? HTTPURL($0) }, destination: backend?.destination)
    facts.credentialsHash = backend?.credentialsHash
    facts.caHash = backend?.certificateAuthoritiesHash
    return facts
  }

  /// What an earlier process wrote down of nodes, unless this one remembers; and why that cannot be read.
  private func stored(_ subject: Subject, _ view: ClusterView) -> (StoredVerdicts, Finding?) {
    guard nodes.needsRecord(of: subject.object) else { return (.pending, nil) }
    let namespace = subject.spec.namespace
    switch view.collection(Watches.children(.configMaps, in: namespace)) {
    case .pending: return (.pending, nil)
    case .failing(let error):
      let finding = Finding(
        .notPermitted, ObservabilityReconciler.unreadable(.configMaps, namespace: namespace, error))
      return (.unreadable, finding)
    case .known(let store):
      let record = store.get(ObjectKey(namespace: namespace, name: NodeVerdicts.name(subject.name)))
      // That of a predecessor of the same name is being deleted.
      return (.known(record?.isOwned(by: subject.object.uid) == true ? record?["data"] : nil), nil)
    }
  }

  /// What the pods of the object's DaemonSet tell.
  private func runs(_ pods: [AgentPod], of daemonSet: KubernetesObject?) -> [AgentRun] {
    guard let uid = daemonSet?.uid else { return [] }
    return pods.filter { $0.owner == uid }.compactMap(\.run)
  }

  /// The image of the agent that is rolled out; nil if there is none.
  private static func image(_ daemonSet: KubernetesObject?) -> String? {
    let containers = daemonSet?[path: "spec", "template", "spec", "containers"]?.array
    return containers?.first { $0["name"]?.string == AgentPod.agentName }?["image"]?.string
  }
}
