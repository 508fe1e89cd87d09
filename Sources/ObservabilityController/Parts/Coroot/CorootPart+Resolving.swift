// SPDX-License-Identifier: Apache-2.0

import Backends
import ControllerRuntime
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Rendering

extension CorootPart {
  /// What is rendered and asked, once both backends are known.
  func resolve(
    _ subject: Subject, _ view: ClusterView, _ resolution: CorootResolution
  ) throws(Unresolved) -> Resolution<Inputs> {
    let spec = subject.spec
    let demand = try resolution.demand(viewer: UIShape.isExposed(spec))
    let postgres = try resolution.postgres()
    let live = owned(.statefulSets, CorootShape.name(of: subject.name), subject, view)
    let answer = last(of: subject.name, demand)
    let keys = owned(.secrets, CorootShape.keysName(of: subject.name), subject, view)
    let integrations = CorootIntegrations(
      live: Self.label(live), wanted: resolution.fingerprint(keys: keys), stored: answer?.stored,
      project: inquiry.project(of: subject.name))
    var inputs = Inputs(
      server: CorootInputs?.none, facts: view.facts, integrations: integrations, volume: VolumeClaim(live, spec.coroot))
    inputs.answer = answer
    inputs.isClickHouseReady = resolution.clickHouse.isReady == true
    try readPods(into: &inputs, subject, view, live)
    inputs.lacksSecrets = true
    guard let keys,
      let admin = owned(.secrets, CorootShape.adminName(of: subject.name), subject, view)
    else { return .partial(inputs, nil) }
    // Nothing starts with an empty key or password, whatever became of the Secrets.
    inputs.lacksSecrets = false
    let found = try projectKey(of: keys)
    (inputs.key, inputs.keysHash) = (found.key, found.hash)
    let password = CorootSecret(try text(CorootShape.passwordKey, of: admin))
    inputs.access = (try? HTTPURL(CorootShape.url(of: subject.name, namespace: spec.namespace))).map {
      CorootAccess(url: $0, password: password)
    }
    inputs.demand = demand
    inquiry.offer(session(subject, view), of: subject.name)
    inputs.viewerSession = answer?.verdict.viewerSession ?? session(subject, view)
    inputs.server = CorootInputs(
      servers: Self.servers(wanted: spec.coroot.replicas, live, isOpen: integrations.isOpen),
      startedWith: integrations.startedWith,
      takesDataWith: integrations.selected(
        isReady: resolution.clickHouse.isReady, live: ingest(subject, view).flatMap(Self.selected)),
      postgres: postgres?.settings, authorities: resolution.authorities,
      secretsHash: canonicalHash(
        of: .array(
          [found.hash, postgres?.hash ?? "", resolution.authorities.map { Base64.encode($0) } ?? ""].map(
            JSONValue.string))),
      keysHash: found.hash, metricsRead: try resolution.destination(of: resolution.metrics.readURL),
      metricsWrite: resolution.metrics.destination, clickHouse: resolution.clickHouse.network,
      operatorNamespace: view.settings.namespace)
    return .ready(inputs)
  }

  /// What is known without the backends: the keys, which agents and gateway go on with, and whether the way to servers that
  /// would drop what they are sent is to be closed. Nil if that is nothing.
  func waiting(_ subject: Subject, _ view: ClusterView, _ upstream: Upstream, finding: Finding? = nil) -> Inputs? {
    let live = owned(.statefulSets, CorootShape.name(of: subject.name), subject, view)
    var inputs = Inputs(
      server: nil, facts: view.facts,
      integrations: CorootIntegrations(live: Self.label(live), wanted: CorootIntegrations.closed, stored: nil),
      volume: VolumeClaim(live, subject.spec.coroot))
    (inputs.isWaiting, inputs.finding) = (true, finding)
    inputs.isClosing =
      (upstream.isBlocked(ClickHousePart.id) || upstream[ClickHousePart.self]?.isReady == false)
      && ingest(subject, view) != nil
    let keys = owned(.secrets, CorootShape.keysName(of: subject.name), subject, view)
    inputs.lacksSecrets =
      subject.hasNamespace
      && (keys == nil || owned(.secrets, CorootShape.adminName(of: subject.name), subject, view) == nil)
    if let keys, let found = try? projectKey(of: keys) { (inputs.key, inputs.keysHash) = (found.key, found.hash) }
    return inputs.isClosing || inputs.lacksSecrets || inputs.key != nil ? inputs : nil
  }

