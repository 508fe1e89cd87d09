// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Rendering
import Testing

@testable import ObservabilityController

/// Services that are aliases of others, and where their packets go.
@Suite struct ServiceRouteTests {
  private typealias World = MetricsResolutionTests.World

  private static func service(_ key: String, _ spec: JSONObject) -> (String, Lookup) {
    let parts = key.split(separator: "/").map(String.init)
    var service = KubernetesObject(type: .services, namespace: parts[0], name: parts[1])
    service["spec"] = .object(spec)
    return ("services \(key)", .present(service))
  }

  private static func alias(_ key: String, _ host: String) -> (String, Lookup) {
    service(key, ["type": "ExternalName", "externalName": .string(host)])
  }

  private static func vm(_ key: String, port: Int64) -> (String, Lookup) {
    service(key, ["selector": ["app": "vm"], "ports": [["name": "http", "port": .integer(port)]]])
  }

  private static func world(_ services: (String, Lookup)...) -> World { World(uniqueKeysWithValues: services) }

  private static let spec = MetricsResolutionTests.victoriaMetrics(["tenant": ["namespace": "cozy-monitoring"]])

  private func finding(_ world: World) throws -> Finding {
    let resolution = try MetricsResolutionTests.resolve(Self.spec, world)
    guard case .blocked(let finding) = resolution else {
      throw MetricsResolutionTests.Unexpected(description: "\(resolution)")
    }
    return finding
  }

  /// As Cozystack's `cozy-monitoring` has them, whatever the cluster's domain is.
  @Test(
    "An alias is followed to its Service, which is written to by its own name and which the policy names",
    arguments: ["svc.cluster.local", "svc", "svc.cluster.local.", "SVC.Cluster.Local"])
  func anAliasIsFollowed(_ suffix: String) throws {
    let world = Self.world(
      Self.alias("cozy-monitoring/vminsert-shortterm", "vminsert-shortterm.tenant-root.\(suffix)"),
      Self.alias("cozy-monitoring/vmselect-shortterm", "vmselect-shortterm.tenant-root.\(suffix)"),
      Self.vm("tenant-root/vminsert-shortterm", port: 9480), Self.vm("tenant-root/vmselect-shortterm", port: 9481))
    let backend = try MetricsResolutionTests.backend(Self.spec, world)
    #expect(backend.writeURL == "http://vminsert-shortterm.tenant-root.svc:9480/insert/0/prometheus/api/v1/write")
    #expect(backend.readURL == "http://vmselect-shortterm.tenant-root.svc:9481/select/0/prometheus")
    #expect(backend.destination == .pods(namespace: "tenant-root", port: 9480))
  }

