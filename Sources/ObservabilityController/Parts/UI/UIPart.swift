// SPDX-License-Identifier: Apache-2.0

import Backends
import ControllerRuntime
import JSON
import KubernetesClient
import KubernetesCore
import Logging
import ObservabilityAPI
import Rendering

/// What lets users who sign in reach Coroot's user interface from outside the cluster; without a provider, only what says
/// how to reach it from inside.
struct UIPart: Part {
  static let id = PartID(rawValue: "ui")
  static let condition = ConditionType.uiExposed
  static let notReady = ConditionReason.uiNotExposed
  static let needs = [CorootPart.id]
  static let waiting = "user interface waits"

  private static let isOfRealm: @Sendable (ObservabilitySpec) -> Bool = {
    UIShape.isExposed($0) && $0.coroot.ui.oidc?.keycloakRealm != nil
  }
  private static let isOfGateway: @Sendable (ObservabilitySpec) -> Bool = {
    UIShape.isExposed($0) && $0.coroot.ui.gateway != nil
  }

  /// Only the policy in the ingress controller's namespace needs a right of its own; without it all others are applied.
  static let children: [ChildKind] = [
    kind(.serviceAccounts), kind(.networkPolicies), kind(.services), kind(.deployments),
    kind(.secrets),
    kind(.secrets, UIShape.cookieSuffix) {
      $0.generated = [UIShape.cookieKey: .text(length: UIShape.cookieKeyLength)]
    },
    kind(.secrets, UIShape.clientSuffix) {
      $0.generated = [UIShape.clientKey: .text(length: UIShape.clientKeyLength)]
      $0.isWanted = isOfRealm
    },
    kind(.keycloakClients) {
      $0.remedy =
        "Install the Keycloak operator (v1.edp.epam.com/v1), or set spec.coroot.ui.oidc.clientSecretRef instead of "
        + "keycloakRealmRef, with a client that exists."
      $0.isWanted = isOfRealm
    },
    kind(.ingresses) { $0.isWanted = { UIShape.isExposed($0) && $0.coroot.ui.gateway == nil } },
    kind(.httpRoutes) {
      $0.remedy =
        "Install the Gateway API (gateway.networking.k8s.io/v1), or set spec.coroot.ui.ingressClassName instead "
        + "of gatewayRef."
      $0.isWanted = isOfGateway
    },
    kind(.ciliumNetworkPolicies) {
      $0.isOptional = true
      $0.isWanted = isOfGateway
    },
    kind(.ciliumNetworkPolicies, UIShape.routeSuffix) {
      $0.isOptional = true
      $0.standsAlone = false
      $0.place = .namespace { $0.coroot.ui.ingressNamespace }
      $0.grant = { IngressNamespaceRole(namespace: $0).remedy }
    },
  ]

  private static func kind(
    _ type: ResourceType, _ suffix: String = UIShape.nameSuffix, _ change: (inout ChildKind) -> Void = { _ in }
  ) -> ChildKind {
    ChildKind(type, suffix: suffix) { kind in
      kind.isWanted = UIShape.isExposed
      kind.standsAlone = true
      change(&kind)
    }
  }

  static let watched: [ResourceType: WatchedType] = [.ingressClasses: IngressClasses.watched]

  /// What the exposure is rendered from, and what else says how it is; nothing for an object that asks for none.
  struct Inputs: Sendable {
    var exposure: Exposure?
  }

  /// The exposure that an object asks for.
  struct Exposure: Sendable {
    var gatekeeper: UIInputs
    var facts: PlatformFacts
    var pods: [AgentPod]
    /// Nil with a Gateway, and if they cannot be read.
    var classes: IngressClasses?
    var classesFailure: KubernetesError?
    var certificate: Finding?
    /// Whether only the Secrets are made yet whose values are made up: the pods roll when one of them is made again.
    var isBeginning = false
  }

  private let domain: String

  init(_ context: PartContext) { domain = context.domain }

  func isWanted(_ spec: ObservabilitySpec) -> Bool { spec.mode == .full }

  func watches(_ spec: ObservabilitySpec, lookup: (ResourceType, ObjectKey) -> Lookup) -> Set<WatchTarget> {
    guard UIShape.isExposed(spec) else { return [] }
    var targets = withoutActuallyEscaping(lookup) {
      UIResolution(spec: spec, uid: "", domain: domain, lookup: $0).targets
    }
    targets.insert(AgentsPart.pods(in: spec.namespace))
    return targets
  }

  func resolve(_ subject: Subject, _ view: ClusterView, _ upstream: Upstream) -> Resolution<Inputs> {
    let spec = subject.spec
    guard UIShape.isExposed(spec), let oidc = spec.coroot.ui.oidc else { return .ready(Inputs()) }
    // Of a server that is there it goes on with what it has; one that was never made it waits for.
    guard let coroot = upstream[CorootPart.self], !coroot.isWaiting || coroot.isClosing else {
      return .waiting(on: CorootPart.id)
    }
    let resolution = UIResolution(spec: spec, uid: subject.observability.uid, domain: domain) { type, key in
      type == .secrets && !subject.hasNamespace ? .absent : view.lookup(type, key)
    }
    let key = ObjectKey(namespace: spec.namespace, name: UIShape.name(of: subject.name))
    func own(_ name: String) -> KubernetesObject? {
      view.child(.secrets, ObjectKey(namespace: spec.namespace, name: name))
        .flatMap { $0.isOwned(by: subject.object.uid) ? $0 : nil }
    }
    let wanted = Self.generated(oidc, subject.name)
    let generated = wanted.compactMap { name, key in own(name).map { (secret: $0, key: key) } }
    var exposure: Exposure
    do throws(Unresolved) {
      let gatekeeper = try resolution.resolve(
        oidc, session: coroot.viewerSession.flatMap { SecretText($0.text.utf8) }, secret: own(key.name),
        generated: generated)
      exposure = Exposure(gatekeeper: gatekeeper, facts: view.facts, pods: [])
      exposure.certificate = try resolution.certificateFinding()
    } catch {
      switch error {
      case .pending: return .pending
      case .blocked(let finding): return .blocked(finding)
      }
    }
    if case .known(let store) = view.collection(AgentsPart.pods(in: spec.namespace)) {
      exposure.pods = store.all().map { AgentPod($0) }.filter { $0.isOfDeployment(key.name) }
    }
    if spec.coroot.ui.gateway == nil {
      switch view.collection(IngressClasses.target) {
      case .pending: return .pending
      case .failing(let error): exposure.classesFailure = error
      case .known(let store): exposure.classes = IngressClasses(store.all())
      }
    }
    guard generated.count == wanted.count else {
      exposure.isBeginning = true
      return .partial(Inputs(exposure: exposure), nil)
    }
    return .ready(Inputs(exposure: exposure))
  }

