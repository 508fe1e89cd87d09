// SPDX-License-Identifier: Apache-2.0

import CorootStub
import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import ProcessSupport

/// What a user does while the operator's process is killed.
enum KillScenario: String, CaseIterable, Sendable {
  case create, change, switchAndBack = "switch", signalsAndBack = "signals", delete
  case full, fullAndBack = "full-and-back", rotation, exposure, fullDelete = "full-delete"
  case dashboards

  /// One thing that the user does.
  enum Leg {
    /// The user applies this; then there are so many children.
    case apply(JSONObject, children: Int)
    /// The password of ClickHouse becomes another; the children stay so many.
    case rotate(children: Int)
    case delete
  }

  /// What is there before the process may be killed; nil for nothing.
  var before: Leg? {
    switch self {
    case .create, .full, .dashboards: nil
    case .change, .switchAndBack, .signalsAndBack, .delete, .fullAndBack: .apply([:], children: 3)
    case .rotation, .exposure, .fullDelete: Self.fullLeg
    }
  }

  /// What the user does meanwhile, in order.
  var legs: [Leg] {
    switch self {
    case .create: [.apply([:], children: 3)]
    case .change: [.apply(["metrics": ["interval": "30s"]], children: 3)]
    case .switchAndBack: [.apply(["metrics": ["delivery": "Scrape"]], children: 4), .apply([:], children: 3)]
    case .signalsAndBack: [.apply(["traces": Self.traces], children: 10), .apply([:], children: 3)]
    case .full: [Self.fullLeg]
    // The password and the keys stay, since the server's database does.
    case .fullAndBack: [Self.fullLeg, .apply([:], children: 5)]
    case .rotation: [.rotate(children: Self.fullChildren)]
    case .exposure: [.apply(Self.exposed, children: Self.fullChildren + 7), Self.fullLeg]
    // Three rules and eight dashboards.
    case .dashboards: [.apply(TestCluster.published, children: 14), .apply([:], children: 3)]
    case .delete, .fullDelete: [.delete]
    }
  }

  /// Whether a Coroot server runs at some time.
  var isFull: Bool { [.full, .fullAndBack, .rotation, .exposure, .fullDelete].contains(self) }

  /// How many values are made up.
  var generated: Int { isFull ? (self == .exposure ? 4 : 3) : 0 }

  private static let traces: JSONValue = [
    "destination": "OTLP", "endpoint": "http://traces.example.org:4318/v1/traces",
  ]
  private static let fullMode: JSONObject = ["mode": "Full", "clickHouse": ["application": [:]]]
  private static let fullChildren = 23
  private static let fullLeg = Leg.apply(fullMode, children: fullChildren)
  private static let exposed: JSONObject = [
    "mode": "Full", "clickHouse": ["application": [:]],
    "coroot": [
      "ui": [
        "host": "coroot.example.org", "ingressClassName": "tenant-root",
        "oidc": [
          "issuerURL": "https://login.example.org", "clientID": "coroot",
          "clientSecretRef": ["name": "coroot-oidc", "key": "secret"],
        ],
      ]
    ],
  ]
}

// MARK: - What is around the operator

extension KillScenario {
  /// Adds what the cluster has besides.
  func prepare(_ cluster: TestCluster) async throws {
    try await cluster.server.apply(TestCluster.podScrapeDefinition)
    if self == .dashboards { try await cluster.addMonitoring() }
    guard isFull else { return }
    try await cluster.addClickHouse(password: "first")
    try await cluster.server.apply([
      "apiVersion": "networking.k8s.io/v1", "kind": "IngressClass", "metadata": ["name": "tenant-root"],
      "spec": ["controller": "k8s.io/ingress-nginx"],
    ])
    try await cluster.server.apply([
      "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "coroot-oidc", "namespace": "cozy-coroot"],
      "data": ["secret": .string(Base64.encode(Array("not-a-secret".utf8)))],
    ])
  }

  /// Does what the user does.
  static func begin(_ leg: Leg, _ served: ServedCluster) async throws {
    let cluster = served.cluster
    switch leg {
    case .apply(let spec, _): try await cluster.apply(TestCluster.object(spec: spec))
    case .rotate:
      served.coroot.setClickHousePassword("second")
      try await cluster.setClickHousePassword("second")
    case .delete:
      try await cluster.admin.delete(TestCluster.observabilities, ObjectKey(name: "platform"), DeleteOptions())
    }
  }

  /// Gives the Ingress an address, as its controller does.
  static func serveIngress(_ cluster: TestCluster) async {
    let name = "platform-coroot-gatekeeper"
    let ingress = await cluster.server.object(
      "ingresses", group: "networking.k8s.io", namespace: "cozy-coroot", name)
    guard let ingress, ingress[path: "status", "loadBalancer", "ingress"] == nil else { return }
    // One that is deleted at this moment needs none.
    _ = try? await cluster.admin.patch(
      ResourceType(group: "networking.k8s.io", kind: "Ingress", plural: "ingresses"),
      ObjectKey(namespace: "cozy-coroot", name: name),
      .merge(["status": ["loadBalancer": ["ingress": [["ip": "192.0.2.1"]]]]]),
      WriteOptions(fieldManager: "ingress-nginx", subresource: "status"))
  }

  /// Whether what the user did has come to its end, as far as one look can tell.
  static func isDone(_ leg: Leg, _ served: ServedCluster) async -> Bool {
    let server = served.cluster.server
    let object = await server.object("observabilities", group: "observability.cozystack.io", "platform")
    switch leg {
    case .delete: return object == nil
    case .apply(_, let children): return isReady(object, children)
    case .rotate(let children):
      // The settings are stored once at first, and once more with the other password.
      let stored = served.coroot.server?.requests.count { $0.hasPrefix("PUT ") && $0.hasSuffix("/clickhouse") } ?? 0
      return stored > 1 && isReady(object, children)
    }
  }

  private static func isReady(_ object: JSONValue?, _ children: Int) -> Bool {
    let ready = object?["status"]?["conditions"]?.array?.first { $0["type"] == "Ready" }
    return ready?["status"] == "True" && ready?["observedGeneration"] == object?["metadata"]?["generation"]
      && object?["status"]?["inventory"]?.array?.count == children
  }
}
