// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI
import Rendering
import Testing

@testable import ObservabilityController

/// How a gateway is, by its StatefulSet, pods and claims.
@Suite struct GatewayObservationTests {
  static let now = Timestamp(secondsSinceEpoch: 1_800_000_000)

  static func claim(
    _ phase: String, age: Int64 = 600, storageClass: JSONValue? = "standard", replica: Int = 0
  ) -> GatewayClaim {
    var claim = KubernetesObject(
      type: .persistentVolumeClaims, namespace: "cozy-coroot", name: "queue-platform-gateway-\(replica)")
    claim["metadata"]?["creationTimestamp"] = .string(Timestamp(secondsSinceEpoch: now.secondsSinceEpoch - age).rfc3339)
    claim["spec"] = ["resources": ["requests": ["storage": "5632Mi"]]]
    claim["spec"]?["storageClassName"] = storageClass
    claim["status"] = ["phase": .string(phase)]
    return GatewayClaim(claim)
  }

  static func statefulSet(ready: Int64, updated: Int64? = nil, generation: Int64 = 1, observed: Int64 = 1)
    -> KubernetesObject
  {
    var set = KubernetesObject(type: .statefulSets, namespace: "cozy-coroot", name: "platform-gateway")
    set["metadata"]?["uid"] = "set-uid"
    set["metadata"]?["generation"] = .integer(generation)
    set["metadata"]?["annotations"] = .object([GatewayShape.queueSizeAnnotation: "2Gi"])
    set["spec"] = ["volumeClaimTemplates": [["spec": ["storageClassName": "standard"]]]]
    set["status"] = [
      "observedGeneration": .integer(observed), "readyReplicas": .integer(ready),
      "updatedReplicas": .integer(updated ?? ready),
    ]
    return set
  }

  static func observe(
    _ set: KubernetesObject?, claims: [GatewayClaim] = [claim("Bound")], pods: [AgentPod] = [],
    gateway: JSONObject = [:]
  ) throws -> GatewayObservation {
    let spec = try Made.observability(["gateway": .object(gateway)]).spec.gateway
    return GatewayObservation(
      spec: spec, name: "platform-gateway", namespace: "cozy-coroot", statefulSet: set, pods: pods, claims: claims,
      queue: VolumeClaim(set, spec), now: now)
  }

  /// One state of each kind.
  static func states() throws -> [PartState] {
    [
      try observe(statefulSet(ready: 0)), try observe(statefulSet(ready: 0), claims: [claim("Pending")]),
      try observe(statefulSet(ready: 1), gateway: ["queue": ["size": "1Gi"]]),
    ].compactMap(\.state)
  }

  @Test func readyReplicasWithBoundClaimsAreAllRight() throws {
    #expect(try Self.observe(Self.statefulSet(ready: 1)).state == nil)
    #expect(
      try Self.observe(
        Self.statefulSet(ready: 3), claims: (0..<3).map { Self.claim("Bound", replica: $0) }, gateway: ["replicas": 3]
      ).state == nil)
  }

  @Test func replicasThatAreMissingAreCounted() throws {
    let state = try #require(try Self.observe(Self.statefulSet(ready: 0)).state)
    #expect(state.finding.reason == .replicasNotReady && state.badFinding == nil && !state.isAvailable)
    #expect(state.finding.message.contains("0 of 1 replicas of StatefulSet cozy-coroot/platform-gateway"))
    let most = try #require(
      try Self.observe(Self.statefulSet(ready: 2), gateway: ["replicas": 3]).state)
    #expect(most.isAvailable, "two of three take what comes in")
    let old = try #require(try Self.observe(Self.statefulSet(ready: 1, generation: 2)).state)
    #expect(old.finding.reason == .replicasNotReady, "what the controller has not looked at yet is not counted")
  }

  @Test func aClaimWithoutAClassSaysThatThereIsNoDefault() throws {
    let pending = Self.claim("Pending", storageClass: nil)
    let finding = try #require(
      try Self.observe(Self.statefulSet(ready: 0), claims: [pending]).state?.badFinding)
    #expect(finding.reason == .claimPending)
    #expect(finding.message.contains("no default StorageClass"))
    #expect(finding.message.contains("spec.gateway.queue.storageClassName"))
    #expect(finding.message.contains("delete statefulset/platform-gateway pvc/queue-platform-gateway-0"))
    let named = try #require(
      try Self.observe(Self.statefulSet(ready: 0), claims: [Self.claim("Pending", storageClass: "slow")]).state?
        .badFinding)
    #expect(named.message.contains("StorageClass slow has given it none"))
  }

  @Test("A claim that is young is waited for, and looked at again when its time is up")
  func aYoungClaimIsNoFailure() throws {
    let observation = try Self.observe(Self.statefulSet(ready: 0), claims: [Self.claim("Pending", age: 20)])
    #expect(observation.state?.badFinding == nil)
    #expect(observation.nextLook == 41)
  }

  @Test(
    arguments: [
      (["queue": ["size": "1Gi"]], ["a claim cannot shrink", "Set spec.gateway.queue.size back to 2Gi"]),
      (
        ["queue": ["size": "4Gi"]],
        ["made for 2Gi", "patch pvc queue-platform-gateway-0", "--cascade=orphan", "\"storage\":\"11Gi\""]
      ),
      (["queue": ["storageClassName": "fast"]], ["spec.gateway.queue.storageClassName is fast", "of standard"]),
    ] as [(JSONObject, [String])])
  func whatClaimsWereNotMadeForIsNamed(_ gateway: JSONObject, _ words: [String]) throws {
    let finding = try #require(try Self.observe(Self.statefulSet(ready: 1), gateway: gateway).state?.badFinding)
    #expect(finding.reason == .claimDiffers)
    for word in words { #expect(finding.message.contains(word), "\(finding.message)") }
  }

  @Test("Meanwhile everything is rendered for the claims that there are")
  func theOldQueueIsKept() throws {
    let object = try Made.observability(["gateway": ["queue": ["size": "4Gi", "storageClassName": "fast"]]])
    let kept = VolumeClaim(Self.statefulSet(ready: 1), object.spec.gateway).appliedToGateway(of: object)
    #expect((kept.spec.gateway.queueSize, kept.spec.gateway.queueStorageClassName) == ("2Gi", "standard"))
    let new = VolumeClaim(nil, object.spec.gateway).appliedToGateway(of: object)
    #expect(new == object)
  }

  @Test func aPodThatFailsIsNamed() throws {
    var pod = AgentPod(
      KubernetesObject([
        "apiVersion": "v1", "kind": "Pod",
        "metadata": [
          "name": "platform-gateway-0", "namespace": "cozy-coroot", "uid": "pod-uid",
          "ownerReferences": [["kind": "StatefulSet", "uid": "set-uid", "controller": true]],
        ],
        "spec": ["nodeName": "worker-1", "containers": [["name": "collector"]]],
        "status": [
          "phase": "Pending",
          "containerStatuses": [
            [
              "name": "collector", "restartCount": 0,
              "state": ["waiting": ["reason": "ImagePullBackOff", "message": "no such image"]],
            ]
          ],
        ],
      ]))
    #expect(pod.owner == "set-uid")
    pod.notReadySince = Timestamp(secondsSinceEpoch: Self.now.secondsSinceEpoch - 60)
    let finding = try #require(try Self.observe(Self.statefulSet(ready: 0), pods: [pod]).state?.badFinding)
    #expect(finding.reason == .replicasNotReady)
    #expect(finding.message.contains("platform-gateway-0: ImagePullBackOff"), "\(finding.message)")
  }
}