  @Test("An alias of what is not there names both")
  func aDanglingAliasIsNamed() throws {
    let finding = try finding(
      Self.world(Self.alias("cozy-monitoring/vminsert-shortterm", "vminsert-shortterm.tenant-root.svc")))
    #expect(finding.reason == .serviceNotFound)
    #expect(
      finding.message.hasPrefix(
        "Service tenant-root/vminsert-shortterm (of which cozy-monitoring/vminsert-shortterm is an alias) is not there")
    )
  }

  @Test(
    "An alias that leaves the cluster cannot be used, and the message says what to set",
    arguments: ["vm.example.org", "a.b.svc.evil.example.org", "vm", "169.254.169.254", "", "\u{1B}[2J"])
  func anAliasOutOfTheClusterIsRefused(_ host: String) throws {
    let finding = try finding(Self.world(Self.alias("cozy-monitoring/vminsert-shortterm", host)))
    #expect(finding.reason == .serviceNotUsable)
    #expect(finding.message.contains("Set spec.metrics.victoriaMetrics.writeURL and readURL instead of tenant"))
    #expect(!finding.message.contains("\u{1B}"))
  }

  @Test("Aliases in a circle, or too many, end")
  func aCircleEnds() throws {
    let circle = try finding(
      Self.world(
        Self.alias("cozy-monitoring/vminsert-shortterm", "b.n.svc"),
        Self.alias("n/b", "vminsert-shortterm.cozy-monitoring.svc")))
    #expect(circle.reason == .serviceNotUsable && circle.message.contains("n/b"))
    let own = try finding(
      Self.world(Self.alias("cozy-monitoring/vminsert-shortterm", "vminsert-shortterm.cozy-monitoring.svc")))
    #expect(own.reason == .serviceNotUsable && own.message.contains("leads back to itself and never ends"))
    var long = [Self.alias("cozy-monitoring/vminsert-shortterm", "a0.n.svc")]
    for index in 0..<20 { long.append(Self.alias("n/a\(index)", "a\(index + 1).n.svc")) }
    #expect(try finding(World(uniqueKeysWithValues: long)).reason == .serviceNotUsable)
  }

  @Test("The Service behind an alias is watched as soon as the alias is known")
  func theTargetIsWatched() throws {
    let spec = try Made.observability(Self.spec).spec
    let world = Self.world(Self.alias("cozy-monitoring/vminsert-shortterm", "vminsert-shortterm.tenant-root.svc"))
    let needs = MetricsResolution.needs(of: spec) { type, key in world["\(type) \(key)"] ?? .pending }
    #expect(
      needs == [
        .named(.services, ObjectKey(namespace: "cozy-monitoring", name: "vminsert-shortterm")),
        .named(.services, ObjectKey(namespace: "cozy-monitoring", name: "vmselect-shortterm")),
        .named(.services, ObjectKey(namespace: "tenant-root", name: "vminsert-shortterm")),
      ])
  }

  private func destination(_ url: String, _ world: World) throws -> PlatformFacts.Destination? {
    let spec = MetricsResolutionTests.victoriaMetrics(["writeURL": .string(url)])
    let backend = try MetricsResolutionTests.backend(spec, world)
    #expect(backend.writeURL == url, "what the user wrote stays")
    return backend.destination
  }

  @Test("A user's URL at an alias leads the policy to the namespace of the pods")
  func aUsersAliasIsFollowed() throws {
    let world = Self.world(
      Self.alias("cozy-monitoring/vm", "vm.tenant-root.svc.cluster.local"),
      Self.service(
        "tenant-root/vm", ["selector": ["a": "b"], "ports": [["port": 80, "targetPort": 8428]]]))
    #expect(
      try destination("http://vm.cozy-monitoring.svc/api/v1/write", world)
        == .pods(namespace: "tenant-root", port: 8428))
    let outside = Self.world(Self.alias("cozy-monitoring/vm", "vm.example.org"))
    #expect(try destination("http://vm.cozy-monitoring.SVC:81/w", outside) == .anywhere(port: 81))
    #expect(try destination("https://vm.example.org/w", [:]) == nil)
    #expect(
      try destination("http://vm.cozy-monitoring.svc:81/w", [:]) == .pods(namespace: "cozy-monitoring", port: nil))
  }

  static let ports: [(JSONObject, PlatformFacts.Destination)] = [
    (["selector": ["a": "b"], "ports": [["port": 80]]], .pods(namespace: "n", port: 80)),
    (["selector": ["a": "b"], "ports": [["port": 80, "targetPort": 8480]]], .pods(namespace: "n", port: 8480)),
    (["selector": ["a": "b"], "ports": [["port": 80, "targetPort": "http"]]], .pods(namespace: "n", port: nil)),
    (["selector": ["a": "b"], "ports": [["port": 81, "targetPort": 8481]]], .pods(namespace: "n", port: nil)),
    (
      ["selector": ["a": "b"], "clusterIP": "None", "ports": [["port": 80, "targetPort": 8480]]],
      .pods(namespace: "n", port: 80)
    ),
    (["ports": [["port": 80, "targetPort": 8480]]], .anywhere(port: 8480)), ([:], .anywhere(port: nil)),
    (["selector": [:], "ports": [["port": 80]]], .anywhere(port: 80)),
  ]

  @Test("The port of the policy is the one that the pods listen on", arguments: ports)
  func thePortIsThePods(_ example: (spec: JSONObject, expected: PlatformFacts.Destination)) throws {
    let world = Self.world(Self.service("n/vm", example.spec))
    #expect(try destination("http://vm.n.svc:80/w", world) == example.expected)
  }
}
