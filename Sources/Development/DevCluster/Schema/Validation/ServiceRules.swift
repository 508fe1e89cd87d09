// SPDX-License-Identifier: Apache-2.0

import JSON

/// What must hold for the specification of a Service.
///
/// Source: `ValidateService` in `pkg/apis/core/validation/validation.go`.
enum ServiceRules {
  private static let types: [JSONValue] = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]

  static func failures(_ spec: JSONValue, _ old: JSONValue?) -> [FieldFailure] {
    var result: [FieldFailure] = []
    let ports = spec["ports"]?.array ?? []
    let type = spec["type"] ?? "ClusterIP"
    if ports.isEmpty, type != "ExternalName", spec["clusterIP"] != "None" { result.append(.required("spec.ports")) }
    if !types.contains(type) { result.append(.notSupported("spec.type", type, types)) }
    var names: Set<String> = []
    for (index, port) in ports.enumerated() {
      let place = "spec.ports[\(index)]"
      let name = port["name"]?.string ?? ""
      if name.isEmpty {
        if ports.count > 1 { result.append(.required("\(place).name")) }
      } else if let problem = NameRules.label(name) {
        result.append(.invalid("\(place).name", .string(name), problem))
      } else if !names.insert(name).inserted {
        result.append(.duplicate("\(place).name", .string(name)))
      }
      let number = port["port"]?.integer ?? 0
      if !(1...65535).contains(number) {
        result.append(.invalid("\(place).port", .integer(number), "must be between 1 and 65535, inclusive"))
      }
      if let policy = port["protocol"], !["TCP", "UDP", "SCTP"].contains(policy) {
        result.append(.notSupported("\(place).protocol", policy, ["SCTP", "TCP", "UDP"]))
      }
    }
    if let before = old?["clusterIP"], let after = spec["clusterIP"], before != after, type != "ExternalName" {
      result.append(.invalid("spec.clusterIPs[0]", .array([after]), "may not change once set"))
    }
    return result
  }
}
