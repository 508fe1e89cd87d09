// SPDX-License-Identifier: Apache-2.0

import JSON
import ObservabilityAPI
import Testing

/// What the processors of resources make of the attributes that agents send.
@Suite struct ResourceAttributeTests {
  /// The attributes after every action, as `AttrProc.Process` of opentelemetry-collector-contrib applies them.
  private func processed(_ attributes: [String: String]) throws -> [String: String] {
    let resolved = try GatewayFixture("resource", GatewayMatrix.victoria) {
      $0.metrics.labels = ["cluster": "north"]
    }.resolved()
    var result = attributes
    for id in ["resource/kubernetes", "resource/object"] {
      for action in resolved[path: "processors", id, "attributes"]?.array ?? [] { try apply(action, to: &result) }
    }
    return result
  }

  private func apply(_ action: JSONValue, to attributes: inout [String: String]) throws {
    let key = try #require(action["key"]?.string)
    let source = action["value"]?.string ?? action["from_attribute"]?.string.flatMap { attributes[$0] }
    switch action["action"]?.string {
    case "insert": if let source, attributes[key] == nil { attributes[key] = source }
    case "upsert": if let source { attributes[key] = source }
    case "delete": attributes[key] = nil
    case "extract":
      let pattern = try Regex(try #require(action["pattern"]?.string))
      guard let match = attributes[key]?.firstMatch(of: pattern) else { return }
      for group in match.output where group.name != nil {
        attributes[group.name ?? ""] = group.substring.map(String.init) ?? ""
      }
    default: Issue.record("\(action) is not modelled")
    }
  }

  @Test("Namespace, pod and container come from the container's id")
  func podsAreNamed() throws {
    #expect(
      try processed(["container.id": "/k8s/shop/cart-7c9f-x2x4q/app", "service.name": "/k8s/shop/cart-7c9f-x2x4q/app"])
        == [
          "container.id": "/k8s/shop/cart-7c9f-x2x4q/app", "service.name": "/k8s/shop/cart-7c9f-x2x4q/app",
          "k8s.namespace.name": "shop", "k8s.pod.name": "cart-7c9f-x2x4q", "k8s.container.name": "app",
          "observability": "platform", "cluster": "north",
        ])
  }

  @Test("A CronJob's container has a namespace and the CronJob's name, and no pod")
  func cronJobsAreNamed() throws {
    let result = try processed(["container.id": "/k8s-cronjob/shop/report/main"])
    #expect(result["k8s.namespace.name"] == "shop" && result["k8s.cronjob.name"] == "report")
    #expect(result["k8s.container.name"] == "main" && result["k8s.pod.name"] == nil)
  }

  @Test(
    "What is no container of Kubernetes gets the object's labels alone",
    arguments: [
      "/talos/cli", "/system.slice/ssh.service", "/docker/x", "", "/k8s/shop/app", "/k8s/a/b/c/d", "/k8s//b/c",
      "k8s/a/b/c",
      "/k8s/a/b/",
    ])
  func othersAreLeftAlone(_ container: String) throws {
    #expect(
      try processed(["container.id": container])
        == ["container.id": container, "observability": "platform", "cluster": "north"])
  }

  @Test("What the sender says of itself stays, but for the object's labels") func sendersAreNotOverruled() throws {
    let result = try processed([
      "container.id": "/k8s/shop/cart/app", "k8s.namespace.name": "own", "observability": "forged",
    ])
    #expect(result["k8s.namespace.name"] == "own" && result["k8s.pod.name"] == "cart")
    #expect(result["observability"] == "platform")
  }

  @Test("What the agent was recorded to send of a host's own container keeps what it has")
  func recordedAttributesStay() throws {
    // The resource of a recorded body of coroot-node-agent 1.35.6.
    let recorded = [
      "container.id": "/talos/cli", "host.id": "00000000000000000000000000000001", "host.name": "worker-1",
      "service.name": "/talos/cli",
    ]
    let labels = ["observability": "platform", "cluster": "north"]
    #expect(try processed(recorded) == recorded.merging(labels) { $1 })
  }

  @Test("A resource without a container's id gets the object's labels alone") func nothingIsInvented() throws {
    #expect(try processed(["host.name": "a"]) == ["host.name": "a", "observability": "platform", "cluster": "north"])
  }
}
