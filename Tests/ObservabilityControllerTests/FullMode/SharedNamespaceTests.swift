// SPDX-License-Identifier: Apache-2.0

import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Rendering
import Testing

@testable import ObservabilityController

/// Several objects with mode `Full` in one namespace, of which one runs a server.
@Suite struct SharedNamespaceTests {
  /// `agents` is older by name if both are created within one second.
  private static let older = "agents"

  private static func spec(_ pool: String, _ more: JSONObject = [:]) -> JSONObject {
    var spec = SeveralObjectsTests.pool(pool)
    for (key, value) in more { spec[key] = value }
    return spec
  }

  @Test("An older object that is switched to Full leaves the namespace to the servers of a younger one")
  func aYoungerServerStays() async throws {
    let (cluster, _) = try await FullModeTests.cluster()
    try await cluster.withOperator(environment: .impatient) { _ in
      try await cluster.apply(TestCluster.object(Self.older, spec: Self.spec("first")))
      try await cluster.wait(for: Self.older, condition: "Ready")
      try await cluster.apply(TestCluster.object(spec: Self.spec("rest", FullModeTests.spec)))
      try await cluster.wait(condition: "CorootAvailable")

      try await cluster.apply(TestCluster.object(Self.older, spec: Self.spec("first", FullModeTests.spec)))
      let stalled = try await cluster.wait(for: Self.older, condition: "Stalled", reason: "NamespaceTaken")
      let message = stalled?.condition("Stalled")?.message ?? ""
      #expect(message.contains("Observability platform has mode Full"), "\(message)")
      #expect(message.contains("its servers are there already"), "\(message)")
      let younger = try await cluster.wait(condition: "CorootAvailable")
      #expect(younger?.condition("Stalled") == nil && younger?.condition("CorootAvailable")?.reason == "Operating")
      #expect(
        await cluster.server.objects("statefulsets", group: "apps").map { $0[path: "metadata", "name"]?.string }
          .contains("agents-coroot") == false)

      try await cluster.admin.delete(TestCluster.observabilities, ObjectKey(name: "platform"), DeleteOptions())
      try await cluster.wait(
        for: .statefulSets, ObjectKey(namespace: "cozy-coroot", name: "agents-coroot"), within: .seconds(20)
      ) { $0 != nil }
    }
  }

  @Test("Of two objects without servers the older takes the namespace")
  func theOlderIsFirst() async throws {
    let (cluster, _) = try await FullModeTests.cluster()
    for (name, pool) in [(Self.older, "first"), ("younger", "rest")] {
      try await cluster.apply(TestCluster.object(name, spec: Self.spec(pool, FullModeTests.spec)))
    }
    try await cluster.withOperator(environment: .impatient) { _ in
      let stalled = try await cluster.wait(for: "younger", condition: "Stalled", reason: "NamespaceTaken")
      let message = stalled?.condition("Stalled")?.message ?? ""
      #expect(message.contains("Observability agents has mode Full"), "\(message)")
      #expect(!message.contains("servers are there"), "\(message)")
    }
  }

  /// Two objects' claims to a namespace, and whether the first goes before the second.
  struct Order: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var one: NamespaceHolder.Claim
    var other: NamespaceHolder.Claim
  }

  private static func claim(
    _ name: String, _ created: String, stored: String? = nil, listed: String? = nil
  ) -> NamespaceHolder.Claim {
    var object = KubernetesObject(type: .observabilities, name: name)
    object["metadata"] = ["name": .string(name), "uid": .string("uid-\(name)"), "creationTimestamp": .string(created)]
    if let listed {
      object["status"] = [
        "inventory": [
          ["group": "apps", "kind": "StatefulSet", "namespace": "cozy-coroot", "name": .string(listed), "hash": "h"]
        ]
      ]
    }
    var servers: KubernetesObject?
    if let stored {
      var set = KubernetesObject(type: .statefulSets, namespace: "cozy-coroot", name: "\(name)-coroot")
      set["metadata"]?["ownerReferences"] = [["kind": "Observability", "name": "x", "uid": .string(stored)]]
      servers = set
    }
    return NamespaceHolder.Claim(object, servers: servers, in: "cozy-coroot")
  }

  private static let (early, late) = ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")

  static let orders = [
    Order(testDescription: "the older", one: claim("b", early), other: claim("a", late)),
    Order(testDescription: "by name at the same age", one: claim("a", early), other: claim("b", early)),
    Order(
      testDescription: "the younger whose servers are stored", one: claim("b", late, stored: "uid-b"),
      other: claim("a", early)),
    Order(
      testDescription: "the younger whose status lists its servers", one: claim("b", late, listed: "b-coroot"),
      other: claim("a", early)),
    Order(
      testDescription: "the older of two with servers", one: claim("a", early, stored: "uid-a"),
      other: claim("b", late, listed: "b-coroot")),
    Order(
      testDescription: "servers that a predecessor of the same name owned do not count", one: claim("a", early),
      other: claim("b", late, stored: "uid-old")),
    Order(
      testDescription: "another StatefulSet does not count", one: claim("a", early),
      other: claim("b", late, listed: "b-gateway")),
  ]

  @Test("Servers that are there go before age, and age before the name", arguments: orders)
  func claimsAreOrdered(_ order: Order) {
    #expect(order.one < order.other && !(order.other < order.one))
  }
}
