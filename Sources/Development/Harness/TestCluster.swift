// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import DevCluster
import HTTPTransport
import JSON
import KubernetesClient
import KubernetesCore
import Logging
import ObservabilityAPI
import ObservabilityController

/// A cluster in this process with what Cozystack would have: nodes, namespaces, the Services of the metrics storage, and
/// our kind.
public struct TestCluster: Sendable {
  /// The server, as seen from inside.
  public let server: APIServer
  /// A client with every right.
  public let admin: KubernetesClient
  /// The metrics backend.
  public let backend = BackendStub()

  static let adminToken = "admin"
  /// The bearer token of the operator's service account.
  public static let operatorToken = "operator"
  /// The type that all this is about.
  public static let observabilities = ResourceType(
    group: "observability.cozystack.io", version: "v1alpha1", kind: "Observability", plural: "observabilities",
    isNamespaced: false)

  /// A cluster with that many nodes.
  public init(
    nodes: Int = 3, withDefinition: Bool = true, withNamespace: Bool = true, withServices: Bool = true,
    podSecurityDefault: String = "privileged", defaultStorageClass: String? = "standard",
    nodePolicy: NodeLabelGuard? = .standard,
    podFate: @escaping @Sendable (JSONValue, JSONValue) -> PodFate = { _, _ in .ready }
  ) async throws {
    var configuration = APIServerConfiguration(adminToken: Self.adminToken)
    configuration.tokens[Self.operatorToken] = .serviceAccount(
      namespace: RoleManifests.operatorNamespace, name: RoleManifests.operatorName)
    configuration.podFate = podFate
    configuration.podSecurityDefault = podSecurityDefault
    configuration.defaultStorageClass = defaultStorageClass
    configuration.admission = { nodePolicy?.refusal($0) }
    configuration.logger = Logger(label: "devcluster") { _ in SwiftLogNoOpLogHandler() }
    server = APIServer(configuration)
    admin = Self.client(server, token: Self.adminToken)
    for namespace in ["default", "tenant-root", RoleManifests.operatorNamespace] {
      await server.addNamespace(namespace)
    }
    if withNamespace { try await addChildrenNamespace() }
    for index in 0..<nodes { await server.addNode("node-\(index)", labels: ["pool": index == 0 ? "first" : "rest"]) }
    if withServices { try await addServices() }
    if withDefinition { try await addDefinition() }
    for role in RoleManifests.all + [RoleManifests.clusterAgent]
    where withNamespace || role["metadata"]?["namespace"]?.string != "cozy-coroot" {
      try await server.apply(role)
    }
  }

  /// Installs our kind.
  public func addDefinition() async throws {
    try await server.apply(CustomResourceDefinition.manifest())
  }

  /// Adds a namespace for children, with the binding that such a namespace needs.
  public func addChildrenNamespace(_ name: String = RoleManifests.childrenNamespace) async throws {
    await server.addNamespace(name)
    for role in RoleManifests.all where role["metadata"]?["namespace"]?.string == RoleManifests.childrenNamespace {
      var role = role
      role["metadata"]?["namespace"] = .string(name)
      try await server.apply(role)
    }
  }

  /// Adds the Services of the metrics storage.
  public func addServices() async throws {
    try await server.addService("vminsert-shortterm", namespace: "tenant-root", ports: [8480])
    try await server.addService("vmselect-shortterm", namespace: "tenant-root", ports: [8481])
  }

  /// Adds the Service and the Secret of a ClickHouse application, and the right to read that Secret.
  public func addClickHouse(password: String, mayRead: Bool = true) async throws {
    try await server.addService("chendpoint-clickhouse-coroot", namespace: "tenant-root", ports: [8123, 9000])
    try await setClickHousePassword(password)
    guard mayRead else { return }
    let name = "observability-operator-clickhouse-coroot-credentials"
    try await server.apply([
      "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role",
      "metadata": ["name": .string(name), "namespace": "tenant-root"],
      "rules": [
        [
          "apiGroups": [""], "resources": ["secrets"], "resourceNames": ["clickhouse-coroot-credentials"],
          "verbs": ["list", "watch"],
        ]
      ],
    ])
    try await server.apply([
      "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
      "metadata": ["name": .string(name), "namespace": "tenant-root"],
      "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": .string(name)],
      "subjects": [
        [
          "kind": "ServiceAccount", "name": .string(RoleManifests.operatorName),
          "namespace": .string(RoleManifests.operatorNamespace),
        ]
      ],
    ])
  }

  /// Writes the password of the ClickHouse application's user.
  public func setClickHousePassword(_ password: String) async throws {
    try await server.apply([
      "apiVersion": "v1", "kind": "Secret",
      "metadata": ["name": "clickhouse-coroot-credentials", "namespace": "tenant-root"],
      "data": ["coroot": .string(Base64.encode(Array(password.utf8)))],
    ])
  }

  /// A client of the server with that token.
  static func client(_ server: APIServer, token: String) -> KubernetesClient {
    KubernetesClient(
      transport: InProcessTransport(server),
      configuration: ClusterConfiguration(server: "http://in-process", credentials: .token(token)),
      options: .init(userAgent: "test"))
  }

  /// A client with the rights that the operator is shipped with, and no others.
  public var operatorClient: KubernetesClient { Self.client(server, token: Self.operatorToken) }

  /// An object of our kind, without dashboards and alerts unless it asks for them: few tests are about those, and they
  /// would wait for a Grafana.
  public static func object(_ name: String = "platform", spec: JSONObject = [:]) -> KubernetesObject {
    var object = KubernetesObject(type: observabilities, name: name)
    var whole: JSONObject = [
      "namespace": "cozy-coroot", "dashboards": ["enabled": false], "alerts": ["enabled": false],
    ]
    for (key, value) in spec { whole[key] = value }
    object["spec"] = .object(whole)
    return object
  }

  /// Creates or changes an object of our kind, as its user does.
  @discardableResult
  public func apply(_ object: KubernetesObject) async throws -> KubernetesObject {
    try await admin.apply(Self.observabilities, object, ApplyOptions(fieldManager: "user", force: true))
  }

  /// The requests that the operator made, Leases and the one dry run of a start aside unless they are asked for.
  public func operatorRequests(withLeases: Bool = false, withDryRuns: Bool = false) async -> [LoggedRequest] {
    let user = Identity.serviceAccount(
      namespace: RoleManifests.operatorNamespace, name: RoleManifests.operatorName
    ).user
    return await server.requestLog.filter {
      $0.user == user && (withLeases || $0.resource != "leases") && (withDryRuns || !$0.isDryRun)
    }
  }
}
