// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityController
import Testing

/// What is missing is named, and work goes on by watch as soon as it appears.
@Suite struct MissingPartsTests {
  @Test func theNamespaceOfTheObject() async throws {
    let cluster = try await TestCluster(withNamespace: false)
    try await cluster.withOperator { _ in
      try await cluster.apply(TestCluster.object())
      let object = try await cluster.wait(condition: "Ready", is: "False", reason: "NamespaceNotFound")
      #expect(object?.condition("Ready")?.message.contains("cozy-coroot") == true)
      #expect(object?.condition("MetricsBackendReady")?.status == "True")
      try await cluster.addChildrenNamespace()
      try await cluster.wait(condition: "Ready")
    }
  }

  @Test func theServicesOfTheBackend() async throws {
    let cluster = try await TestCluster(withServices: false)
    try await cluster.withOperator { _ in
      try await cluster.apply(TestCluster.object())
      let object = try await cluster.wait(condition: "MetricsBackendReady", is: "False", reason: "ServiceNotFound")
      #expect(object?.condition("MetricsBackendReady")?.message.contains("tenant-root/vminsert-shortterm") == true)
      #expect(await cluster.server.objects("daemonsets", group: "apps").isEmpty)
      try await cluster.waitForEvent(reason: "ServiceNotFound")
      try await cluster.addServices()
      try await cluster.wait(condition: "Ready")
    }
  }

  static let external: JSONObject = [
    "metrics": [
      "victoriaMetrics": [
        "writeURL": "https://vm.example.com/api/v1/write", "readURL": "https://vm.example.com",
        "credentialsSecretRef": ["name": "vm"],
      ]
    ]
  ]

  static func secret(_ data: JSONValue) -> JSONValue {
    [
      "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "vm", "namespace": "cozy-coroot"],
      "stringData": data,
    ]
  }

  @Test("Authorities that the agent could not read are named, and neither they nor other line ends roll the agents")
  func authoritiesThatAreBrokenRollNothing() async throws {
    let cluster = try await TestCluster()
    func apply(_ authorities: String) async throws {
      try await cluster.server.apply([
        "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "ca", "namespace": "cozy-coroot"],
        "stringData": ["ca.crt": .string(authorities)],
      ])
    }
    let pem = CertificateAuthoritiesTests.pem
    try await cluster.withOperator { running in
      try await apply(pem)
      try await cluster.apply(
        TestCluster.object(spec: [
          "metrics": [
            "victoriaMetrics": [
              "writeURL": "https://vm.example.com/api/v1/write", "readURL": "https://vm.example.com",
              "caSecretRef": ["name": "ca"],
            ]
          ]
        ]))
      try await cluster.wait(condition: "Ready")
      let before = try await cluster.admin.get(.daemonSets, FirstReconcileTests.daemonSet)
      for broken in [String(pem.prefix(300)), CertificateAuthoritiesTests.labelled("PRIVATE KEY"), "junk"] {
        try await apply(broken)
        let object = try await cluster.wait(
          condition: "MetricsBackendReady", is: "False", reason: "AuthoritiesUnreadable")
        #expect(object?.condition("MetricsBackendReady")?.message.contains("cozy-coroot/ca, key ca.crt") == true)
        #expect(object?.condition("AgentsAvailable")?.status == "True")
      }
      try await apply(pem.replacing("\n", with: "\r\n"))
      try await cluster.wait(condition: "Ready")
      await running.resync()
      #expect(try await cluster.admin.get(.daemonSets, FirstReconcileTests.daemonSet)["spec"] == before["spec"])
    }
  }

  @Test("A tenant whose Services are aliases is followed, and the policy names the namespace of the pods")
  func aliasesAreFollowed() async throws {
    let cluster = try await TestCluster()
    await cluster.server.addNamespace("cozy-monitoring")
    for name in ["vminsert-shortterm", "vmselect-shortterm"] {
      try await cluster.server.apply([
        "apiVersion": "v1", "kind": "Service", "metadata": ["name": .string(name), "namespace": "cozy-monitoring"],
        "spec": ["type": "ExternalName", "externalName": .string("\(name).tenant-root.svc.cluster.local")],
      ])
    }
    try await cluster.withOperator { _ in
      try await cluster.apply(
        TestCluster.object(spec: ["metrics": ["victoriaMetrics": ["tenant": ["namespace": "cozy-monitoring"]]]]))
      let object = try await cluster.wait(condition: "Ready")
      #expect(
        object?[path: "status", "endpoints", "metricsWrite"]?.string?.hasPrefix(
          "http://vminsert-shortterm.tenant-root.svc:8480/") == true)
      let policy = try await cluster.admin.get(.networkPolicies, FirstReconcileTests.daemonSet)
      #expect(
        policy["spec"]?["egress"]?.array?.last == [
          "to": [["namespaceSelector": ["matchLabels": ["kubernetes.io/metadata.name": "tenant-root"]]]],
          "ports": [["protocol": "TCP", "port": 8480]],
        ])
    }
  }

  @Test func aSecretThenAKeyThenItGoesOnAndAChangeRollsTheAgents() async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator { running in
      try await cluster.apply(TestCluster.object(spec: Self.external))
      let absent = try await cluster.wait(condition: "MetricsBackendReady", is: "False", reason: "SecretNotFound")
      #expect(absent?.condition("MetricsBackendReady")?.message.contains("cozy-coroot/vm") == true)

      try await cluster.server.apply(Self.secret(["username": "agent"]))
      let half = try await cluster.wait(condition: "MetricsBackendReady", is: "False", reason: "SecretKeyMissing")
      #expect(half?.condition("MetricsBackendReady")?.message.contains("password") == true)

      try await cluster.server.apply(Self.secret(["username": "agent", "password": "s3cret-one"]))
      try await cluster.wait(condition: "Ready")
      let before = try await cluster.admin.get(.daemonSets, FirstReconcileTests.daemonSet)

      try await cluster.server.apply(Self.secret(["username": "agent", "password": "s3cret-two"]))
      try await cluster.wait(for: .daemonSets, FirstReconcileTests.daemonSet) {
        $0?[path: "spec", "template", "metadata", "annotations"]
          != before[path: "spec", "template", "metadata", "annotations"]
      }
      try await cluster.wait(condition: "Ready")
      await running.resync()
      let told = running.log.all.map(\.description).joined() + (try await cluster.everythingStoredByTheOperator())
      #expect(!told.contains("s3cret"))
    }
  }

  @Test func credentialsThatAURLCannotCarry() async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator { _ in
      try await cluster.server.apply(Self.secret(["username": "agent", "password": "a/b?c#d"]))
      try await cluster.apply(TestCluster.object(spec: Self.external))
      let object = try await cluster.wait(
        condition: "MetricsBackendReady", is: "False", reason: "CredentialsNotURLSafe")
      let message = try #require(object?.condition("MetricsBackendReady")?.message)
      #expect(message.contains("password") && !message.contains("a/b?c#d"))
    }
  }

  @Test func aBackendThatDoesNotAnswerIsToldAndTheAgentsRunAllTheSame() async throws {
    let cluster = try await TestCluster()
    cluster.backend.behaviour = .refusesConnections
    try await cluster.withOperator { running in
      try await cluster.apply(TestCluster.object())
      let object = try await cluster.wait(condition: "MetricsBackendReady", is: "False", reason: "Unreachable")
      #expect(object?.condition("MetricsBackendReady")?.message.contains("vminsert-shortterm") == true)
      try await cluster.wait(condition: "AgentsAvailable")
      #expect(running.log.lines("backend unavailable").count == 1)
    }
  }
}
