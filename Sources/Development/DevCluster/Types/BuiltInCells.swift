// SPDX-License-Identifier: Apache-2.0

import JSON

/// Cells of tables that are computed from several fields.
///
/// Source: `pkg/printers/internalversion/printers.go`.
enum BuiltInCells {
  /// The columns of a workload that `-o wide` adds.
  static let containerColumns = [
    BuiltInColumns.text("Containers", priority: 1) { containers($0, "name") },
    BuiltInColumns.text("Images", priority: 1) { containers($0, "image") },
  ]

  static let selectorColumn = BuiltInColumns.text("Selector", priority: 1) { selector($0[path: "spec", "selector"]) }

  /// The columns of a binding that `-o wide` adds.
  static let subjectColumns = [
    BuiltInColumns.text("Users", priority: 1) { subjects($0, "User") },
    BuiltInColumns.text("Groups", priority: 1) { subjects($0, "Group") },
    BuiltInColumns.text("ServiceAccounts", priority: 1) { subjects($0, "ServiceAccount") },
  ]

  static func orNone(_ value: JSONValue?) -> String { text(value) ?? "<none>" }
  static func orUnset(_ value: JSONValue?) -> String { text(value) ?? "<unset>" }
  static func orNotApplicable(_ value: JSONValue?) -> String { text(value) ?? "N/A" }

  private static func text(_ value: JSONValue?) -> String? {
    value.flatMap { $0.isNull ? nil : $0.string ?? JSONWriter.text($0) }
  }

  /// How many entries some maps of an object have.
  static func count(_ object: JSONValue, _ maps: [String]) -> String {
    String(maps.reduce(0) { $0 + (object[$1]?.object?.count ?? 0) })
  }

  static func readyReplicas(_ workload: JSONValue) -> String {
    "\(workload[path: "status", "readyReplicas"]?.integer ?? 0)/\(workload[path: "spec", "replicas"]?.integer ?? 0)"
  }

  static func role(of binding: JSONValue) -> String {
    "\(binding[path: "roleRef", "kind"]?.string ?? "")/\(binding[path: "roleRef", "name"]?.string ?? "")"
  }

  static func claimPhase(_ claim: JSONValue) -> String {
    claim.isBeingDeleted ? "Terminating" : claim[path: "status", "phase"]?.string ?? ""
  }

  static func accessModes(_ claim: JSONValue) -> String {
    let short = [
      "ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX", "ReadWriteOncePod": "RWOP",
    ]
    return (claim[path: "status", "accessModes"]?.array ?? []).compactMap { $0.string.map { short[$0] ?? $0 } }
      .joined(separator: ",")
  }

  /// `a=b,c=d`, or `<none>`.
  static func labels(_ labels: JSONValue?) -> String {
    let pairs = (labels?.object ?? JSONObject()).sortedByName().map { "\($0.key)=\($0.value.string ?? "")" }
    return pairs.isEmpty ? "<none>" : pairs.joined(separator: ",")
  }

  /// A label selector as kubectl writes it: `a=b,c in (d,e)`.
  static func selector(_ selector: JSONValue?) -> String {
    var terms: [(key: String, text: String)] = (selector?["matchLabels"]?.object ?? JSONObject())
      .map { ($0.key, "\($0.key)=\($0.value.string ?? "")") }
    for requirement in selector?["matchExpressions"]?.array ?? [] {
      let key = requirement["key"]?.string ?? ""
      let values = (requirement["values"]?.array ?? []).compactMap(\.string).sorted().joined(separator: ",")
      switch requirement["operator"]?.string {
      case "In": terms.append((key, "\(key) in (\(values))"))
      case "NotIn": terms.append((key, "\(key) notin (\(values))"))
      case "DoesNotExist": terms.append((key, "!\(key)"))
      default: terms.append((key, key))
      }
    }
    return terms.isEmpty ? "<none>" : terms.sorted { $0.key < $1.key }.map(\.text).joined(separator: ",")
  }

  /// The first three hosts of an Ingress, and how many rules there are beyond.
  static func hosts(of ingress: JSONValue) -> String {
    let rules = ingress[path: "spec", "rules"]?.array ?? []
    var hosts: [String] = []
    var isCut = false
    for rule in rules {
      if hosts.count == 3 { isCut = true }
      if !isCut, let host = rule["host"]?.string, !host.isEmpty { hosts.append(host) }
    }
    guard !hosts.isEmpty else { return "*" }
    return hosts.joined(separator: ",") + (isCut ? " + \(rules.count - 3) more..." : "")
  }

  static func addresses(of ingress: JSONValue) -> String {
    let points = ingress[path: "status", "loadBalancer", "ingress"]?.array ?? []
    let addresses = points.compactMap { point in
      ["ip", "hostname"].lazy.compactMap { point[$0]?.string }.first { !$0.isEmpty }
    }
    return Set(addresses).sorted().joined(separator: ",")
  }

  private static func containers(_ workload: JSONValue, _ member: String) -> String {
    (workload[path: "spec", "template", "spec", "containers"]?.array ?? []).compactMap { $0[member]?.string }
      .joined(separator: ",")
  }

  private static func subjects(_ binding: JSONValue, _ kind: String) -> String {
    (binding["subjects"]?.array ?? []).filter { $0["kind"]?.string == kind }.map { subject in
      let name = subject["name"]?.string ?? ""
      return kind == "ServiceAccount" ? "\(subject["namespace"]?.string ?? "")/\(name)" : name
    }.joined(separator: ", ")
  }
}
