// SPDX-License-Identifier: Apache-2.0

import DevCluster
import HTTPTransport
import JSON
import KubernetesClient
import KubernetesCore
import Logging

/// A server with a namespace `work`, reached by a client in this process.
struct FaultedCluster {
  let server: APIServer
  let client: KubernetesClient

  init(sleep: (@Sendable (Duration) async throws -> Void)? = nil) async {
    var configuration = APIServerConfiguration(adminToken: "admin")
    configuration.seed = 1
    configuration.logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    if let sleep { configuration.sleep = sleep }
    server = APIServer(configuration)
    client = Self.client(InProcessTransport(server), "http://in-process")
    await server.addNamespace("work")
  }

  static func client(_ transport: any HTTPTransport, _ url: String) -> KubernetesClient {
    KubernetesClient(
      transport: transport, configuration: ClusterConfiguration(server: url, credentials: .token("admin")),
      options: .init(
        userAgent: "faults-tests",
        deadlines: Deadlines(connect: .seconds(120), total: .seconds(300), idle: .seconds(300))))
  }

  static func key(_ name: String) -> ObjectKey { ObjectKey(namespace: "work", name: name) }

  static func configMap(_ name: String, _ value: String) -> KubernetesObject {
    var object = KubernetesObject(type: .configMaps, namespace: "work", name: name)
    object["data"] = ["value": .string(value)]
    return object
  }

  @discardableResult
  func put(_ name: String, _ value: String = "1") async throws -> KubernetesObject {
    try await client.apply(.configMaps, Self.configMap(name, value), ApplyOptions(fieldManager: "tests", force: true))
  }

  /// The value of a ConfigMap as the store holds it.
  func stored(_ name: String) async -> String? {
    await server.object("configmaps", namespace: "work", name)?["data"]?["value"]?.string
  }

  func watch(from version: String) async throws -> FrameReader {
    FrameReader(try await client.watch(.configMaps, WatchQuery(namespace: "work", resourceVersion: version)))
  }

  /// The version of the collection now.
  func version() async throws -> String {
    try await client.list(.configMaps, ListQuery(namespace: "work")).resourceVersion
  }
}
