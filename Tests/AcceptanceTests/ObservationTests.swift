// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import Testing
import YAML

@testable import acceptance

@Suite("What is observed of a cluster")
struct ObservationTests {
  private static let ready = """
    apiVersion: observability.cozystack.io/v1alpha1
    kind: Observability
    metadata: {name: platform, generation: 2}
    status:
      observedGeneration: 2
      conditions:
      - {type: Ready, status: "True", reason: Ready, lastTransitionTime: t, observedGeneration: 2}
      - {type: AgentsAvailable, status: "True", reason: AllReady, lastTransitionTime: t, observedGeneration: 2}
      - {type: MetricsBackendReady, status: "True", reason: Reachable, lastTransitionTime: t, observedGeneration: 2}
      agents: {eligible: 2, ineligible: 1, updated: 2, ready: 2, summary: 2/2}
      ineligibleNodes: [{name: a, kernel: "4.18", reason: KernelTooOld}]
      capabilities: [{name: SYS_ADMIN, for: a reason}]
      inventory: [{group: apps, kind: DaemonSet, namespace: ns, name: c, uid: u}]
      endpoints: {metricsWrite: "http://vminsert-shortterm.tenant-root.svc:8480/x"}
    """

  private static func problems(_ change: (inout JSONValue) -> Void = { _ in }) throws -> [String] {
    var object = try YAMLDecoder.document(ready)
    change(&object)
    var child = KubernetesObject(type: .daemonSets, namespace: "ns", name: "c")
    child["metadata"]?["uid"] = "u"
    return StatusReview.problems(
      of: KubernetesObject(try #require(object.object)), children: [child], nodes: 3)
  }

  @Test("A status that agrees with the cluster has no problem")
  func goodStatus() throws { #expect(try Self.problems() == []) }

  @Test("Each contradiction in a status is a problem")
  func badStatus() throws {
    let changes: [(String, @Sendable (inout JSONValue) -> Void)] = [
      ("observedGeneration", { $0["status"]?["observedGeneration"] = 1 }),
      ("condition Ready", { $0["status"]?["conditions"] = [] }),
      ("agents count", { $0["status"]?["agents"]?["ineligible"] = 0 }),
      ("agents.ready", { $0["status"]?["agents"]?["ready"] = 1 }),
      ("summary", { $0["status"]?["agents"]?["summary"] = "3/2" }),
      ("ineligibleNodes", { $0["status"]?["ineligibleNodes"] = nil }),
      ("agents is missing", { $0["status"]?["agents"] = nil }),
      ("SYS_ADMIN", { $0["status"]?["capabilities"] = [] }),
      ("has no reason", { $0["status"]?["capabilities"] = [["name": "SYS_ADMIN"]] }),
      ("inventory", { $0["status"]?["inventory"] = [] }),
      ("metricsWrite", { $0["status"]?["endpoints"] = nil }),
      ("no status", { $0["status"] = nil }),
    ]
    for (word, change) in changes {
      let problems = try Self.problems(change)
      #expect(problems.contains { $0.contains(word) }, "\(word): \(problems)")
    }
  }

  @Test("Writes are counted without reads, renewals and refusals, and a text without the metric counts as none")
  func counters() {
    let text = """
      # HELP rest_client_requests_total x
      rest_client_requests_total{code="200",host="h",method="GET"} 9
      rest_client_requests_total{code="200",host="h",method="PATCH"} 2
      rest_client_requests_total{code="403",host="h",method="PATCH"} 5
      rest_client_requests_total{code="201",host="h",method="POST"} 3
      rest_client_requests_total{code="200",host="h",method="PUT"} 7
      rest_client_requests_total{code="200",host="h",method="DELETE"} 1
      rest_client_request_duration_seconds_count{host="h",method="POST"} 40
      """
    #expect(RequestCounters.writes(in: text) == 6)
    #expect(RequestCounters.writes(in: "404 page not found") == nil)
  }

  private static func pod(_ text: String) throws -> KubernetesObject {
    KubernetesObject(try #require(try YAMLDecoder.document(text).object))
  }

  @Test("A stand-in kubelet binds, runs and finishes pods of its own nodes, and touches no other")
  func pods() throws {
    let affinity = """
      affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms:
        [{matchFields: [{key: metadata.name, operator: In, values: [mine]}]}]}}}
      """
    let unbound = try Self.pod("spec: {\(affinity)}")
    #expect(StandInPod.step(unbound, nodes: ["mine"]) == .bind("mine"))
    #expect(StandInPod.step(unbound, nodes: ["other"]) == nil)
    let bound = try Self.pod("spec: {nodeName: mine, containers: [{name: c, image: i}]}")
    #expect(StandInPod.step(bound, nodes: ["mine"]) == .run)
    #expect(StandInPod.step(bound, nodes: []) == nil)
    let deleted = try Self.pod("metadata: {deletionTimestamp: now}\nspec: {nodeName: mine}")
    #expect(StandInPod.step(deleted, nodes: ["mine"]) == .finish)
    var running = bound
    running["status"] = StandInPod.runningStatus(of: bound, now: "2026-01-01T00:00:00Z")
    #expect(StandInPod.step(running, nodes: ["mine"]) == nil)
    #expect(running[path: "status", "containerStatuses"]?.array?.first?["ready"] == true)
  }

  @Test("Lines that are given win over those that lead to the stand-in")
  func addressMap() {
    let given = "vminsert-shortterm.tenant-root.svc:8480=10.0.0.1:1"
    let lines = StandInBackend.addressMap(beside: given, port: 99).split(separator: "\n").map(String.init)
    #expect(lines.first == given)
    #expect(lines.count { $0.hasPrefix("vminsert-shortterm.tenant-root.svc:") } == 1)
    #expect(lines.contains("vmselect-longterm.tenant-root.svc:8481=127.0.0.1:99"))
  }

  @Test("A field that an OpenAPI document describes otherwise, or not at all, is found")
  func descriptions() {
    let wanted: JSONValue = [
      "description": "top",
      "properties": ["spec": ["properties": ["a": ["description": "A", "items": ["description": "I"]]]]],
    ]
    func document(_ schema: JSONValue) -> JSONValue {
      var schema = schema
      schema["x-kubernetes-group-version-kind"] = [["kind": "Observability"]]
      return ["components": ["schemas": ["x": schema]]]
    }
    #expect(Descriptions.problems(of: document(wanted), wanted: wanted) == [])
    #expect(Descriptions.problems(of: document(["description": "top"]), wanted: wanted) == [".spec.a", ".spec.a[]"])
    #expect(!Descriptions.problems(of: [:], wanted: wanted).isEmpty)
  }
}
