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
    case ["healthz"], ["livez"], ["readyz"]: return health(parts[0], request)
    case ["api"], ["apis"]:
      if let answer = AggregatedDiscovery(types, isCore: parts == ["api"]).answer(to: request) { return answer }
      return APIResponse(status: 200, json: parts == ["api"] ? versions(request) : groupList)
    case ["openapi", "v2"]: return OpenAPIV2.answer(to: request)
    case ["openapi", "v3"]: return APIResponse(status: 200, json: OpenAPI(types, served).index)
    default: break
    }
    if parts.count >= 4, parts[0] == "openapi", parts[1] == "v3" {
      let document = OpenAPI(types, served).document(parts.dropFirst(2).joined(separator: "/"))
      return document.map { APIResponse(status: 200, json: $0) } ?? Self.noPage
    }
    if parts.count == 2, parts[0] == "apis", types.groups.contains(parts[1]) {
      var group = ResourceListing.group(parts[1], types)
      group["kind"] = "APIGroup"
      group["apiVersion"] = "v1"
      return APIResponse(status: 200, json: group)
    }
    if parts.count == 2, parts[0] == "api", parts[1] == "v1" {
      return APIResponse(status: 200, json: ResourceListing.list(types, group: "", version: "v1"))
    }
    if parts.count == 3, parts[0] == "apis", types.serves(group: parts[1], version: parts[2]) {
      return APIResponse(status: 200, json: ResourceListing.list(types, group: parts[1], version: parts[2]))
    }
    return Self.noPage
  }

  /// The legacy group's versions; the address is the one that the client came by.
  private func versions(_ request: APIRequest) -> JSONValue {
    [
      "kind": "APIVersions", "versions": ["v1"],
      "serverAddressByClientCIDRs": [
        ["clientCIDR": "0.0.0.0/0", "serverAddress": .string(request.header("host") ?? "127.0.0.1")]
      ],
    ]
  }

  private var groupList: JSONValue {
    [
      "kind": "APIGroupList", "apiVersion": "v1",
      "groups": .array(types.groups.map { ResourceListing.group($0, types) }),
    ]
  }

  private func health(_ check: String, _ request: APIRequest) -> APIResponse {
    guard request.parameter("verbose") != nil else { return APIResponse(status: 200, text: "ok") }
    return APIResponse(
      status: 200,
      text: "[+]ping ok\n[+]log ok\n[+]storage ok\n[+]controllers \(configuration.runsControllers ? "ok" : "off")\n"
        + "\(check) check passed\n")
  }

  private static let noPage = APIResponse(status: 404, text: "404 page not found\n")

  private static let version: JSONValue = [
    "major": "1", "minor": "36", "emulationMajor": "1", "emulationMinor": "36", "minCompatibilityMajor": "1",
    "minCompatibilityMinor": "35", "gitVersion": "v1.36.2", "gitCommit": "devcluster", "gitTreeState": "",
    "buildDate": "1970-01-01T00:00:00Z", "goVersion": "none", "compiler": "swiftc", "platform": "linux/amd64",
  ]
}
