// SPDX-License-Identifier: Apache-2.0

import JSON

/// Refuses pods that a namespace's Pod Security level forbids, in the words of the API server
/// (`k8s.io/pod-security-admission`: `admission/admission.go`, `policy/check_*.go`).
///
/// Of the checks there are those that pods of node agents meet: for `baseline` AppArmor, capabilities, host namespaces,
/// host paths, `privileged` and SELinux; for `restricted` also privilege escalation, volume types, users and seccomp. Versions of
/// the policy other than the latest, and exemptions, are not looked at.
struct PodSecurityAdmission {
  /// The label of namespaces that says which pods are refused.
  static let label = "pod-security.kubernetes.io/enforce"

  let level: String

  /// - Parameter fallback: the level of a namespace without the label: the `defaults.enforce` of the server's
  ///   configuration.
  init(namespace: JSONValue, fallback: String) {
    let level = namespace.labels[Self.label] ?? fallback
    // What is none of the levels counts as the strictest.
    self.level = ["privileged", "baseline"].contains(level) ? level : "restricted"
  }

  /// Why a pod is refused: `violates PodSecurity "baseline:latest": host namespaces (hostPID=true), …`; nil if it is not.
  func refusal(of spec: JSONValue) -> String? {
    guard level != "privileged" else { return nil }
    let pod = Pod(spec: spec)
    // In the order of their identifiers; those of restricted take the place of some of baseline.
    let checks =
      level == "baseline"
      ? [pod.appArmor, pod.addedCapabilities, pod.hostNamespaces, pod.hostPaths, pod.privileged, pod.seLinux]
      : [
        pod.appArmor, pod.hostNamespaces, pod.privileged, pod.seLinux, pod.escalation, pod.restrictedCapabilities,
        pod.restrictedVolumes, pod.nonRoot, pod.user, pod.seccomp,
      ]
    let violations = checks.compactMap(\.self)
    guard !violations.isEmpty else { return nil }
    return "violates PodSecurity \"\(level):latest\": \(violations.joined(separator: ", "))"
  }
}

/// A pod as the checks look at it.
private struct Pod {
  let spec: JSONValue

  private var containers: [JSONValue] {
    (spec["initContainers"]?.array ?? []) + (spec["containers"]?.array ?? [])
  }

  private var volumes: [JSONValue] { spec["volumes"]?.array ?? [] }

  var appArmor: String? {
    let types = containers.map { $0[path: "securityContext", "appArmorProfile", "type"]?.string }
    let bad = zip(containers, types).filter { !["RuntimeDefault", "Localhost", nil].contains($0.1) }
    guard !bad.isEmpty else { return nil }
    return "forbidden AppArmor profile (\(named(bad.map(\.0))) must not set AppArmor profile type to "
      + "\(quoted(Set(bad.compactMap(\.1)).sorted())))"
  }

  var addedCapabilities: String? {
    let allowed: Set = [
      "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP",
      "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
    ]
    return adding(otherThan: allowed).map { "non-default capabilities (\($0))" }
  }

  var hostNamespaces: String? {
    let shared = ["hostIPC", "hostNetwork", "hostPID"].filter { spec[$0]?.bool == true }
    return shared.isEmpty ? nil : "host namespaces (\(shared.map { "\($0)=true" }.joined(separator: ", ")))"
  }

  var hostPaths: String? {
    let bad = volumes.filter { $0["hostPath"] != nil }
    return bad.isEmpty ? nil : "hostPath volumes (\(named(bad, "volume")))"
  }

  var privileged: String? {
    let bad = containers.filter { $0[path: "securityContext", "privileged"]?.bool == true }
    return bad.isEmpty ? nil : "privileged (\(named(bad)) must not set securityContext.privileged=true)"
  }

