// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import HTTPTransport
import JSON
import KubernetesClient
import KubernetesCore

/// A cluster as a client sees it, for the commands that act on one.
struct Cluster {
  let client: KubernetesClient
  private let transport: CurlTransport
  private let configuration: ClusterConfiguration

  init(kubeconfig: String) throws {
    configuration = try ClusterConfiguration.discover(kubeconfig: kubeconfig)
    transport = try CurlTransport(userAgent: "devcluster")
    client = KubernetesClient(
      transport: transport, configuration: configuration, options: .init(userAgent: "devcluster"))
  }

  /// The type of a kind, asked of the server; waits for one that was just defined is the caller's.
  func type(apiVersion: String, kind: String) async throws -> ResourceType? {
    try await resources(apiVersion: apiVersion).first { $0["kind"]?.string == kind }
      .flatMap { Self.type($0, apiVersion: apiVersion) }
  }

  /// The type that a person calls by its plural, singular or short name.
  func type(named name: String, apiVersion: String) async throws -> ResourceType? {
    try await resources(apiVersion: apiVersion).first { resource in
      let short = resource["shortNames"]?.array?.compactMap(\.string) ?? []
      return ([resource["name"]?.string, resource["singularName"]?.string].compactMap(\.self) + short).contains(name)
    }.flatMap { Self.type($0, apiVersion: apiVersion) }
  }

  func close() async {
    await transport.shutdown()
  }

  private func resources(apiVersion: String) async throws -> [JSONValue] {
    let path = apiVersion.contains("/") ? "/apis/\(apiVersion)" : "/api/\(apiVersion)"
    var headers: [HTTPField] = []
    if case .token(let token) = configuration.credentials {
      headers.append(HTTPField("Authorization", "Bearer \(token)"))
    }
    let response = try await transport.send(
      HTTPRequest(url: configuration.server + path, headers: headers, tls: configuration.tls))
    let body = try await response.body.collect()
    guard response.status == 200 else { return [] }
    return (try JSONParser.parse(body)["resources"]?.array ?? []).filter {
      $0["name"]?.string?.contains("/") == false
    }
  }

  private static func type(_ resource: JSONValue, apiVersion: String) -> ResourceType? {
    guard let plural = resource["name"]?.string, let kind = resource["kind"]?.string else { return nil }
    let parts = apiVersion.split(separator: "/").map(String.init)
    return ResourceType(
      group: parts.count > 1 ? parts[0] : "", version: parts.last ?? "", kind: kind, plural: plural,
      isNamespaced: resource["namespaced"]?.bool ?? false)
  }
}
