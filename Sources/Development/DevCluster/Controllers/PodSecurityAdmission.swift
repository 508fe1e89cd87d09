// SPDX-License-Identifier: Apache-2.0

import JSON

/// Refuses pods that a namespace's Pod Security level forbids, and warns about templates of such pods, in the words of the
/// API server.
///
/// Source: `k8s.io/pod-security-admission`: `admission/admission.go` and `api/helpers.go`. Versions of the policy other
/// than the latest, audit annotations and exemptions are not evaluated.
struct PodSecurityAdmission {
  /// What a label of the namespace decides: which pods are refused, and what is warned about.
  struct Policy: Hashable, CustomStringConvertible {
    var level: PodSecurityLevel
    var version: String

    var description: String { "\(level.rawValue):\(version)" }
  }

  let enforce: Policy
  let warn: Policy

  /// - Parameter fallback: the level of a namespace without the label: the `defaults.enforce` of the server's
  ///   configuration.
  init(namespace: JSONValue, fallback: String) {
    let labels = namespace.labels
    func version(_ mode: String) -> String {
      let text = labels[PodSecurityLabels.version(mode)] ?? ""
      return PodSecurityLabels.isVersion(text) ? text : "latest"
    }
    let wanted = labels[PodSecurityLabels.level("enforce")]
    // An unknown level of `enforce` fails closed, one of `warn` open.
    enforce = Policy(level: PodSecurityLevel(rawValue: wanted ?? fallback) ?? .restricted, version: version("enforce"))
    var warn = Policy(level: .privileged, version: version("warn"))
    if let level = labels[PodSecurityLabels.level("warn")] {
      warn.level = PodSecurityLevel(rawValue: level) ?? .privileged
    } else if wanted != nil, enforce.level > warn.level {
      warn.level = enforce.level
      if labels[PodSecurityLabels.version("warn")] == nil { warn.version = enforce.version }
    }
    self.warn = warn
  }

  /// Why a pod is refused: `violates PodSecurity "baseline:latest": host namespaces (hostPID=true), …`; nil if it is not.
  func refusal(of spec: JSONValue) -> String? {
    violations(of: spec, enforce).map {
      "violates PodSecurity \"\(enforce)\": \($0.map(\.description).joined(separator: ", "))"
    }
  }

  /// What the client is warned about: `would violate PodSecurity "baseline:latest": …`; nil if there is nothing.
  func warning(about spec: JSONValue) -> String? {
    violations(of: spec, warn).map {
      "would violate PodSecurity \"\(warn)\": \($0.map(\.description).joined(separator: ", "))"
    }
  }

  /// The rules that a pod breaks, without the places: `host namespaces, hostPath volumes`; nil if it breaks none.
  func reasons(against spec: JSONValue) -> String? {
    violations(of: spec, enforce).map { $0.map(\.reason).joined(separator: ", ") }
  }

  private func violations(of spec: JSONValue, _ policy: Policy) -> [PodSecurityViolation]? {
    let violations = PodSecurityChecks(spec: spec).violations(of: policy.level)
    return violations.isEmpty ? nil : violations
  }
}

/// The levels of the Pod Security Standards, the least strict first.
enum PodSecurityLevel: String, CaseIterable, Comparable {
  case privileged, baseline, restricted

  static func < (left: PodSecurityLevel, right: PodSecurityLevel) -> Bool {
    allCases.firstIndex(of: left) ?? 0 < allCases.firstIndex(of: right) ?? 0
  }
}

/// The labels of namespaces that say which pods are allowed.
enum PodSecurityLabels {
  private static let modes = ["enforce", "audit", "warn"]

  static func level(_ mode: String) -> String { "pod-security.kubernetes.io/\(mode)" }
  static func version(_ mode: String) -> String { level(mode) + "-version" }

  /// Whether a text names a version of the policy.
  static func isVersion(_ text: String) -> Bool {
    text == "latest" || text.wholeMatch(of: /v1\.([0-9]|[1-9][0-9]*)/) != nil
  }

  /// What is wrong with the labels of a namespace; labels that a change leaves alone are not looked at.
  static func failures(_ new: JSONValue, _ old: JSONValue?) -> [FieldFailure] {
    let found = failures(new)
    return old.map { failures($0) == found } == true ? [] : found
  }

  private static func failures(_ namespace: JSONValue) -> [FieldFailure] {
    let labels = namespace.labels
    func failure(_ label: String, _ value: String, _ detail: String) -> FieldFailure {
      .invalid(FieldName.key("metadata.labels", label), .string(value), detail)
    }
    var result: [FieldFailure] = []
    for mode in modes {
      if let value = labels[level(mode)], PodSecurityLevel(rawValue: value) == nil {
        let list = PodSecurityLevel.allCases.map(\.rawValue).joined(separator: ", ")
        result.append(failure(level(mode), value, "must be one of \(list)"))
      }
      if let value = labels[version(mode)], !isVersion(value) {
        result.append(failure(version(mode), value, #"must be "latest" or "v1.x""#))
      }
    }
    return result
  }
}
