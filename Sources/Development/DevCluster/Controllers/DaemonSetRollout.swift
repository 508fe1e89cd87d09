// SPDX-License-Identifier: Apache-2.0

import JSON

/// What a DaemonSet lacks and has too much of: a pure comparison of its template, the nodes and its pods.
struct DaemonSetRollout {
  /// Nodes that lack a pod.
  private(set) var missing: [JSONValue] = []
  /// Pods that must go: their node does not want them, or has another one.
  private(set) var surplus: [JSONValue] = []
  /// Pods of an older template that do not work: they go at once.
  private(set) var broken: [JSONValue] = []
  /// Pods of an older template that work: they go as far as the budget allows.
  private(set) var outdated: [JSONValue] = []
  /// How many more pods may be unavailable (`maxUnavailable`).
  private(set) var budget = 0
  /// How many outdated pods are replaced before the status is reported again; a large set moves in larger steps.
  private(set) var step = 0
  /// The status as it is now.
  private(set) var status: JSONValue = [:]
  /// What tells one template from another.
  let hash: String

  init(set: JSONValue, nodes: [JSONValue], pods: [JSONValue]) {
    let template = set[path: "spec", "template"] ?? [:]
    hash = Self.hash(template)
    let selection = NodeSelection(template: template)
    var byNode: [String: [JSONValue]] = [:]
    for pod in pods where !pod.isBeingDeleted {
      byNode[pod[path: "spec", "nodeName"]?.string ?? "", default: []].append(pod)
    }
    var desired = 0
    var current = 0
    var misscheduled = 0
    var updated = 0
    var available = 0
    var old: [JSONValue] = []
    for node in nodes {
      let verdict = selection.verdict(for: node)
      let here = byNode.removeValue(forKey: node.name) ?? []
      guard verdict.runs else {
        if verdict.keeps, !here.isEmpty { misscheduled += 1 } else { surplus += here }
        continue
      }
      desired += 1
      guard let pod = here.first else {
        missing.append(node)
        continue
      }
      surplus += here.dropFirst()
      current += 1
      if Self.isReady(pod) { available += 1 }
      if pod.meta["labels"]?["controller-revision-hash"]?.string == hash { updated += 1 } else { old.append(pod) }
    }
    // The nodes of what is left are gone.
    surplus += byNode.sorted { $0.key < $1.key }.flatMap(\.value)
    if set[path: "spec", "updateStrategy", "type"]?.string ?? "RollingUpdate" == "RollingUpdate" {
      broken = old.filter { !Self.isReady($0) }
      outdated = old.filter(Self.isReady)
      let limit = set[path: "spec", "updateStrategy", "rollingUpdate", "maxUnavailable"] ?? 1
      budget = max(0, max(1, Self.scaled(limit, of: desired)) - (desired - available))
      step = max(budget, desired / 20)
    }
    status = Self.status(
      set, desired: desired, current: current, misscheduled: misscheduled, updated: updated, available: available)
  }

  /// Whether all containers of a pod are ready.
  static func isReady(_ pod: JSONValue) -> Bool {
    (pod[path: "status", "conditions"]?.array ?? []).contains { $0["type"] == "Ready" && $0["status"] == "True" }
  }

  /// Whether two states of a pod differ in nothing but times.
  static func isSameStatus(_ left: JSONValue, _ right: JSONValue) -> Bool { timeless(left) == timeless(right) }

  private static func timeless(_ value: JSONValue) -> JSONValue {
    switch value {
    case .object(let members):
      var result: JSONObject = [:]
      for (key, member) in members
      where !["startTime", "startedAt", "finishedAt", "lastTransitionTime", "lastUpdateTime"].contains(key) {
        result[key] = timeless(member)
      }
      return .object(result)
    case .array(let elements): return .array(elements.map(timeless))
    default: return value
    }
  }

  /// An absolute number, or a percentage rounded up (`intstr.GetScaledValueFromIntOrPercent`).
  private static func scaled(_ value: JSONValue, of total: Int) -> Int {
    if let number = value.integer { return Int(clamping: number) }
    guard let text = value.string, text.hasSuffix("%"), let percent = Int(text.dropLast()) else { return 1 }
    return (percent * total + 99) / 100
  }

  private static func status(
    _ set: JSONValue, desired: Int, current: Int, misscheduled: Int, updated: Int, available: Int
  ) -> JSONValue {
    var status: JSONValue = [
      "currentNumberScheduled": .integer(Int64(current)), "numberMisscheduled": .integer(Int64(misscheduled)),
      "desiredNumberScheduled": .integer(Int64(desired)), "numberReady": .integer(Int64(available)),
    ]
    if let generation = set.generation { status["observedGeneration"] = .integer(generation) }
    // These members are omitted when they are 0, as the type declares them.
    for (key, value) in [
      ("updatedNumberScheduled", updated), ("numberAvailable", available), ("numberUnavailable", desired - available),
    ] where value != 0 {
      status[key] = .integer(Int64(value))
    }
    return status
  }

  private static func hash(_ template: JSONValue) -> String {
    let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")
    var value = JSONWriter.bytes(template).reduce(UInt64(0xcbf2_9ce4_8422_2325)) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01b3
    }
    var text = ""
    for _ in 0..<10 {
      text.append(alphabet[Int(value % UInt64(alphabet.count))])
      value /= UInt64(alphabet.count)
    }
    return text
  }
}
