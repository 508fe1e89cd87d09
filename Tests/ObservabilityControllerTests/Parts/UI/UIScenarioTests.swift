// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import CorootStub
import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Rendering
import Testing

@testable import ObservabilityController

/// The exposure of the user interface beside an API server, from nothing to its removal.
@Suite struct UIScenarioTests {
  static let gatekeeper = ObjectKey(namespace: "cozy-coroot", name: "platform-coroot-gatekeeper")
  static let route = ObjectKey(namespace: "tenant-root", name: "platform-to-coroot")
  static let secret = "hunter2"

  static func spec(_ ui: JSONObject?) -> JSONObject {
    var spec: JSONObject = ["mode": "Full", "clickHouse": ["application": [:]]]
    if let ui { spec["coroot"] = ["ui": .object(ui)] }
    return spec
  }

  static let withSecret: JSONObject = [
    "host": "coroot.example.org",
    "oidc": [
      "issuerURL": "https://login.example.org", "clientID": "coroot",
      "clientSecretRef": ["name": "coroot-oidc", "key": "secret"],
    ],
  ]
  static let withRealm: JSONObject = [
    "host": "coroot.example.org",
    "oidc": ["issuerURL": "https://keycloak.example.org/realms/cozy", "clientID": "coroot", "keycloakRealmRef": [:]],
  ]

  /// - Parameter kinds: which of the kinds of others the cluster serves.
  static func cluster(_ kinds: [ResourceType] = []) async throws -> TestCluster {
    let (cluster, _) = try await FullModeTests.cluster()
    for type in kinds { try await cluster.server.apply(definition(type)) }
    for manifest in IngressNamespaceRole(namespace: "tenant-root").manifests {
      try await cluster.server.apply(manifest)
    }
    try await cluster.server.apply([
      "apiVersion": "networking.k8s.io/v1", "kind": "IngressClass",
      "metadata": [
        "name": "tenant-root", "annotations": ["ingressclass.kubernetes.io/is-default-class": "true"],
      ],
      "spec": ["controller": "k8s.io/ingress-nginx"],
    ])
    try await cluster.server.apply(oidcSecret)
    return cluster
  }

  static let oidcSecret: JSONValue = [
    "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "coroot-oidc", "namespace": "cozy-coroot"],
    "data": ["secret": .string(Base64.encode(Array(secret.utf8)))],
  ]

  static func definition(_ type: ResourceType) -> JSONValue {
    let anything: JSONValue = ["type": "object", "x-kubernetes-preserve-unknown-fields": true]
    return [
      "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
      "metadata": ["name": .string(type.description)],
      "spec": [
        "group": .string(type.group), "scope": "Namespaced",
        "names": [
          "kind": .string(type.kind), "plural": .string(type.plural), "singular": .string(type.kind.lowercased()),
          "listKind": .string("\(type.kind)List"),
        ],
        "versions": [
          [
            "name": .string(type.version), "served": true, "storage": true, "subresources": ["status": [:]],
            "schema": [
              "openAPIV3Schema": ["type": "object", "properties": ["spec": anything, "status": anything]]
            ],
          ]
        ],
      ],
    ]
  }

  /// What a controller of others writes, once the object is there.
  static func report(_ status: JSONValue, on type: ResourceType, _ cluster: TestCluster) async throws {
    try await cluster.wait(for: type, gatekeeper) { $0 != nil }
    _ = try await cluster.admin.patch(
      type, gatekeeper, .merge(["status": status]), WriteOptions(fieldManager: "someone", subresource: "status"))
  }

  static let address: JSONValue = ["loadBalancer": ["ingress": [["ip": "192.0.2.1"]]]]

