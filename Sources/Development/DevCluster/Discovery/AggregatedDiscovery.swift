// SPDX-License-Identifier: Apache-2.0

import JSON

/// All groups, versions and resources in one document (KEP-3352): what kubectl asks for first.
struct AggregatedDiscovery {
  private let types: TypeRegistry
  private let groups: [String]

  /// The document at `/api`, which has the legacy group only, or at `/apis`, which has all others.
  init(_ types: TypeRegistry, isCore: Bool) {
    self.types = types
    groups = isCore ? [""] : types.groups
  }

  /// The document, if the client takes it before plain JSON; nil for a client that does not know of it.
  func answer(to request: APIRequest) -> APIResponse? {
    for media in MediaType.list(request.header("accept") ?? "") where media.name == "application/json" {
      guard media.parameters["as"] == "APIGroupDiscoveryList" else { return nil }
      guard media.parameters["g"] == "apidiscovery.k8s.io", let version = media.parameters["v"],
        ["v2", "v2beta1"].contains(version)
      else { continue }
      var response = APIResponse(status: 200, json: document(version))
      response.headers = [
        ("Content-Type", "application/json;g=apidiscovery.k8s.io;v=\(version);as=APIGroupDiscoveryList"),
        ("Vary", "Accept"),
      ]
      return response
    }
    return nil
  }

  private func document(_ version: String) -> JSONValue {
    [
      "kind": "APIGroupDiscoveryList", "apiVersion": .string("apidiscovery.k8s.io/\(version)"), "metadata": [:],
      "items": .array(
        groups.map { group in
          [
            "metadata": ["name": .string(group), "creationTimestamp": .null],
            "versions": .array(types.versions(of: group).map { self.version($0, of: group) }),
          ]
        }),
    ]
  }

  private func version(_ version: String, of group: String) -> JSONValue {
    let resources = types.types.filter { $0.group == group && $0.version == version }.map(Self.resource)
    return ["version": .string(version), "resources": .array(resources), "freshness": "Current"]
  }

  private static func resource(_ type: ServedType) -> JSONValue {
    var entry: JSONValue = [
      "resource": .string(type.plural),
      "responseKind": kind(type.group, type.version, type.kind),
      "scope": type.isNamespaced ? "Namespaced" : "Cluster", "singularResource": .string(type.singular),
      "verbs": .array(type.verbs.map { .string($0) }),
    ]
    if !type.shortNames.isEmpty { entry["shortNames"] = .array(type.shortNames.map { .string($0) }) }
    if !type.categories.isEmpty { entry["categories"] = .array(type.categories.map { .string($0) }) }
    if !type.subresources.isEmpty {
      entry["subresources"] = .array(
        type.subresources.map {
          [
            "subresource": .string($0.name), "responseKind": kind($0.group, $0.version, $0.kind),
            "verbs": .array($0.verbs.map { .string($0) }),
          ]
        })
    }
    return entry
  }

  private static func kind(_ group: String, _ version: String, _ kind: String) -> JSONValue {
    ["group": .string(group), "version": .string(version), "kind": .string(kind)]
  }
}
