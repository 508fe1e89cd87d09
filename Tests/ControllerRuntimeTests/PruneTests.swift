// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import Testing

@testable import ControllerRuntime

@Suite struct PruneTests {
  private func live(_ name: String, kind: String = "ConfigMap", owner: String = "owner") -> KubernetesObject {
    KubernetesObject([
      "apiVersion": "v1", "kind": .string(kind),
      "metadata": [
        "name": .string(name), "namespace": "a", "uid": .string("uid-\(name)"),
        "ownerReferences": [["uid": .string(owner)]],
      ],
    ])
  }

  private func entry(_ name: String, kind: String = "ConfigMap", uid: String? = "old") -> InventoryEntry {
    InventoryEntry(version: "v1", kind: kind, namespace: "a", name: name, uid: uid, hash: "h")
  }

  @Test func whatEitherSourceKnowsAndIsNotDesiredIsDeleted() {
    let plan = PrunePlan(
      inventory: [entry("both"), entry("inventory"), entry("kept"), entry("data", kind: "PersistentVolumeClaim")],
      live: [
        live("both"), live("label"), live("kept"), live("data2", kind: "PersistentVolumeClaim"),
        live("foreign", owner: "another"),
      ],
      ownerUID: "owner", desired: [entry("kept").id])
    #expect(plan.deletions.map(\.name) == ["both", "inventory", "label"])
    #expect(plan.deletions.map(\.uid) == ["uid-both", "old", "uid-label"], "what lives now is believed")
  }

  @Test func anotherVersionOfATypeIsTheSameChild() {
    let inventory = InventoryEntry(group: "policy", version: "v1beta1", kind: "P", namespace: "a", name: "x")
    let desired = KubernetesObject(
      type: ResourceType(group: "policy", kind: "P", plural: "ps"), namespace: "a", name: "x")
    #expect(
      PrunePlan(inventory: [inventory], live: [], ownerUID: "o", desired: [ChildID(desired)]).deletions.isEmpty)
  }

  @Test func entriesSurviveJSON() throws {
    for entry in [entry("x"), InventoryEntry(group: "g", kind: "K", name: "n")] {
      #expect(InventoryEntry(entry.json) == entry)
    }
    #expect(
      JSONWriter.text(entry("x").json, order: .asGiven)
        == #"{"group":"","version":"v1","kind":"ConfigMap","namespace":"a","name":"x","uid":"old","hash":"h"}"#)
    #expect(InventoryEntry(["kind": "K"]) == nil)
    #expect("\(entry("x"))" == "ConfigMap/a/x")
  }

  @Test func deletesOnlyWhatItMeans() async throws {
    let api = FakeAPI()
    let pruner = Pruner(api: api)
    for name in ["a", "b", "c", "d"] { api.put(.configMaps, live(name, owner: name == "d" ? "another" : "owner")) }
    func delete(_ entry: InventoryEntry) async throws(KubernetesError) -> Pruner.Result {
      try await pruner.delete(entry, type: .configMaps, ownerUID: "owner")
    }
    #expect(try await delete(entry("a", uid: "uid-a")) == .deleted)
    #expect(try await delete(entry("b", uid: "predecessor")) == .gone)
    #expect(try await delete(entry("absent")) == .gone)
    #expect(try await delete(entry("c", uid: nil)) == .deleted)
    #expect(try await delete(entry("d", uid: nil)) == .notOurs)
    #expect(api.object(.configMaps, ObjectKey(namespace: "a", name: "b")) != nil)
    #expect(api.requests.filter { $0.verb == "delete" }.allSatisfy { $0.detail != "uid=" })
    api.fail("delete", .unavailable)
    await #expect(throws: KubernetesError.unavailable) { try await delete(entry("b", uid: "uid-b")) }
  }
}
