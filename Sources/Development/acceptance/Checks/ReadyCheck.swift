// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore

/// The smallest sample becomes Ready, and its status says what is so.
enum ReadyCheck {
  static let ready = Check("ready", "the smallest object becomes Ready with its three children", isFoundation: true) {
    stage in
    try await stage.makeReady()
    let children = try await stage.children()
    try expect(
      Set(children.map(\.kind)) == ["ServiceAccount", "NetworkPolicy", "DaemonSet"],
      "a ServiceAccount, a NetworkPolicy and a DaemonSet", observed: "\(children.map { "\($0.kind) \($0.key)" })",
      Request.list(.daemonSets, query: "labelSelector=\(Names.objectLabel)%3Dplatform"))
  }

  static let status = Check("ready", "every field of the status says what is so") { stage in
    let object = try await stage.wait(for: "Ready", "True")
    let nodes = try await stage.admin.all(.nodes)
    let problems = StatusReview.problems(of: object, children: try await stage.children(), nodes: nodes.count)
    try expect(
      problems.isEmpty, "a status without contradictions", observed: problems.joined(separator: "; "),
      Request.get(.observabilities, Names.object))
  }
}

/// Holds a status of a Ready object against the cluster. Pure.
enum StatusReview {
  static func problems(of object: KubernetesObject, children: [KubernetesObject], nodes: Int) -> [String] {
    guard let status = object["status"] else { return ["there is no status"] }
    var problems: [String] = []
    func expect(_ holds: Bool, _ problem: @autoclosure () -> String) { if !holds { problems.append(problem()) } }
    expect(
      status["observedGeneration"]?.integer == object.generation,
      "observedGeneration is \(Self.text(status["observedGeneration"])), generation \(object.generation ?? 0)")
    for (type, wanted) in [("Ready", "True"), ("AgentsAvailable", "True"), ("MetricsBackendReady", "True")] {
      let found = Conditions.find(type, object)?["status"]?.string
      expect(found == wanted, "condition \(type) is \(found ?? "missing")")
    }
    for (type, forbidden) in [("Reconciling", "True"), ("Stalled", "True")] {
      expect(Conditions.find(type, object)?["status"]?.string != forbidden, "condition \(type) is \(forbidden)")
    }
    for condition in status["conditions"]?.array ?? [] {
      for field in ["type", "status", "reason", "lastTransitionTime"] where condition[field]?.string?.isEmpty != false {
        problems.append("a condition has no \(field): \(JSONWriter.text(condition))")
      }
      expect(
        condition["observedGeneration"]?.integer == object.generation,
        "a condition is of another generation: \(JSONWriter.text(condition))")
    }
    problems += agents(status["agents"], ineligible: status["ineligibleNodes"]?.array ?? [], nodes: nodes)
    for capability in status["capabilities"]?.array ?? [] {
      expect(capability["for"]?.string?.isEmpty == false, "a capability has no reason: \(JSONWriter.text(capability))")
    }
    expect(
      (status["capabilities"]?.array ?? []).contains { $0["name"] == "SYS_ADMIN" }, "SYS_ADMIN is not in capabilities")
    let inventory = Set(
      (status["inventory"]?.array ?? []).map {
        "\(text($0["kind"])) \(text($0["namespace"]))/\(text($0["name"])) \(text($0["uid"]))"
      })
    let found = Set(children.map { "\($0.kind) \($0.key) \($0.uid ?? "")" })
    expect(inventory == found, "inventory is \(inventory.sorted()), the children are \(found.sorted())")
    let write = status[path: "endpoints", "metricsWrite"]?.string ?? ""
    expect(write.contains("vminsert-shortterm.tenant-root"), "endpoints.metricsWrite is \"\(write)\"")
    return problems
  }

  private static func agents(_ agents: JSONValue?, ineligible: [JSONValue], nodes: Int) -> [String] {
    guard let agents else { return ["agents is missing"] }
    func count(_ key: String) -> Int { agents[key]?.integer.map(Int.init) ?? -1 }
    var problems: [String] = []
    if count("eligible") + count("ineligible") != nodes { problems.append("agents count other than \(nodes) nodes") }
    if count("eligible") < 1 { problems.append("no node is eligible") }
    for key in ["updated", "ready"] where count(key) != count("eligible") {
      problems.append("agents.\(key) is \(count(key)) of \(count("eligible"))")
    }
    if agents["summary"]?.string != "\(count("ready"))/\(count("eligible"))" {
      problems.append("agents.summary is \(text(agents["summary"]))")
    }
    if ineligible.count != min(count("ineligible"), 50) {
      problems.append("\(ineligible.count) ineligibleNodes are listed of \(count("ineligible"))")
    }
    return problems
  }

  private static func text(_ value: JSONValue?) -> String {
    value?.string ?? value.map { JSONWriter.text($0) } ?? "missing"
  }
}
