// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore
import Testing

@testable import ControllerRuntime

/// Numbers and texts at the edges of what may come from outside, for everything in this module that reads objects.
@Suite struct OutsideValueTests {
  private static let values: [JSONValue] = [
    0, -1, 2_147_483_647, 2_147_483_648, 9_007_199_254_740_993, .integer(.max), .integer(.min), 1e308, -1e308, 0.1, nil,
    true, [], [:], "", "\0", "\u{1b}[31m", "a\r\nb", "\u{202e}", "1e-9223372036854775808", "1e9223372036854775807",
    .string(String(repeating: "9", count: 60)), "9223372036854775807Ei", "-0.000000000000000000000000000001n", "1e64",
    "e1",
    .string(String(repeating: "a", count: 1 << 20)), [nil, 1, ["a": nil]],
  ]

  @Test("Any number in a Lease is survived, and no lease is longer than five minutes")
  func anyNumberInALeaseIsSurvived() {
    let stamp = Timestamp(secondsSinceEpoch: 1_767_225_600)
    for value in Self.values {
      var lease = KubernetesObject(type: .leases, namespace: "a", name: "leader")
      lease["spec"] = [
        "holderIdentity": "other", "renewTime": value, "leaseDurationSeconds": value, "leaseTransitions": value,
        "acquireTime": value,
      ]
      var state = LeaderElectionState(
        key: ObjectKey(namespace: "a", name: "leader"), identity: "me", timing: LeaseTiming())
      _ = state.read(lease, now: .zero, timestamp: stamp, random: 0)
      guard case .replace(let taken) = state.read(lease, now: .seconds(301), timestamp: stamp, random: 0) else {
        Issue.record("with \(value) no other would ever lead")
        continue
      }
      let transitions = taken["spec"]?["leaseTransitions"]?.integer ?? -1
      #expect((0...2_147_483_647).contains(transitions), "\(value)")
      lease["spec"]?["holderIdentity"] = value
      _ = state.read(lease, now: .seconds(302), timestamp: stamp, random: 0)
      _ = state.release(lease, timestamp: stamp)
    }
  }

  @Test("Any value anywhere in a child is compared without a trap")
  func anyValueInAChildIsCompared() {
    var desired = KubernetesObject(type: .daemonSets, namespace: "a", name: "x")
    desired["spec"] = [
      "template": [
        "spec": [
          "containers": [
            [
              "name": "c", "resources": ["limits": ["memory": "1Gi"]], "ports": [["containerPort": 80]],
              "env": [["name": "A"]],
            ]
          ]
        ]
      ]
    ]
    for value in Self.values {
      for other in Self.values {
        for live: JSONValue in [
          value, ["template": value], ["template": ["spec": ["containers": [value, other]]]],
          [
            "template": [
              "spec": [
                "containers": [
                  [
                    "name": "c", "resources": ["limits": ["memory": value]], "ports": [["containerPort": other]],
                    "env": value,
                  ]
                ]
              ]
            ]
          ],
        ] {
          var object = desired
          object["spec"] = live
          object["metadata"]?["managedFields"] = [
            ["manager": "m", "fieldsV1": ["f:spec": ["f:template": value]]], ["manager": value, "fieldsV1": other],
            value,
          ]
          let drifted = ChildComparison.drift(of: object, from: desired)
          #expect(drifted.count <= ChildComparison.fieldLimit)
          _ = FieldOwners.others(than: "me", owning: drifted, of: object)
        }
      }
    }
  }

  @Test("Any value in a condition, an inventory or an owner reference is read or left out")
  func anyValueInAStatusIsRead() {
    let store = ObjectStore()
    for value in Self.values {
      let set = ConditionSet([
        [
          "type": value, "status": "True", "reason": value, "message": value, "observedGeneration": value,
          "lastTransitionTime": "9999-12-31T23:59:59Z",
        ], value,
      ])
      #expect(set.conditions.allSatisfy { $0.message.utf8.count <= Condition.longestMessage })
      _ = InventoryEntry(["kind": value, "name": value, "group": value, "uid": value])?.description
      var object = KubernetesObject(type: .configMaps, namespace: "a", name: "x")
      object["metadata"]?["ownerReferences"] = [value, ["uid": value]]
      object["metadata"]?["generation"] = value
      if let change = store.put(object) { _ = ChangePredicate.specification.callsForWork(change) }
      if let text = value.string { _ = Quantity(text) }
    }
  }

  @Test("Any duration can be said, waited for and added to a queue")
  func anyDurationIsSurvived() {
    var queue = WorkQueueState<String>(
      retries: .init(base: .milliseconds(5), cap: .seconds(300), jitter: 0.5, resetAfter: nil))
    for duration in [Duration.seconds(Int64.max), .seconds(Int64.min), .zero, .nanoseconds(Int64.max)] {
      #expect(!duration.brief.isEmpty)
      queue.add("a", priority: .normal, after: duration, now: .seconds(Int64.max / 2))
      _ = queue.retry("b", priority: nil, atLeast: duration, now: .seconds(Int64.max / 2), random: 1)
    }
    #expect(queue.waiting == 2)
  }
}
