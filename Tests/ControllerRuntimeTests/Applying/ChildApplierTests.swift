// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore
import Testing

@testable import ControllerRuntime

@Suite struct ChildApplierTests {
  private let api = FakeAPI()
  private let time = TestTime()
  private let key = ObjectKey(namespace: "a", name: "x")

  private var applier: ChildApplier {
    ChildApplier(api: api, fieldManager: "operator", environment: time.environment)
  }

  private func desired(_ value: String = "1") -> KubernetesObject {
    var object = KubernetesObject(type: .configMaps, namespace: "a", name: "x")
    object["data"] = ["k": .string(value)]
    return object
  }

  @Test func createsOnceAndThenSendsNothing() async throws {
    let created = try await applier.apply(type: .configMaps, desired: desired(), live: nil, appliedHash: nil)
    #expect(created.change == .created)
    #expect(created.uid != nil)
    #expect(api.requests == [.init(verb: "apply", target: "configmaps a/x", detail: "operator force")])
    let live = api.object(.configMaps, key)
    let again = try await applier.apply(
      type: .configMaps, desired: desired(), live: live, appliedHash: created.inventoryEntry.hash)
    #expect(again.change == .unchanged)
    #expect(again.inventoryEntry == created.inventoryEntry)
    #expect(api.requests.count == 1)
  }

  @Test func updatesWhatChangedAndRepairsWhatDrifted() async throws {
    let applier = applier
    let created = try await applier.apply(type: .configMaps, desired: desired(), live: nil, appliedHash: nil)
    let updated = try await applier.apply(
      type: .configMaps, desired: desired("2"), live: created.object, appliedHash: created.hash)
    #expect(updated.change == .updated)
    var drifted = updated.object
    drifted["data"] = ["k": "9"]
    drifted["metadata"]?["managedFields"] = [
      ["manager": "operator", "fieldsV1": ["f:data": ["f:other": [:]]]],
      ["manager": "kubectl-edit", "fieldsV1": ["f:data": ["f:k": [:]]]],
      ["manager": "bystander", "fieldsV1": ["f:metadata": ["f:labels": ["f:k": [:]]]]],
    ]
    let live = api.put(.configMaps, drifted)
    for state in [created.object, updated.object, live] {
      applier.observed(.configMaps, StoreChange(key: key, old: nil, new: state))
    }
    let repaired = try await applier.apply(
      type: .configMaps, desired: desired("2"), live: live, appliedHash: updated.hash)
    #expect(repaired.change == .repaired(fields: ["data[k]"], by: ["kubectl-edit"]))
    #expect(api.object(.configMaps, key)?["data"] == ["k": "2"])
    #expect(api.count("apply") == 3)
  }

  @Test func aPlanTellsWhetherItWritesAndDoesSoOnceItIsCarriedOut() async throws {
    let applier = applier
    func plan(_ value: String, _ live: KubernetesObject?, _ hash: String?) -> ApplyPlan {
      applier.plan(type: .configMaps, desired: desired(value), live: live, appliedHash: hash)
    }
    let creation = plan("1", nil, nil)
    #expect(creation.isWrite)
    #expect(api.requests.isEmpty)
    let created = try await applier.apply(creation)
    #expect(created.change == .created)
    #expect(api.count("apply") == 1)
    // What the plan was made of is what is written, whatever became known meanwhile.
    let update = plan("2", created.object, created.hash)
    #expect(update.isWrite)
    let updated = try await applier.apply(update)
    #expect(updated.change == .updated)
    #expect(api.object(.configMaps, key)?["data"] == ["k": "2"])

    let rest = plan("2", updated.object, updated.hash)
    #expect(!rest.isWrite)
    #expect(try await applier.apply(rest).change == .unchanged)
    var leaving = updated.object
    leaving["metadata"]?["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    #expect(!plan("3", leaving, updated.hash).isWrite)
    #expect(api.count("apply") == 2)
  }

  @Test func aStoreThatLagsBehindCostsNoSecondWrite() async throws {
    let applier = applier
    let created = try await applier.apply(type: .configMaps, desired: desired(), live: nil, appliedHash: nil)
    // The store shows nothing yet, and the status that would carry the hash is not written either.
    let early = try await applier.apply(type: .configMaps, desired: desired(), live: nil, appliedHash: nil)
    #expect(early.change == .unchanged)
    #expect(early.object == created.object)
    let updated = try await applier.apply(
      type: .configMaps, desired: desired("2"), live: created.object, appliedHash: created.hash)
    #expect(updated.change == .updated)
    let lagging = try await applier.apply(
      type: .configMaps, desired: desired("2"), live: created.object, appliedHash: updated.hash)
    #expect(lagging.change == .unchanged)
    #expect(api.count("apply") == 2)
    // After a while the store is believed.
    time.advance(by: .seconds(10))
    let believed = try await applier.apply(
      type: .configMaps, desired: desired("2"), live: created.object, appliedHash: updated.hash)
    #expect(believed.change == .repaired(fields: ["data[k]"], by: []))
  }

  @Test func aChildDeletedRightAfterItWasMadeIsMadeAgain() async throws {
    let applier = applier
    let created = try await applier.apply(type: .configMaps, desired: desired(), live: nil, appliedHash: nil)
    api.remove(.configMaps, key)
    applier.observed(.configMaps, StoreChange(key: key, old: created.object, new: nil))
    let again = try await applier.apply(type: .configMaps, desired: desired(), live: nil, appliedHash: created.hash)
    #expect(again.change == .created)
  }

  @Test func aChildThatIsBeingDeletedIsLeftAlone() async throws {
    var live = desired()
    live["metadata"]?["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    let result = try await applier.apply(type: .configMaps, desired: desired("2"), live: live, appliedHash: nil)
    #expect(result.change == .beingDeleted)
    #expect(result.inventoryEntry.hash.isEmpty)
    #expect(api.requests.isEmpty)
  }

  @Test func errorsAreThrownAsTheyCame() async {
    api.fail("apply", .unavailable)
    await #expect(throws: KubernetesError.unavailable) {
      try await applier.apply(type: .configMaps, desired: desired(), live: nil, appliedHash: nil)
    }
  }
}
