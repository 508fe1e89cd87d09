// SPDX-License-Identifier: Apache-2.0

import JSON

extension APIServer {
  /// Answers what is no resource: discovery, health, version, OpenAPI.
  func describe(_ request: APIRequest) -> APIResponse {
    guard request.method == "GET" || request.method == "HEAD" else {
      return APIResponse(status: 405, text: "405 method not allowed\n")
    }
    let parts = request.path.split(separator: "/").map(String.init)
    switch parts {
    case ["version"]: return APIResponse(status: 200, json: Self.version)
    case ["api"]:
      return APIResponse(
        status: 200,
        json: [
          "kind": "APIVersions", "versions": ["v1"],
          "serverAddressByClientCIDRs": [["clientCIDR": "0.0.0.0/0", "serverAddress": "127.0.0.1"]],
        ])
    case ["apis"]:
      return APIResponse(
        status: 200,
        json: ["kind": "APIGroupList", "apiVersion": "v1", "groups": .array(types.groups.map(groupDescription))])
    case ["healthz"], ["livez"], ["readyz"]: return health(parts[0], request)
    case ["openapi", "v3"]: return APIResponse(status: 200, json: OpenAPI.index(types))
    default: break
    }
    if parts.count == 2, parts[0] == "apis", types.groups.contains(parts[1]) {
      var group = groupDescription(parts[1])
      group["kind"] = "APIGroup"
      group["apiVersion"] = "v1"
      return APIResponse(status: 200, json: group)
    }
    if parts.count == 2, parts[0] == "api", parts[1] == "v1" {
      return APIResponse(status: 200, json: resourceList(group: "", version: "v1"))
    }
    if parts.count == 3, parts[0] == "apis", types.serves(group: parts[1], version: parts[2]) {
      return APIResponse(status: 200, json: resourceList(group: parts[1], version: parts[2]))
    }
    if parts.count >= 4, parts[0] == "openapi", parts[1] == "v3",
      let document = OpenAPI.document(types, parts.dropFirst(2).map { $0 })
    {
      return APIResponse(status: 200, json: document)
    }
    return APIResponse(status: 404, text: "404 page not found\n")
  }

  private func health(_ check: String, _ request: APIRequest) -> APIResponse {
    guard request.parameter("verbose") != nil else { return APIResponse(status: 200, text: "ok") }
    return APIResponse(
      status: 200,
      text: "[+]ping ok\n[+]log ok\n[+]storage ok\n[+]controllers \(configuration.runsControllers ? "ok" : "off")\n"
        + "\(check) check passed\n")
  }

  private func groupDescription(_ group: String) -> JSONValue {
    let versions = types.versions(of: group).map { version -> JSONValue in
      ["groupVersion": .string("\(group)/\(version)"), "version": .string(version)]
    }
    return ["name": .string(group), "versions": .array(versions), "preferredVersion": versions.first ?? [:]]
  }

  private func resourceList(group: String, version: String) -> JSONValue {
    var resources: [JSONValue] = []
    for type in types.types where type.group == group && type.version == version {
      var entry: JSONValue = [
        "name": .string(type.plural), "singularName": .string(type.singular), "namespaced": .bool(type.isNamespaced),
        "kind": .string(type.kind), "verbs": .array(type.verbs.map { .string($0) }),
      ]
      if !type.shortNames.isEmpty { entry["shortNames"] = .array(type.shortNames.map { .string($0) }) }
      if !type.categories.isEmpty { entry["categories"] = .array(type.categories.map { .string($0) }) }
      entry["storageVersionHash"] = .string(Self.storageVersionHash(type))
      resources.append(entry)
      if type.hasStatus {
        resources.append([
          "name": .string(type.plural + "/status"), "singularName": "", "namespaced": .bool(type.isNamespaced),
          "kind": .string(type.kind), "verbs": ["get", "patch", "update"],
        ])
      }
    }
    return [
      "kind": "APIResourceList", "apiVersion": "v1",
      "groupVersion": .string(group.isEmpty ? version : "\(group)/\(version)"), "resources": .array(resources),
    ]
  }

  /// Stands for the stored version of a type; clients only compare it (FNV-1a here, SHA-256 in the real server).
  private static func storageVersionHash(_ type: ServedType) -> String {
    let text = "\(type.group)/\(type.version)/\(type.kind)"
    let hash = text.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    return Base64URL.encode((0..<8).map { UInt8(truncatingIfNeeded: hash >> (8 * $0)) }) + "="
  }

  private static let version: JSONValue = [
    "major": "1", "minor": "36", "emulationMajor": "1", "emulationMinor": "36", "minCompatibilityMajor": "1",
    "minCompatibilityMinor": "35", "gitVersion": "v1.36.2", "gitCommit": "devcluster", "gitTreeState": "",
    "buildDate": "1970-01-01T00:00:00Z", "goVersion": "none", "compiler": "swiftc", "platform": "linux/amd64",
  ]
}
