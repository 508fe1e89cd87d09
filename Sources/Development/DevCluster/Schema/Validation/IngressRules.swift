// SPDX-License-Identifier: Apache-2.0

import JSON

/// What must hold for an Ingress.
///
/// Source: `pkg/apis/networking/validation/validation.go`. What an old object got wrong and a change may therefore keep is
/// not looked at.
enum IngressRules {
  static func failures(_ ingress: JSONValue, _ old: JSONValue?) -> [FieldFailure] {
    let spec = ingress["spec"] ?? [:]
    let rules = spec["rules"]?.array ?? []
    var result: [FieldFailure] = []
    let backend = spec["defaultBackend"].flatMap { $0.isNull ? nil : $0 }
    if rules.isEmpty, backend == nil {
      result.append(.invalid("spec", spec["rules"] ?? .null, "either `defaultBackend` or `rules` must be specified"))
    }
    if let backend { result += backendFailures(backend, at: "spec.defaultBackend") }
    for (index, rule) in rules.enumerated() {
      let place = "spec.rules[\(index)]"
      if let host = rule["host"]?.string, !host.isEmpty {
        if isAddress(host) {
          result.append(.invalid("\(place).host", .string(host), "must be a DNS name, not an IP address"))
        }
        result += hostFailures(host, at: "\(place).host")
      }
      if let http = rule["http"], !http.isNull { result += pathFailures(http["paths"], at: "\(place).http.paths") }
    }
    for (index, entry) in (spec["tls"]?.array ?? []).enumerated() {
      let place = "spec.tls[\(index)]"
      for (position, host) in (entry["hosts"]?.array ?? []).enumerated() {
        result += hostFailures(host.string ?? "", at: "\(place).hosts[\(position)]")
      }
      result += nameFailures(entry["secretName"], at: "\(place).secretName")
    }
    if let name = spec["ingressClassName"]?.string, let problem = NameRules.subdomain(name) {
      result.append(.invalid("spec.ingressClassName", .string(name), problem))
    }
    return result + (old == nil ? classFailures(ingress) : [])
  }

  /// The annotation that named the class before the field did must agree with it, on creation.
  private static func classFailures(_ ingress: JSONValue) -> [FieldFailure] {
    let key = "kubernetes.io/ingress.class"
    guard let name = ingress[path: "spec", "ingressClassName"]?.string,
      let annotation = ingress[path: "metadata", "annotations", key], annotation != .string(name)
    else { return [] }
    let detail = "must match `ingressClassName` when both are specified"
    return [.invalid("annotations.\(key)", annotation, detail)]
  }

  private static func hostFailures(_ host: String, at path: String) -> [FieldFailure] {
    let problem = host.contains("*") ? NameRules.wildcardSubdomain(host) : NameRules.subdomain(host)
    return problem.map { [.invalid(path, .string(host), $0)] } ?? []
  }

  private static func nameFailures(_ name: JSONValue?, at path: String) -> [FieldFailure] {
    guard let name = name?.string, !name.isEmpty, let problem = NameRules.subdomain(name) else { return [] }
    return [.invalid(path, .string(name), problem)]
  }

  private static func pathFailures(_ paths: JSONValue?, at place: String) -> [FieldFailure] {
    let paths = paths?.array ?? []
    guard !paths.isEmpty else { return [.required(place)] }
    return paths.enumerated().flatMap { pathFailures($1, at: "\(place)[\($0)]") }
  }

  private static func pathFailures(_ entry: JSONValue, at place: String) -> [FieldFailure] {
    guard let type = entry["pathType"], !type.isNull else {
      return [.required("\(place).pathType", "pathType must be specified")]
    }
    let path = entry["path"]?.string ?? ""
    func failure(_ detail: String) -> FieldFailure { .invalid("\(place).path", .string(path), detail) }
    var result: [FieldFailure] = []
    switch type.string {
    case "Exact", "Prefix":
      if !path.hasPrefix("/") { result.append(failure("must be an absolute path")) }
      for sequence in ["//", "/./", "/../", "%2f", "%2F"] where path.contains(sequence) {
        result.append(failure("must not contain '\(sequence)'"))
      }
      for suffix in ["/..", "/."] where path.hasSuffix(suffix) { result.append(failure("cannot end with '\(suffix)'")) }
    case "ImplementationSpecific":
      if !path.isEmpty, !path.hasPrefix("/") { result.append(failure("must be an absolute path")) }
    default:
      result.append(.notSupported("\(place).pathType", type, ["Exact", "ImplementationSpecific", "Prefix"]))
    }
    return result + backendFailures(entry["backend"] ?? [:], at: "\(place).backend")
  }

  private static func backendFailures(_ backend: JSONValue, at path: String) -> [FieldFailure] {
    let service = backend["service"].flatMap { $0.isNull ? nil : $0 }
    let resource = backend["resource"].flatMap { $0.isNull ? nil : $0 }
    guard let service else {
      guard let resource else { return [.invalid(path, "", "resource or service backend is required")] }
      return ["kind", "name"].filter { (resource[$0]?.string ?? "").isEmpty }.map {
        .required("\(path).resource.\($0)")
      }
    }
    guard resource == nil else { return [.invalid(path, "", "cannot set both resource and service backends")] }
    var result: [FieldFailure] = []
    let name = service["name"]?.string ?? ""
    if name.isEmpty {
      result.append(.required("\(path).service.name"))
    } else if let problem = NameRules.serviceName(name) {
      result.append(.invalid("\(path).service.name", .string(name), problem))
    }
    let portName = service[path: "port", "name"]?.string ?? ""
    let number = service[path: "port", "number"]?.integer ?? 0
    switch (portName.isEmpty, number == 0) {
    case (false, false): result.append(.invalid(path, "", "cannot set both port name & port number"))
    case (false, true): result += CommonRules.portName(portName, at: "\(path).service.port.name")
    case (true, false): result += CommonRules.portNumber(.integer(number), at: "\(path).service.port.number")
    case (true, true): result.append(.required(path, "port name or number is required"))
    }
    return result
  }

  private static func isAddress(_ host: String) -> Bool {
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return host.contains(":") || (parts.count == 4 && parts.allSatisfy { UInt8($0) != nil })
  }
}