  @Test("From port-forward to an Ingress behind sign-in and back: all goes, also in the controller's namespace")
  func ingressComesAndGoes() async throws {
    let cluster = try await Self.cluster([.ciliumNetworkPolicies])
    let pod = try #require(cluster.backend.coroot as? CorootPod)
    try await cluster.withOperator { running in
      try await cluster.apply(TestCluster.object(spec: Self.spec(nil)))
      var object = try await cluster.wait(condition: "UIExposed", is: "False", reason: "NotRequested")
      #expect(object?.condition("UIExposed")?.message.contains("port-forward svc/platform-coroot 8080:8080") == true)
      #expect(
        await cluster.server.object("deployments", group: "apps", namespace: "cozy-coroot", Self.gatekeeper.name) == nil
      )

      try await cluster.apply(TestCluster.object(spec: Self.spec(Self.withSecret)))
      try await cluster.wait(condition: "UIExposed", is: "False", reason: "AddressPending")
      try await Self.report(Self.address, on: .ingresses, cluster)
      object = try await cluster.wait(condition: "UIExposed", reason: "Exposed")
      #expect(object?[path: "status", "endpoints", "ui"] == "https://coroot.example.org")
      let policy = try await cluster.admin.get(.ciliumNetworkPolicies, Self.route)
      #expect(policy[path: "spec", "enableDefaultDeny"] == ["ingress": false, "egress": false])
      let cookie = try await cluster.admin.get(
        .secrets, ObjectKey(namespace: "cozy-coroot", name: "platform-coroot-gatekeeper-cookie"))
      let key = try #require(cookie.secretData("cookie-secret"))
      #expect(key.count == 32)
      try await Self.expectNoSecret(
        [Self.secret, String(decoding: key, as: UTF8.self), try #require(pod.server?.session(of: CorootPart.viewer))],
        cluster, running)

      await running.resync()
      await cluster.server.clearRequestLog()
      await running.resync()
      #expect(await cluster.operatorRequests() == [], "at rest nothing is sent")

      try await cluster.apply(TestCluster.object(spec: Self.spec(nil)))
      try await cluster.wait(condition: "UIExposed", is: "False", reason: "NotRequested")
      try await cluster.wait(for: .ciliumNetworkPolicies, Self.route) { $0 == nil }
      for type in [ResourceType.deployments, .ingresses, .services, .secrets, .networkPolicies, .serviceAccounts] {
        try await cluster.wait(for: type, Self.gatekeeper) { $0 == nil }
      }
      object = try await cluster.admin.get(TestCluster.observabilities, ObjectKey(name: "platform"))
      #expect(object?[path: "status", "endpoints", "ui"] == nil)
      #expect(object?[path: "status", "inventory"]?.array?.contains { $0["part"] == "ui" } == false)
    }
  }

