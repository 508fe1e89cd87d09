// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore
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

  private func delete(
    _ api: FakeAPI, _ entry: InventoryEntry, live: KubernetesObject? = nil
  ) async throws(KubernetesError) -> Pruner.Result {
    try await Pruner(api: api).delete(entry, type: .configMaps, ownerUID: "owner", live: live)
  }

  @Test func deletesOnlyWhatItMeans() async throws {
    let api = FakeAPI()
    for name in ["a", "b", "c", "d"] { api.put(.configMaps, live(name, owner: name == "d" ? "another" : "owner")) }
    #expect(try await delete(api, entry("a", uid: "uid-a")) == .deleted)
    #expect(try await delete(api, entry("b", uid: "predecessor")) == .gone)
    #expect(try await delete(api, entry("absent")) == .gone)
    #expect(try await delete(api, entry("c", uid: nil)) == .deleted)
    #expect(try await delete(api, entry("d", uid: nil)) == .notOurs)
    #expect(api.object(.configMaps, ObjectKey(namespace: "a", name: "b")) != nil)
    #expect(api.requests.filter { $0.verb == "delete" }.map(\.detail) == ["uid=uid-a", "uid=uid-c"])
    api.fail("delete", .unavailable)
    await #expect(throws: KubernetesError.unavailable) { try await delete(api, entry("b", uid: "uid-b")) }
    api.fail("list", .status(403, "Forbidden"))
    await #expect(throws: KubernetesError.status(403, "Forbidden")) { try await delete(api, entry("b", uid: "uid-b")) }
    api.fail("list", .notFound)
    #expect(try await delete(api, entry("b", uid: "uid-b")) == .gone, "the type itself is gone")
  }

  @Test func whatAnInventoryNamesButDoesNotNameOurOwnerIsLeftAlone() async throws {
    let api = FakeAPI()
    api.put(.configMaps, live("foreign", owner: "another"))
    #expect(try await delete(api, entry("foreign", uid: "uid-foreign")) == .notOurs)
    #expect(api.object(.configMaps, ObjectKey(namespace: "a", name: "foreign")) != nil)
    #expect(api.count("delete") == 0)
  }

  @Test func whatAStoreShowsToBeOursIsNotReadFirst() async throws {
    let api = FakeAPI()
    let child = api.put(.configMaps, live("a"))
    #expect(try await delete(api, entry("a", uid: "uid-a"), live: child) == .deleted)
    #expect(api.requests.map(\.verb) == ["delete"])
  }

  @Test func aStoreThatShowsAnotherObjectIsNotBelieved() async throws {
    let api = FakeAPI()
    api.put(.configMaps, live("a", owner: "another"))
    for stale in [live("a", owner: "another"), live("predecessor")] {
      #expect(try await delete(api, entry("a", uid: "uid-a"), live: stale) == .notOurs)
    }
    #expect(api.count("delete") == 0)
  }
}
