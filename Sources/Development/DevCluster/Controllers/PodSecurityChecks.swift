// SPDX-License-Identifier: Apache-2.0

import JSON

/// A rule of the Pod Security Standards that a pod breaks: `host namespaces (hostPID=true)`.
struct PodSecurityViolation: CustomStringConvertible {
  let reason: String
  let detail: String

  init(_ reason: String, _ detail: String) {
    self.reason = reason
    self.detail = detail
  }

  var description: String { "\(reason) (\(detail))" }
}

/// The checks of the Pod Security Standards on one pod.
///
/// Source: `policy/check_*.go` of `k8s.io/pod-security-admission`. Of the checks there are those that pods of node agents
/// and of their servers meet: for `baseline` AppArmor, capabilities, host namespaces, host paths, `privileged` and
/// SELinux; for `restricted` also privilege escalation, volume types, users and seccomp.
struct PodSecurityChecks {
  let spec: JSONValue

  /// What breaks a level, in the order of the checks' identifiers; some checks of restricted replace those of baseline.
  func violations(of level: PodSecurityLevel) -> [PodSecurityViolation] {
    let checks: [PodSecurityViolation?] =
      switch level {
      case .privileged: []
      case .baseline: [appArmor, addedCapabilities, hostNamespaces, hostPaths, privileged, seLinux]
      case .restricted:
        [
          appArmor, hostNamespaces, privileged, seLinux, escalation, restrictedCapabilities, restrictedVolumes, nonRoot,
          user, seccomp,
        ]
      }
    return checks.compactMap(\.self)
  }

  private var containers: [JSONValue] {
    (spec["initContainers"]?.array ?? []) + (spec["containers"]?.array ?? [])
  }

  private var volumes: [JSONValue] { spec["volumes"]?.array ?? [] }

  private var appArmor: PodSecurityViolation? {
    let types = containers.map { $0[path: "securityContext", "appArmorProfile", "type"]?.string }
    let bad = zip(containers, types).filter { !["RuntimeDefault", "Localhost", nil].contains($0.1) }
    guard !bad.isEmpty else { return nil }
    return PodSecurityViolation(
      "forbidden AppArmor profile",
      "\(named(bad.map(\.0))) must not set AppArmor profile type to \(quoted(Set(bad.compactMap(\.1)).sorted()))")
  }

  private var addedCapabilities: PodSecurityViolation? {
    let allowed: Set = [
      "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP",
      "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
    ]
    return adding(otherThan: allowed).map { PodSecurityViolation("non-default capabilities", $0) }
  }

  private var hostNamespaces: PodSecurityViolation? {
    let shared = ["hostIPC", "hostNetwork", "hostPID"].filter { spec[$0]?.bool == true }
    guard !shared.isEmpty else { return nil }
    return PodSecurityViolation("host namespaces", shared.map { "\($0)=true" }.joined(separator: ", "))
  }

  private var hostPaths: PodSecurityViolation? {
    let bad = volumes.filter { $0["hostPath"] != nil }
    return bad.isEmpty ? nil : PodSecurityViolation("hostPath volumes", named(bad, "volume"))
  }

  private var privileged: PodSecurityViolation? {
    let bad = containers.filter { $0[path: "securityContext", "privileged"]?.bool == true }
    guard !bad.isEmpty else { return nil }
    return PodSecurityViolation("privileged", "\(named(bad)) must not set securityContext.privileged=true")
  }

  private var seLinux: PodSecurityViolation? {
    let allowed = ["container_t", "container_init_t", "container_kvm_t", "container_engine_t", "", nil]
    let bad = containers.filter { !allowed.contains($0[path: "securityContext", "seLinuxOptions", "type"]?.string) }
    guard !bad.isEmpty else { return nil }
    let types = Set(bad.compactMap { $0[path: "securityContext", "seLinuxOptions", "type"]?.string }).sorted()
    return PodSecurityViolation(
      "seLinuxOptions",
      "\(named(bad)) set forbidden securityContext.seLinuxOptions: \(types.count == 1 ? "type" : "types") \(quoted(types))"
    )
  }

  private var escalation: PodSecurityViolation? {
    let bad = containers.filter { $0[path: "securityContext", "allowPrivilegeEscalation"]?.bool != false }
    guard !bad.isEmpty else { return nil }
    return PodSecurityViolation(
      "allowPrivilegeEscalation != false", "\(named(bad)) must set securityContext.allowPrivilegeEscalation=false")
  }

  private var restrictedCapabilities: PodSecurityViolation? {
    let undropped = containers.filter {
      !($0[path: "securityContext", "capabilities", "drop"]?.array ?? []).contains("ALL")
    }
    var details: [String] = []
    if !undropped.isEmpty { details.append("\(named(undropped)) must set securityContext.capabilities.drop=[\"ALL\"]") }
    if let added = adding(otherThan: ["NET_BIND_SERVICE"]) { details.append(added) }
    guard !details.isEmpty else { return nil }
    return PodSecurityViolation("unrestricted capabilities", details.joined(separator: "; "))
  }

  private var restrictedVolumes: PodSecurityViolation? {
    let bad = volumes.filter { $0["hostPath"] != nil }
    guard !bad.isEmpty else { return nil }
    return PodSecurityViolation(
      "restricted volume types",
      "\(named(bad, "volume")) \(bad.count == 1 ? "uses" : "use") restricted volume type \"hostPath\"")
  }

  private var nonRoot: PodSecurityViolation? {
    let explicit = containers.filter { $0[path: "securityContext", "runAsNonRoot"]?.bool == false }
    guard explicit.isEmpty else {
      return PodSecurityViolation(
        "runAsNonRoot != true", "\(named(explicit)) must not set securityContext.runAsNonRoot=false")
    }
    let unset = containers.filter { $0[path: "securityContext", "runAsNonRoot"]?.bool == nil }
    guard spec[path: "securityContext", "runAsNonRoot"]?.bool != true, !unset.isEmpty else { return nil }
    return PodSecurityViolation(
      "runAsNonRoot != true", "pod or \(named(unset)) must set securityContext.runAsNonRoot=true")
  }

  private var user: PodSecurityViolation? {
    let bad = containers.filter { $0[path: "securityContext", "runAsUser"]?.integer == 0 }
    return bad.isEmpty ? nil : PodSecurityViolation("runAsUser=0", "\(named(bad)) must not set runAsUser=0")
  }

  private var seccomp: PodSecurityViolation? {
    guard spec[path: "securityContext", "seccompProfile", "type"] == nil else { return nil }
    let unset = containers.filter { $0[path: "securityContext", "seccompProfile", "type"] == nil }
    guard !unset.isEmpty else { return nil }
    return PodSecurityViolation(
      "seccompProfile",
      "pod or \(named(unset)) must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"")
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
