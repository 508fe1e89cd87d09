// SPDX-License-Identifier: Apache-2.0

import JSON

/// The admission plugin PodSecurity, as requests meet it.
///
/// Source: `ValidateNamespace`, `ValidatePod` and `ValidatePodController` in `admission/admission.go` of
/// `k8s.io/pod-security-admission`.
extension APIServer {
  private static let templated: Set = ["DaemonSet", "Deployment", "ReplicaSet", "StatefulSet", "Job"]

  /// Refuses a pod that its namespace forbids.
  ///
  /// - Parameter old: the pod before the change; only a change of containers and images is looked at.
  /// - Throws: 403 with the rules that the pod breaks.
  func checkPodSecurity(_ object: JSONValue, over old: JSONValue?, _ type: ServedType) throws(APIStatus) {
    guard type.isPod, isSignificant(object, old), let security = podSecurity(of: object.namespace),
      let refusal = security.refusal(of: object["spec"] ?? [:])
    else { return }
    throw APIStatus(
      code: 403, reason: "Forbidden", message: "\(type.qualifiedPlural) \"\(object.name)\" is forbidden: \(refusal)",
      details: APIStatus.details(name: object.name, group: type.group, kind: type.plural))
  }

  /// What the client is warned about after a write of an object that was accepted.
  func podSecurityWarnings(
    _ object: JSONValue, over old: JSONValue?, _ type: ServedType, subresource: String? = nil
  ) -> [String] {
    guard !type.isCustom, subresource == nil else { return [] }
    if type.storage == Self.namespaces { return old.map { namespaceWarnings(object, $0) } ?? [] }
    let spec: JSONValue?
    if type.isPod {
      spec = isSignificant(object, old) ? object["spec"] : nil
    } else if Self.templated.contains(type.kind) {
      spec = object[path: "spec", "template", "spec"]
    } else {
      spec = object[path: "spec", "jobTemplate", "spec", "template", "spec"]
    }
    guard let spec, let security = podSecurity(of: object.namespace) else { return [] }
    return security.warning(about: spec).map { [$0] } ?? []
  }

  private func podSecurity(of namespace: String) -> PodSecurityAdmission? {
    store.object(Self.namespaces, ObjectKey(namespace: "", name: namespace))
      .map { PodSecurityAdmission(namespace: $0, fallback: configuration.podSecurityDefault) }
  }

  private func isSignificant(_ pod: JSONValue, _ old: JSONValue?) -> Bool {
    guard let old else { return true }
    func images(_ pod: JSONValue) -> [[JSONValue?]] {
      ["containers", "initContainers", "ephemeralContainers"].map { list in
        (pod[path: "spec", list]?.array ?? []).map { $0["image"] }
      }
    }
    return images(pod) != images(old)
  }

  /// The pods that a stricter level of their namespace would refuse; they keep running.
  private func namespaceWarnings(_ namespace: JSONValue, _ old: JSONValue) -> [String] {
    let security = PodSecurityAdmission(namespace: namespace, fallback: configuration.podSecurityDefault)
    let before = PodSecurityAdmission(namespace: old, fallback: configuration.podSecurityDefault)
    let isStricter =
      security.enforce.version != before.enforce.version || security.enforce.level > before.enforce.level
    guard security.enforce != before.enforce, security.enforce.level != .privileged, isStricter else { return [] }
    var names: [String: [String]] = [:]
    for pod in store.objects(Self.pods) where pod.namespace == namespace.name {
      guard let reasons = security.reasons(against: pod["spec"] ?? [:]) else { continue }
      names[reasons, default: []].append(pod.name)
    }
    guard !names.isEmpty else { return [] }
    let lines = names.map { reasons, pods in
      let others = pods.count - 1
      let beside = others == 0 ? "" : " (and \(others) other pod\(others == 1 ? "" : "s"))"
      return "\(pods.min() ?? "")\(beside): \(reasons)"
    }
    let head =
      "existing pods in namespace \"\(namespace.name)\" violate the new PodSecurity enforce level \"\(security.enforce)\""
    return [head] + lines.sorted()
  }
}

extension ServedType {
  fileprivate var isPod: Bool { group.isEmpty && kind == "Pod" }
}