  /// The Secrets whose values are made up, with the keys of these.
  private static func generated(_ oidc: CorootUI.OIDC, _ object: String) -> [(name: String, key: String)] {
    let cookie = (name: UIShape.cookieName(of: object), key: UIShape.cookieKey)
    guard oidc.keycloakRealm != nil else { return [cookie] }
    return [cookie, (name: UIShape.clientName(of: object), key: UIShape.clientKey)]
  }

  func render(_ inputs: Inputs, _ subject: Subject) -> [Child] {
    guard let exposure = inputs.exposure else { return [] }
    let children = UIRenderer.children(of: subject.observability, facts: exposure.facts, inputs: exposure.gatekeeper)
    guard exposure.isBeginning, let oidc = subject.spec.coroot.ui.oidc else { return children }
    let generated = Self.generated(oidc, subject.name).map(\.name)
    return children.filter { $0.type == .secrets && generated.contains($0.name) }
  }

  func observe(_ observation: Observation<Inputs>, _ memory: inout UIMemory) -> PartReport {
    let subject = observation.subject
    var report = PartReport(state(observation))
    if let exposure = observation.inputs?.exposure {
      let ui = self.observation(observation, exposure)
      report.obstacle = exposure.classesFailure.map {
        Finding(.notPermitted, ObservabilityReconciler.unreadable(.ingressClasses, namespace: nil, $0))
      }
      report.nextLooks += [ui.nextLook.map { .seconds($0) }].compactMap(\.self)
      report.movement = ui.movement
      report.summary = ["ui": UIShape.address(subject.spec.coroot.ui)]
    }
    if UIShape.isExposed(subject.spec), report.state?.isAvailable == true {
      report.status.endpoints.ui = UIShape.address(subject.spec.coroot.ui)
    }
    memory.record(&report, address: UIShape.address(subject.spec.coroot.ui))
    return report
  }

  private func state(_ observation: Observation<Inputs>) -> PartState? {
    let subject = observation.subject
    guard UIShape.isExposed(subject.spec) else {
      return .off(UIObservation.notRequested(subject.spec, object: subject.name))
    }
    if let finding = observation.finding { return .bad(finding) }
    let deployment = observation.children.object(.deployments)
    guard let exposure = observation.inputs?.exposure else {
      return observation.upstream.map {
        .bad(Finding(.sessionMissing, "The gatekeeper waits for Coroot. \($0.message)"))
      }
    }
    if deployment == nil, let obstacle = observation.obstacle {
      return .progressing(Finding(.notCreated, "The gatekeeper does not exist yet. \(obstacle.message)"))
    }
    return self.observation(observation, exposure).state
  }

  private func observation(_ observation: Observation<Inputs>, _ exposure: Exposure) -> UIObservation {
    let spec = observation.subject.spec
    let children = observation.children
    return UIObservation(
      spec: spec, object: observation.subject.name, deployment: children.object(.deployments),
      client: children.object(.keycloakClients),
      entrance: children.object(spec.coroot.ui.gateway == nil ? .ingresses : .httpRoutes), pods: exposure.pods,
      classes: exposure.classes, certificate: exposure.certificate, now: observation.view.timestamp)
  }
}

/// What is remembered of the exposure of one object.
struct UIMemory: PartMemory {
  private var state: PartState?

  init() {}

  /// Adds a line for each change for the worse and back, and an Event for a fault that the pods tell.
  mutating func record(_ report: inout PartReport, address: String) {
    defer { state = report.state ?? state }
    guard let new = report.state, new != state else { return }
    if case .bad(let finding) = new {
      report.lines.append(
        LogLine(
          .warning, "user interface not exposed",
          ["reason": "\(finding.reason.name)", "cause": "\(finding.message)"]))
      if [.gatekeeperNotReady, .addressPending].contains(finding.reason) {
        report.events.append(ObjectEvent(.warning, finding.reason.name, action: "Observe", note: finding.message))
      }
    } else if case .good = new {
      report.lines.append(LogLine(.info, "user interface exposed", ["url": "\(address)"]))
    }
  }
}

extension AgentPod {
  /// Whether it is of the Deployment of that name: its ReplicaSet, which is not watched, names it after both. Kubernetes cuts
  /// a long name to leave room for its own five letters (`maxGeneratedNameLength` in
  /// `staging/src/k8s.io/apiserver/pkg/storage/names/generate.go`).
  func isOfDeployment(_ deployment: String) -> Bool { !owner.isEmpty && name.hasPrefix("\(deployment)-".prefix(58)) }
}