  var seLinux: String? {
    let allowed = ["container_t", "container_init_t", "container_kvm_t", "container_engine_t", "", nil]
    let bad = containers.filter { !allowed.contains($0[path: "securityContext", "seLinuxOptions", "type"]?.string) }
    guard !bad.isEmpty else { return nil }
    let types = Set(bad.compactMap { $0[path: "securityContext", "seLinuxOptions", "type"]?.string }).sorted()
    return "seLinuxOptions (\(named(bad)) set forbidden securityContext.seLinuxOptions: "
      + "\(types.count == 1 ? "type" : "types") \(quoted(types)))"
  }

  var escalation: String? {
    let bad = containers.filter { $0[path: "securityContext", "allowPrivilegeEscalation"]?.bool != false }
    guard !bad.isEmpty else { return nil }
    return "allowPrivilegeEscalation != false (\(named(bad)) must set securityContext.allowPrivilegeEscalation=false)"
  }

  var restrictedCapabilities: String? {
    let undropped = containers.filter {
      !($0[path: "securityContext", "capabilities", "drop"]?.array ?? []).contains("ALL")
    }
    var details: [String] = []
    if !undropped.isEmpty { details.append("\(named(undropped)) must set securityContext.capabilities.drop=[\"ALL\"]") }
    if let added = adding(otherThan: ["NET_BIND_SERVICE"]) { details.append(added) }
    return details.isEmpty ? nil : "unrestricted capabilities (\(details.joined(separator: "; ")))"
  }

  var restrictedVolumes: String? {
    let bad = volumes.filter { $0["hostPath"] != nil }
    guard !bad.isEmpty else { return nil }
    return "restricted volume types (\(named(bad, "volume")) \(bad.count == 1 ? "uses" : "use") restricted volume type "
      + "\"hostPath\")"
  }

  var nonRoot: String? {
    let explicit = containers.filter { $0[path: "securityContext", "runAsNonRoot"]?.bool == false }
    guard explicit.isEmpty else {
      return "runAsNonRoot != true (\(named(explicit)) must not set securityContext.runAsNonRoot=false)"
    }
    let unset = containers.filter { $0[path: "securityContext", "runAsNonRoot"]?.bool == nil }
    guard spec[path: "securityContext", "runAsNonRoot"]?.bool != true, !unset.isEmpty else { return nil }
    return "runAsNonRoot != true (pod or \(named(unset)) must set securityContext.runAsNonRoot=true)"
  }

  var user: String? {
    let bad = containers.filter { $0[path: "securityContext", "runAsUser"]?.integer == 0 }
    return bad.isEmpty ? nil : "runAsUser=0 (\(named(bad)) must not set runAsUser=0)"
  }

  var seccomp: String? {
    guard spec[path: "securityContext", "seccompProfile", "type"] == nil else { return nil }
    let unset = containers.filter { $0[path: "securityContext", "seccompProfile", "type"] == nil }
    guard !unset.isEmpty else { return nil }
    return "seccompProfile (pod or \(named(unset)) must set securityContext.seccompProfile.type to "
      + "\"RuntimeDefault\" or \"Localhost\")"
  }

  private func adding(otherThan allowed: Set<String>) -> String? {
    func added(_ container: JSONValue) -> [String] {
      (container[path: "securityContext", "capabilities", "add"]?.array ?? []).compactMap(\.string)
        .filter { !allowed.contains($0) }
    }
    let bad = containers.filter { !added($0).isEmpty }
    guard !bad.isEmpty else { return nil }
    return "\(named(bad)) must not include \(quoted(Set(bad.flatMap(added)).sorted())) in "
      + "securityContext.capabilities.add"
  }

  private func named(_ things: [JSONValue], _ noun: String = "container") -> String {
    "\(noun)\(things.count == 1 ? "" : "s") \(quoted(things.compactMap { $0["name"]?.string }))"
  }

  private func quoted(_ texts: [String]) -> String { texts.map { "\"\($0)\"" }.joined(separator: ", ") }
}