  /// No secret in the status, Events, log lines, and children but Secrets.
  private static func expectNoSecret(
    _ secrets: [String], _ cluster: TestCluster, _ running: RunningOperator
  ) async throws {
    let object = try await cluster.admin.get(TestCluster.observabilities, ObjectKey(name: "platform"))
    var texts = [JSONWriter.text(object["status"] ?? .null)] + running.log.all.map(\.description)
    for type in [ResourceType.deployments, .ingresses, .networkPolicies] {
      texts.append(JSONWriter.text(.object(try await cluster.admin.get(type, gatekeeper).content)))
    }
    texts += await cluster.server.objects("events", group: "events.k8s.io").map { JSONWriter.text($0) }
    for secret in secrets {
      let encoded = Base64.encode(Array(secret.utf8))
      for text in texts { #expect(!text.contains(secret) && !text.contains(encoded), "\(text)") }
    }
  }

  @Test("Where Cilium is absent, its policy is left out without a word")
  func absenceOfCiliumIsSilent() async throws {
    let cluster = try await Self.cluster()
    try await cluster.withOperator { running in
      try await cluster.apply(TestCluster.object(spec: Self.spec(Self.withSecret)))
      try await Self.report(Self.address, on: .ingresses, cluster)
      try await cluster.wait(condition: "UIExposed", reason: "Exposed")
      #expect(await cluster.operatorRequests().filter { $0.resource == "ciliumnetworkpolicies" } == [])
      #expect(running.log.lines("type not served").isEmpty)
    }
  }

  @Test("Without the right in the controller's namespace all else is applied, and the message says how to grant it")
  func aMissingRightIsNamed() async throws {
    let cluster = try await Self.cluster([.ciliumNetworkPolicies])
    try await cluster.admin.delete(
      ResourceType(group: "rbac.authorization.k8s.io", kind: "RoleBinding", plural: "rolebindings"),
      ObjectKey(namespace: "tenant-root", name: IngressNamespaceRole.name), DeleteOptions())
    try await cluster.withOperator(environment: .impatient) { _ in
      try await cluster.apply(TestCluster.object(spec: Self.spec(Self.withSecret)))
      let object = try await cluster.wait(condition: "Ready", is: "False", reason: "NotPermitted")
      #expect(object?.condition("Ready")?.message.contains("config/ui-ingress with namespace tenant-root") == true)
      try await cluster.wait(for: .deployments, Self.gatekeeper) { $0 != nil }
    }
  }

  @Test("A realm needs the Keycloak operator; its client and the secret come with it, and made anew they roll the pod")
  func aRealmDeclaresTheClient() async throws {
    let cluster = try await Self.cluster()
    try await cluster.withOperator(environment: .impatient) { _ in
      try await cluster.apply(TestCluster.object(spec: Self.spec(Self.withRealm)))
      try await cluster.wait(ObjectKey(name: "platform")) {
        $0?.condition("Ready")?.reason == "KindNotServed"
          && $0?.condition("Ready")?.message.contains("clientSecretRef") == true
      }
      try await cluster.server.apply(Self.definition(.keycloakClients))
      try await cluster.wait(condition: "UIExposed", is: "False", reason: "ClientNotReady")
      let secret = try await cluster.admin.get(
        .secrets, ObjectKey(namespace: "cozy-coroot", name: "platform-coroot-client"))
      #expect(secret.secretData("client-secret-key")?.count == 32)
      try await Self.report(["value": "OK"], on: .keycloakClients, cluster)
      try await Self.report(Self.address, on: .ingresses, cluster)
      try await cluster.wait(condition: "UIExposed", reason: "Exposed")
      for name in ["platform-coroot-client", "platform-coroot-gatekeeper-cookie"] {
        let key = ObjectKey(namespace: "cozy-coroot", name: name)
        let template = try await cluster.admin.get(.deployments, Self.gatekeeper)[path: "spec", "template"]
        let declared = try await Self.declaredHash(cluster)
        let uid = try await cluster.admin.get(.secrets, key).uid
        try await cluster.admin.delete(.secrets, key, DeleteOptions())
        try await cluster.wait(for: .secrets, key) { $0.map { $0.uid != uid } ?? false }
        try await cluster.wait(for: .deployments, Self.gatekeeper, within: .seconds(20)) {
          $0?[path: "spec", "template"] != template
        }
        // Keycloak's operator reads the Secret when the KeycloakClient changes, and not otherwise.
        if name == "platform-coroot-client" {
          try await cluster.wait(for: .keycloakClients, Self.gatekeeper) { Self.declaredHash($0) != declared }
        } else {
          #expect(try await Self.declaredHash(cluster) == declared)
        }
      }
      try await cluster.wait(condition: "UIExposed", reason: "Exposed")
    }
  }

  private static func declaredHash(_ client: KubernetesObject?) -> String? {
    client?.annotations["observability.cozystack.io/secrets-hash"]
  }

  private static func declaredHash(_ cluster: TestCluster) async throws -> String {
    try #require(declaredHash(try await cluster.admin.get(.keycloakClients, gatekeeper)))
  }

  @Test("Nothing starts without the client's secret, and it starts once that is there")
  func aMissingSecretFailsClosed() async throws {
    let cluster = try await Self.cluster()
    let key = ObjectKey(namespace: "cozy-coroot", name: "coroot-oidc")
    try await cluster.admin.delete(.secrets, key, DeleteOptions())
    try await cluster.withOperator { _ in
      try await cluster.apply(TestCluster.object(spec: Self.spec(Self.withSecret)))
      try await cluster.wait(condition: "UIExposed", is: "False", reason: "SecretNotFound")
      #expect(
        await cluster.server.object("deployments", group: "apps", namespace: "cozy-coroot", Self.gatekeeper.name) == nil
      )
      try await cluster.server.apply(Self.oidcSecret)
      try await cluster.wait(for: .deployments, Self.gatekeeper) { $0 != nil }
    }
  }
}
