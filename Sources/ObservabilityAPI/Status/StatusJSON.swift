// SPDX-License-Identifier: Apache-2.0

import CleanText
import JSON

extension ObservabilityStatus {
  /// What stands in `status`: sorted and bounded, so that the same facts give the same bytes.
  public var json: JSONValue {
    var status: JSONObject = ["observedGeneration": .integer(observedGeneration), "conditions": .array(conditions)]
    status["agents"] = agents?.json
    let nodes = ineligibleNodes.sorted { $0.name < $1.name }
    if !nodes.isEmpty { status["ineligibleNodes"] = .array(nodes.prefix(Self.nodeLimit).map(\.json)) }
    if nodes.count > Self.nodeLimit {
      status["ineligibleNodesOmitted"] = .integer(Int64(nodes.count - Self.nodeLimit))
    }
    if !capabilities.isEmpty { status["capabilities"] = .array(capabilities.map(\.json)) }
    if !inventory.isEmpty { status["inventory"] = .array(inventory.sorted(by: Child.precedes).map(\.json)) }
    let endpoints = endpoints.json
    if !endpoints.isEmpty { status["endpoints"] = .object(endpoints) }
    return .object(status)
  }

  /// The inventory that stands in a status, for the next run of the operator. An entry without kind or name is none.
  public static func inventory(in status: JSONValue?) -> [Child] {
    (status?["inventory"]?.array ?? []).compactMap { entry in
      guard let kind = entry["kind"]?.string, let name = entry["name"]?.string else { return nil }
      return Child(
        group: entry["group"]?.string ?? "", kind: kind, namespace: entry["namespace"]?.string ?? "", name: name,
        uid: entry["uid"]?.string ?? "", hash: entry["hash"]?.string ?? "",
        part: entry["part"]?.string ?? "")
    }
  }
}

extension ObservabilityStatus.Agents {
  var json: JSONValue {
    [
      "eligible": .integer(Int64(eligible)), "ineligible": .integer(Int64(ineligible)),
      "updated": .integer(Int64(updated)), "ready": .integer(Int64(ready)), "summary": .string(summary),
    ]
  }
}

extension ObservabilityStatus.IneligibleNode {
  var json: JSONValue {
    // A kubelet writes what it likes of its own node.
    var node: JSONObject = [
      "name": .string(name), "kernel": .string(kernel.cleaned(bytes: Self.kernelLimit)), "reason": .string(reason),
    ]
    if !message.isEmpty { node["message"] = .string(message) }
    return .object(node)
  }
}

extension ObservabilityStatus.Capability {
  var json: JSONValue { ["name": .string(name), "for": .string(purpose)] }
}

extension ObservabilityStatus.Child {
  var json: JSONValue {
    var child: JSONObject = [
      "group": .string(group), "kind": .string(kind), "namespace": .string(namespace), "name": .string(name),
    ]
    if !uid.isEmpty { child["uid"] = .string(uid) }
    if !hash.isEmpty { child["hash"] = .string(hash) }
    if !part.isEmpty { child["part"] = .string(part) }
    return .object(child)
  }

  static func precedes(_ left: Self, _ right: Self) -> Bool {
    (left.group, left.kind, left.namespace, left.name) < (right.group, right.kind, right.namespace, right.name)
  }
}

extension ObservabilityStatus.Endpoints {
  var json: JSONObject {
    var endpoints = JSONObject()
    let all = [
      ("metricsWrite", metricsWrite), ("metricsRead", metricsRead), ("clickHouse", clickHouse), ("ui", ui),
    ]
    for (name, url) in all {
      endpoints[name] = url.map { .string(URLRedaction.withoutUserInfo($0)) }
    }
    return endpoints
  }
}
