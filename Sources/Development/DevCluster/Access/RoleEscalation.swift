// SPDX-License-Identifier: Apache-2.0

import JSON

/// Users grant only what they hold.
///
/// After `pkg/registry/rbac/validation.ConfirmNoEscalation`: rules are broken down to one verb on one resource, each of
/// which a single rule of the owner's must cover.
enum RoleEscalation {
  /// The rules of a cluster admin.
  static let everything: [JSONValue] = [
    ["verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]], ["verbs": ["*"], "nonResourceURLs": ["*"]],
  ]

  /// The rules that `held` does not cover, as the API server prints them; empty if all are.
  static func missing(_ wanted: [JSONValue], held: [JSONValue]) -> [String] {
    let missing = wanted.flatMap(brokenDown).filter { rule in !held.contains { covers($0, rule) } }
    var compact: [(key: JSONValue, verbs: [String])] = []
    for rule in missing {
      let (key, verb) = (rule.without("verbs"), rule["verbs"]?.array?.first?.string ?? "")
      // Only rules about resources are joined (`policy_compact.go`).
      if rule["nonResourceURLs"] == nil, let index = compact.firstIndex(where: { $0.key == key }) {
        if !compact[index].verbs.contains(verb) { compact[index].verbs.append(verb) }
      } else {
        compact.append((key, [verb]))
      }
    }
    return Set(compact.map { text($0.key, $0.verbs) }).sorted()
  }

  private static func brokenDown(_ rule: JSONValue) -> [JSONValue] {
    let verbs = list(rule, "verbs")
    var parts: [JSONValue] = []
    for group in list(rule, "apiGroups") {
      for resource in list(rule, "resources") {
        let names = list(rule, "resourceNames")
        for name in names.isEmpty ? [nil] : names.map(Optional.some) {
          for verb in verbs {
            var part: JSONValue = ["apiGroups": [.string(group)], "resources": [.string(resource)]]
            if let name { part["resourceNames"] = [.string(name)] }
            part["verbs"] = [.string(verb)]
            parts.append(part)
          }
        }
      }
    }
    for path in list(rule, "nonResourceURLs") {
      for verb in verbs { parts.append(["nonResourceURLs": [.string(path)], "verbs": [.string(verb)]]) }
    }
    return parts
  }

  /// Whether a rule covers one that was broken down.
  private static func covers(_ held: JSONValue, _ part: JSONValue) -> Bool {
    guard has(list(held, "verbs"), list(part, "verbs")) else { return false }
    if let path = list(part, "nonResourceURLs").first {
      return list(held, "nonResourceURLs").contains {
        $0 == path || $0 == "*" || ($0.hasSuffix("*") && path.hasPrefix($0.dropLast()))
      }
    }
    let resources = list(held, "resources")
    let wanted = list(part, "resources").first ?? ""
    let subresource = wanted.split(separator: "/", maxSplits: 1).dropFirst().first
    guard has(list(held, "apiGroups"), list(part, "apiGroups")),
      has(resources, [wanted]) || subresource.map({ resources.contains("*/\($0)") }) == true
    else { return false }
    let names = list(held, "resourceNames")
    return names.isEmpty || (part["resourceNames"] != nil && list(part, "resourceNames").allSatisfy(names.contains))
  }

  private static func has(_ held: [String], _ wanted: [String]) -> Bool {
    held.contains("*") || wanted.allSatisfy(held.contains)
  }

  private static func list(_ rule: JSONValue, _ key: String) -> [String] {
    rule[key]?.array?.compactMap(\.string) ?? []
  }

  /// `{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]}`
  private static func text(_ rule: JSONValue, _ verbs: [String]) -> String {
    let members = [
      ("APIGroups", list(rule, "apiGroups")), ("Resources", list(rule, "resources")),
      ("NonResourceURLs", list(rule, "nonResourceURLs")), ("ResourceNames", list(rule, "resourceNames")),
      ("Verbs", verbs),
    ].filter { !$0.1.isEmpty }
    return "{" + members.map { "\($0):[\(quoted($1))]" }.joined(separator: ", ") + "}"
  }

  static func quoted(_ texts: [String]) -> String {
    texts.map { JSONWriter.text(.string($0)) }.joined(separator: " ")
  }
}

extension APIServer {
  /// Refuses a role or a binding that would give someone more than its author holds.
  ///
  /// - Throws: 403 with what is missing.
  func checkEscalation(
    _ object: JSONValue, over old: JSONValue?, _ type: ServedType, by identity: Identity
  ) throws(APIStatus) {
    guard type.group == "rbac.authorization.k8s.io", !identity.groups.contains("system:masters") else { return }
    let access = access
    let rules: [JSONValue]
    let attributes: RoleBasedAccess.Attributes
    if ["Role", "ClusterRole"].contains(type.kind) {
      let isAggregated = [object, old].contains { $0?["aggregationRule"].map { !$0.isNull } ?? false }
      guard object["rules"] != old?["rules"] || object["aggregationRule"] != old?["aggregationRule"] else { return }
      // The rules of an aggregated role are gathered from others, so only a user who holds everything may write one.
      rules = isAggregated ? RoleEscalation.everything : object["rules"]?.array ?? []
      attributes = RoleBasedAccess.Attributes(
        verb: "escalate", group: type.group, resource: type.plural, name: object.name, namespace: object.namespace)
    } else {
      guard object["roleRef"] != old?["roleRef"] || object["subjects"] != old?["subjects"] else { return }
      rules = access.rules(of: object, namespace: object.namespace)
      let isRole = object[path: "roleRef", "kind"] == "Role"
      attributes = RoleBasedAccess.Attributes(
        verb: "bind", group: type.group, resource: isRole ? "roles" : "clusterroles",
        name: object[path: "roleRef", "name"]?.string, namespace: object.namespace)
    }
    guard !access.allows(identity, attributes) else { return }
    if attributes.verb == "bind", !access.hasRole(of: object) {
      throw APIStatus(
        code: 404, reason: "NotFound",
        message: "\(attributes.resource).\(type.group) \"\(attributes.name ?? "")\" not found",
        details: APIStatus.details(name: attributes.name, group: type.group, kind: attributes.resource))
    }
    let missing = RoleEscalation.missing(rules, held: access.rules(for: identity, namespace: object.namespace))
    guard !missing.isEmpty else { return }
    throw APIStatus(
      code: 403, reason: "Forbidden",
      message:
        "\(type.qualifiedPlural) \"\(object.name)\" is forbidden: user \(JSONWriter.text(.string(identity.user))) "
        + "(groups=[\(RoleEscalation.quoted(identity.groups))]) is attempting to grant RBAC permissions not currently "
        + "held:\n" + missing.joined(separator: "\n"),
      details: APIStatus.details(name: object.name, group: type.group, kind: type.plural))
  }
}
