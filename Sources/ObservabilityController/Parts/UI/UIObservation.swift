// SPDX-License-Identifier: Apache-2.0

import CleanText
import JSON
import KubernetesCore
import ObservabilityAPI
import Rendering
import Telemetry

/// How far the exposure of one object's user interface is, by its children and pods. Pure.
struct UIObservation {
  /// How much of another's words is quoted, in bytes.
  private static let quote = 256

  let spec: ObservabilitySpec
  /// The object's name.
  let object: String
  let deployment: KubernetesObject?
  /// The KeycloakClient.
  let client: KubernetesObject?
  /// The Ingress or the HTTPRoute.
  let entrance: KubernetesObject?
  let pods: [AgentPod]
  /// The ingress classes; nil with a Gateway.
  let classes: IngressClasses?
  /// What is missing of the certificate.
  let certificate: Finding?
  let now: Timestamp

  private var ui: CorootUI { spec.coroot.ui }
  private var name: String { UIShape.name(of: object) }
  /// How many pods are ready.
  var ready: Int64 { deployment?[path: "status", "readyReplicas"]?.integer ?? 0 }
  private var isCurrent: Bool {
    deployment?[path: "status", "observedGeneration"]?.integer == deployment?.generation
  }
  private var updated: Int64 { isCurrent ? deployment?[path: "status", "updatedReplicas"]?.integer ?? 0 : 0 }

  /// A fingerprint of what changes while pods come and go.
  var movement: Int {
    var hasher = Hasher()
    hasher.combine(ready)
    hasher.combine(updated)
    return hasher.finalize()
  }

  /// After how many seconds time alone may change what is said.
  var nextLook: Int64? { pods.compactMap { $0.nextLook(now: now) }.min() }

  /// What the condition says: first what keeps the pods from working, then what keeps users from reaching them.
  var state: PartState {
    clientState ?? podsState ?? certificate.map(PartState.bad) ?? classState ?? entranceState
      ?? .good(Finding(.exposed, "Users who sign in reach the user interface at \(UIShape.address(ui))."))
  }

  private var classState: PartState? {
    classes?.finding(ui.ingressClassName).map(PartState.bad)
  }

  /// The Keycloak operator writes `OK` or its error into `status.value`.
  private var clientState: PartState? {
    guard ui.oidc?.keycloakRealm != nil else { return nil }
    let what = "KeycloakClient \(spec.namespace)/\(name)"
    guard let value = client?[path: "status", "value"]?.string, !value.isEmpty else {
      return .progressing(
        Finding(
          .clientNotReady,
          "The Keycloak operator has said nothing of \(what) yet. If that stays so, check that it runs and that realm "
            + "\(ui.oidc?.keycloakRealm?.name ?? "") is there."))
    }
    guard value != "OK" else { return nil }
    let words = Redaction.apply(value).cleaned(bytes: Self.quote).withFullStop
    return .bad(
      Finding(.clientNotReady, "The Keycloak operator has not declared the client of \(what): \(words)"))
  }

  private var podsState: PartState? {
    guard ready < UIShape.replicas || updated < UIShape.replicas else { return nil }
    let counts = "\(ready) of \(UIShape.replicas) pods of Deployment \(spec.namespace)/\(name) are ready"
    if let failure = pods.compactMap({ $0.failure(now: now) }).min(by: { $0.pod < $1.pod }) {
      return .bad(
        Finding(
          .gatekeeperNotReady,
          "\(counts). \(failure.sentence(words: Self.quote)). See kubectl -n \(spec.namespace) logs \(failure.pod)."))
    }
    if let refusal = condition("ReplicaFailure", of: deployment), refusal["status"] == "True" {
      let words = Redaction.apply(refusal["message"]?.string ?? "").cleaned(bytes: Self.quote).withFullStop
      return .bad(Finding(.gatekeeperNotReady, "\(counts). No pod can be created: \(words)"))
    }
    let finding = Finding(.gatekeeperNotReady, "\(counts), \(updated) of the present version.")
    return ready > 0 ? .updating(finding) : .progressing(finding)
  }

  private var entranceState: PartState? {
    guard let gateway = ui.gateway else {
      let addresses = entrance?[path: "status", "loadBalancer", "ingress"]?.array ?? []
      guard addresses.isEmpty else { return nil }
      return .progressing(
        Finding(
          .addressPending,
          "No controller has given Ingress \(spec.namespace)/\(name) an address. See the log of the controller of its "
            + "class, and kubectl -n \(spec.namespace) describe ingress \(name)."))
    }
    let what = "Gateway \(gateway.namespace)/\(gateway.name)"
    let parents = (entrance?[path: "status", "parents"]?.array ?? []).filter {
      $0[path: "parentRef", "name"]?.string == gateway.name
        && ($0[path: "parentRef", "namespace"]?.string ?? spec.namespace) == gateway.namespace
    }
    guard !parents.isEmpty else {
      return .progressing(
        Finding(
          .addressPending,
          "\(what) has not taken HTTPRoute \(spec.namespace)/\(name). Check that it is there, that its controller runs, and "
            + "that a listener allows routes from namespace \(spec.namespace)."))
    }
    for parent in parents {
      let conditions = parent["conditions"]?.array ?? []
      let refusal = conditions.first {
        ["Accepted", "ResolvedRefs"].contains($0["type"]?.string) && $0["status"] == "False"
      }
      guard let refusal else { continue }
      let reason = (refusal["reason"]?.string ?? "").cleaned(bytes: 64)
      let words = (refusal["message"]?.string ?? "").cleaned(bytes: Self.quote).withFullStop
      return .bad(
        Finding(.addressPending, "\(what) refuses HTTPRoute \(spec.namespace)/\(name): \(reason): \(words)"))
    }
    let isAccepted = parents.allSatisfy { parent in
      parent["conditions"]?.array?.contains { $0["type"] == "Accepted" && $0["status"] == "True" } == true
    }
    guard !isAccepted else { return nil }
    return .progressing(
      Finding(.addressPending, "\(what) has not accepted HTTPRoute \(spec.namespace)/\(name) yet."))
  }

  private func condition(_ type: String, of object: KubernetesObject?) -> JSONValue? {
    object?[path: "status", "conditions"]?.array?.first { $0["type"]?.string == type }
  }

  /// What the condition says of an object that asks for no exposure.
  static func notRequested(_ spec: ObservabilitySpec, object: String) -> Finding {
    let kubectl = "kubectl -n \(spec.namespace)"
    return Finding(
      .notRequested,
      "Nothing outside the cluster reaches the user interface, as spec.coroot.ui.oidc is not set. Run \(kubectl) "
        + "port-forward svc/\(CorootShape.name(of: object)) \(CorootShape.port):\(CorootShape.port), open "
        + "http://localhost:\(CorootShape.port) and sign in as admin; the password is shown by \(kubectl) get secret "
        + "\(CorootShape.adminName(of: object)) -o jsonpath='{.data.\(CorootShape.passwordKey)}' | base64 -d.")
  }
}
