// SPDX-License-Identifier: Apache-2.0

import JSON

/// What must hold for a NetworkPolicy.
///
/// Source: `ValidateNetworkPolicySpec` in `pkg/apis/networking/validation/validation.go`. Of an address block it is checked
/// that there is one, not how it is written.
enum NetworkPolicyRules {
  static func failures(_ spec: JSONValue) -> [FieldFailure] {
    var result = CommonRules.selector(spec["podSelector"], at: "spec.podSelector")
    for (direction, peers) in [("ingress", "from"), ("egress", "to")] {
      for (index, rule) in (spec[direction]?.array ?? []).enumerated() {
        let place = "spec.\(direction)[\(index)]"
        for (position, port) in (rule["ports"]?.array ?? []).enumerated() {
          result += portFailures(port, at: "\(place).ports[\(position)]")
        }
        for (position, peer) in (rule[peers]?.array ?? []).enumerated() {
          result += peerFailures(peer, at: "\(place).\(peers)[\(position)]")
        }
      }
    }
    let types = spec["policyTypes"]?.array ?? []
    guard types.count <= 2 else {
      let detail = "may not specify more than two policyTypes"
      return result + [.invalid("spec.policyTypes", .array(types), detail)]
    }
    for (index, type) in types.enumerated() where type != "Ingress" && type != "Egress" {
      result.append(.notSupported("spec.policyTypes[\(index)]", type, ["Ingress", "Egress"]))
    }
    return result
  }

  private static func portFailures(_ port: JSONValue, at path: String) -> [FieldFailure] {
    var result: [FieldFailure] = []
    if let value = port["protocol"], !["TCP", "UDP", "SCTP"].contains(value) {
      result.append(.notSupported("\(path).protocol", value, ["TCP", "UDP", "SCTP"]))
    }
    let end = port["endPort"].flatMap { $0.isNull ? nil : $0 }
    switch port["port"] {
    case .integer(let number)?:
      result += CommonRules.portNumber(.integer(number), at: "\(path).port")
      guard let end else { break }
      if end.integer ?? 0 < number {
        result.append(.invalid("\(path).endPort", end, "must be greater than or equal to `port`"))
      }
      result += CommonRules.portNumber(end, at: "\(path).endPort")
    case .string(let name)?:
      if let end { result.append(.invalid("\(path).endPort", end, "may not be specified when `port` is non-numeric")) }
      result += CommonRules.portName(name, at: "\(path).port")
    default:
      if let end {
        result.append(.invalid("\(path).endPort", end, "may not be specified when `port` is not specified"))
      }
    }
    return result
  }

  private static func peerFailures(_ peer: JSONValue, at path: String) -> [FieldFailure] {
    let selectors = ["podSelector", "namespaceSelector"].filter { peer[$0].map { !$0.isNull } ?? false }
    var result = selectors.flatMap { CommonRules.selector(peer[$0], at: "\(path).\($0)") }
    let block = peer["ipBlock"].flatMap { $0.isNull ? nil : $0 }
    if let block, (block["cidr"]?.string ?? "").isEmpty { result.append(.required("\(path).ipBlock.cidr")) }
    if selectors.isEmpty, block == nil { result.append(.required(path, "must specify a peer")) }
    if !selectors.isEmpty, block != nil {
      result.append(.forbidden(path, "may not specify both ipBlock and another peer"))
    }
    return result
  }
}
