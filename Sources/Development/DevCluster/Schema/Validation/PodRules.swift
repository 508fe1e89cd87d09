// SPDX-License-Identifier: Apache-2.0

import JSON

/// What must hold for the specification of a pod, in a Pod or in a template.
///
/// The part of `pkg/apis/core/validation/validation.go` that a rendered workload can get wrong: missing containers,
/// names and images, volumes that are not there, requests over limits, and contradictions of a security context.
enum PodRules {
  /// - Parameter addedVolumes: names of volumes that the pods get beside those of the specification.
  static func failures(_ spec: JSONValue?, at path: String, addedVolumes: Set<String> = []) -> [FieldFailure] {
    let volumes = spec?["volumes"]?.array ?? []
    let names = Set(volumes.compactMap { $0["name"]?.string }).union(addedVolumes)
    var result = volumeFailures(volumes, at: FieldName.member(path, "volumes"))
    let containers = spec?["containers"]?.array ?? []
    if containers.isEmpty { result.append(.required(FieldName.member(path, "containers"))) }
    for list in ["containers", "initContainers"] {
      var seen: Set<String> = []
      for (index, container) in (spec?[list]?.array ?? []).enumerated() {
        let place = FieldName.element(FieldName.member(path, list), index)
        let name = container["name"]?.string ?? ""
        if !name.isEmpty, !seen.insert(name).inserted { result.append(.duplicate("\(place).name", .string(name))) }
        result += containerFailures(container, volumes: names, at: place)
      }
    }
    result += ObjectMetaRules.labelFailures(spec?["nodeSelector"], at: FieldName.member(path, "nodeSelector"))
    return result
  }

  private static func volumeFailures(_ volumes: [JSONValue], at path: String) -> [FieldFailure] {
    var result: [FieldFailure] = []
    var seen: Set<String> = []
    for (index, volume) in volumes.enumerated() {
      let place = FieldName.element(path, index)
      let name = volume["name"]?.string ?? ""
      result += nameFailure(name, at: "\(place).name")
      if !name.isEmpty, !seen.insert(name).inserted { result.append(.duplicate("\(place).name", .string(name))) }
      if let source = volume["hostPath"], (source["path"]?.string ?? "").isEmpty {
        result.append(.required("\(place).hostPath.path"))
      }
    }
    return result
  }

  private static func containerFailures(
    _ container: JSONValue, volumes: Set<String>, at path: String
  ) -> [FieldFailure] {
    var result = nameFailure(container["name"]?.string ?? "", at: "\(path).name")
    if (container["image"]?.string ?? "").isEmpty { result.append(.required("\(path).image")) }
    for (index, port) in (container["ports"]?.array ?? []).enumerated() {
      result += portFailure(port["containerPort"], at: "\(path).ports[\(index)].containerPort")
    }
    for (index, variable) in (container["env"]?.array ?? []).enumerated()
    where (variable["name"]?.string ?? "").isEmpty {
      result.append(.required("\(path).env[\(index)].name"))
    }
    for (index, mount) in (container["volumeMounts"]?.array ?? []).enumerated() {
      let place = "\(path).volumeMounts[\(index)]"
      if let name = mount["name"]?.string, !volumes.contains(name) {
        let message = "Not found: \(JSONWriter.text(.string(name)))"
        result.append(FieldFailure(field: "\(place).name", reason: .notFound, message: message))
      }
      if (mount["mountPath"]?.string ?? "").isEmpty { result.append(.required("\(place).mountPath")) }
    }
    return result + resourceFailures(container["resources"], at: "\(path).resources")
      + securityFailures(container["securityContext"], at: "\(path).securityContext")
  }

  /// A port number from 1 to 65535.
  static func portFailure(_ port: JSONValue?, at path: String) -> [FieldFailure] {
    guard let number = port?.integer, number != 0 else { return [.required(path)] }
    return (1...65535).contains(number)
      ? [] : [.invalid(path, .integer(number), "must be between 1 and 65535, inclusive")]
  }

  private static func nameFailure(_ name: String, at path: String) -> [FieldFailure] {
    if name.isEmpty { return [.required(path)] }
    return NameRules.label(name).map { [.invalid(path, .string(name), $0)] } ?? []
  }

  private static func resourceFailures(_ resources: JSONValue?, at path: String) -> [FieldFailure] {
    (resources?["requests"]?.object ?? JSONObject()).compactMap { name, request in
      guard let limit = resources?[path: "limits", name], let asked = request.string, let most = limit.string,
        let (first, second) = Quantity.pair(asked, most), first > second
      else { return nil }
      return .invalid("\(path).requests", request, "must be less than or equal to \(name) limit of \(most)")
    }
  }

  /// Gaining privileges cannot be ruled out for a container that has them all. That `SYS_ADMIN` passes and
  /// `CAP_SYS_ADMIN` does not is what the API server does.
  private static func securityFailures(_ context: JSONValue?, at path: String) -> [FieldFailure] {
    guard let context, context["allowPrivilegeEscalation"] == false else { return [] }
    func failure(_ detail: String) -> FieldFailure {
      let value = JSONWriter.text(internalForm(context), order: .asGiven)
      let sentence = "cannot set `allowPrivilegeEscalation` to false and \(detail)"
      return FieldFailure(field: path, reason: .invalid, message: "Invalid value: \(value): \(sentence)")
    }
    var result: [FieldFailure] = []
    if context["privileged"] == true { result.append(failure("`privileged` to true")) }
    if context[path: "capabilities", "add"]?.array?.contains("CAP_SYS_ADMIN") == true {
      result.append(failure("`capabilities.Add` CAP_SYS_ADMIN"))
    }
    return result
  }

  /// The security context as the API server's internal type prints it.
  private static func internalForm(_ context: JSONValue) -> JSONValue {
    let members = [
      "capabilities", "privileged", "seLinuxOptions", "windowsOptions", "runAsUser", "runAsGroup", "runAsNonRoot",
      "readOnlyRootFilesystem", "allowPrivilegeEscalation", "procMount", "seccompProfile", "appArmorProfile",
    ]
    return .object(JSONObject(members.map { (exported($0), exported(context[$0] ?? .null)) }))
  }

  private static func exported(_ value: JSONValue) -> JSONValue {
    guard case .object(let members) = value else { return value }
    return .object(JSONObject(members.map { (exported($0.key), exported($0.value)) }))
  }

  private static func exported(_ name: String) -> String {
    switch name {
    case "seLinuxOptions": "SELinuxOptions"
    default: name.prefix(1).uppercased() + name.dropFirst()
    }
  }
}