  private func projectKey(of keys: KubernetesObject) throws(Unresolved) -> (key: CorootSecret, hash: String) {
    let key = try text(CorootShape.projectKey, of: keys)
    let guardKey = try text(CorootShape.guardKey, of: keys)
    return (CorootSecret(key), SecretReading.hash([Array(key.utf8), Array(guardKey.utf8)], of: keys))
  }

  /// With which settings the pods of the template start.
  private static func label(_ statefulSet: KubernetesObject?) -> String? {
    statefulSet?[path: "spec", "template", "metadata", "labels", CorootShape.integrationsLabel]?.string
  }

  /// The Service of incoming data.
  private func ingest(_ subject: Subject, _ view: ClusterView) -> KubernetesObject? {
    owned(.services, CorootShape.ingestName(of: subject.name), subject, view)
  }

  private static func selected(_ service: KubernetesObject) -> String? {
    service[path: "spec", "selector", CorootShape.integrationsLabel]?.string
  }

  /// Several servers that meet an empty database all exit but one, so the first is alone until it runs.
  private static func servers(wanted: Int64, _ live: KubernetesObject?, isOpen: Bool) -> Int64 {
    guard wanted > 1, let live else { return 1 }
    let running = live[path: "spec", "replicas"]?.integer ?? 1
    let ready = live[path: "status", "readyReplicas"]?.integer ?? 0
    return running > 1 || (ready > 0 && isOpen) ? wanted : 1
  }

  private func readPods(
    into inputs: inout Inputs, _ subject: Subject, _ view: ClusterView, _ live: KubernetesObject?
  ) throws(Unresolved) {
    let namespace = subject.spec.namespace
    switch view.collection(AgentsPart.pods(in: namespace)) {
    case .pending: throw .pending
    // The agents' part says so.
    case .failing: break
    case .known(let store):
      let agent = ClusterAgentShape.name(of: subject.name)
      inputs.pods = store.all().map { AgentPod($0) }.filter { pod in
        (pod.owner == live?.uid && !pod.owner.isEmpty) || pod.name.hasPrefix("\(agent)-")
      }
    }
    switch view.collection(Self.claims(in: namespace)) {
    case .pending: throw .pending
    case .failing(let error): inputs.claimsFailure = error
    case .known(let store):
      inputs.claims = (0..<subject.spec.coroot.replicas).compactMap { replica in
        store.get(ObjectKey(namespace: namespace, name: CorootShape.claim(of: subject.name, replica: replica)))
          .map(GatewayClaim.init)
      }
    }
  }

  /// A child that is this object's own.
  private func owned(
    _ type: ResourceType, _ name: String, _ subject: Subject, _ view: ClusterView
  ) -> KubernetesObject? {
    let child = view.child(type, ObjectKey(namespace: subject.spec.namespace, name: name))
    return child?.isOwned(by: subject.object.uid) == true ? child : nil
  }

  private func text(_ key: String, of secret: KubernetesObject) throws(Unresolved) -> String {
    guard let bytes = secret.secretData(key), !bytes.isEmpty, let text = String(validating: bytes, as: UTF8.self) else {
      throw .blocked(
        .secretKeyMissing,
        "Secret \(secret.key) has no key \(key), or it is empty. Delete the Secret, and it is made again; see the runbook "
          + "for what follows.")
    }
    return text
  }

  /// The session that the gatekeeper's Secret holds, for an operator that was restarted.
  private func session(_ subject: Subject, _ view: ClusterView) -> CorootSecret? {
    guard UIShape.isExposed(subject.spec),
      let secret = owned(.secrets, UIShape.name(of: subject.name), subject, view),
      let text = secret.secretData(UIShape.sessionKey).flatMap({ String(validating: $0, as: UTF8.self) }),
      text.hasPrefix(UIShape.sessionPrefix), text.utf8.count > UIShape.sessionPrefix.utf8.count
    else { return nil }
    return CorootSecret(String(text.dropFirst(UIShape.sessionPrefix.count)))
  }
}
