// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore
import Testing

@testable import ControllerRuntime

/// Someone who changes a child each time it is put right must not make us write in a loop.
@Suite struct RepairBackoffTests {
  private let api = FakeAPI()
  private let time = TestTime()
  private let key = ObjectKey(namespace: "a", name: "x")

  private var desired: KubernetesObject {
    var object = KubernetesObject(type: .configMaps, namespace: "a", name: "x")
    object["data"] = ["k": "1"]
    return object
  }

  /// One look at the child after the other has changed it, or deleted it.
  private func look(_ applier: ChildApplier, isDeleted: Bool, _ hash: String?) async throws -> AppliedChild {
    let before = api.object(.configMaps, key)
    var live = before
    if isDeleted {
      api.remove(.configMaps, key)
      live = nil
    } else {
      live?["data"] = ["k": "2"]
      live = live.map { api.put(.configMaps, $0) }
    }
    for state in [before, live] where state != nil {
      applier.observed(.configMaps, StoreChange(key: key, old: nil, new: state))
    }
    if isDeleted { applier.observed(.configMaps, StoreChange(key: key, old: before, new: nil)) }
    return try await applier.apply(type: .configMaps, desired: desired, live: live, appliedHash: hash)
  }

  @Test(arguments: [false, true]) func repairsSlowDownUntilTheOtherStops(_ isDeleted: Bool) async throws {
    let applier = ChildApplier(api: api, fieldManager: "operator", environment: time.environment)
    let hash = try await applier.apply(type: .configMaps, desired: desired, live: nil, appliedHash: nil).hash
    for _ in 0..<3600 {
      _ = try await look(applier, isDeleted: isDeleted, hash)
      time.advance(by: .seconds(1))
    }
    // The first ones at once, then after 2, 4, 8 … and at most 300 s.
    #expect((15...30).contains(api.count("apply")), "\(api.count("apply")) writes in an hour")
    let id = ChildID(type: .configMaps, key: key)
    let last = try await look(applier, isDeleted: isDeleted, hash)
    #expect(last.change == .contested(fields: isDeleted ? [] : ["data[k]"], by: []))
    let plan = applier.plan(
      type: .configMaps, desired: desired, live: api.object(.configMaps, key), appliedHash: hash)
    #expect(!plan.isWrite)
    let rest = try #require(applier.remainingBackoff(of: id))
    #expect(rest <= .seconds(300))
    time.advance(by: rest)
    #expect(applier.remainingBackoff(of: id) == nil)
    let repaired = try await look(applier, isDeleted: isDeleted, hash)
    #expect(repaired.change == (isDeleted ? .created : .repaired(fields: ["data[k]"], by: [])))
    #expect(applier.remainingBackoff(of: id) != nil)
    time.advance(by: RepairBackoff.quiet)
    for _ in 1..<RepairBackoff.free {
      let change = try await look(applier, isDeleted: isDeleted, hash).change
      #expect(change != .contested(fields: [], by: []))
      #expect(applier.remainingBackoff(of: id) == nil)
    }
  }

  @Test func whatIsNewlyDesiredIsNeverHeldBack() async throws {
    let applier = ChildApplier(api: api, fieldManager: "operator", environment: time.environment)
    var object = desired
    var live: KubernetesObject?
    var hash: String?
    for value in 0..<50 {
      object["data"] = ["k": .string("\(value)")]
      let applied = try await applier.apply(type: .configMaps, desired: object, live: live, appliedHash: hash)
      #expect(applied.change == (value == 0 ? .created : .updated))
      (live, hash) = (applied.object, applied.hash)
    }
    #expect(applier.remainingBackoff(of: ChildID(type: .configMaps, key: key)) == nil)
  }
}
