// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore
import Testing

@testable import ControllerRuntime

/// A store that lags behind what was written, or has passed it over. Both were found by simulation.
@Suite struct PassedOverWriteTests {
  private static let type = ResourceType(group: "example.org", kind: "Thing", plural: "things")

  private static func object(generation: Int64, version: String) -> KubernetesObject {
    KubernetesObject([
      "apiVersion": "example.org/v1", "kind": "Thing",
      "metadata": [
        "name": "x", "namespace": "a", "uid": "u", "generation": .integer(generation),
        "resourceVersion": .string(version),
      ],
    ])
  }

  private func written() -> (RecentWrites, TestTime, ChildID) {
    let time = TestTime()
    let recent = RecentWrites(environment: time.environment)
    let id = ChildID(type: Self.type, key: ObjectKey(namespace: "a", name: "x"))
    recent.remember(
      id, stored: Self.object(generation: 2, version: "5"), hash: "", answer: Self.object(generation: 3, version: "9"))
    return (recent, time, id)
  }

  @Test func aStoreWithALaterGenerationIsBelievedAtOnce() {
    let (recent, _, id) = written()
    let stored = Self.object(generation: 4, version: "12")
    #expect(recent.current(id, stored: stored).object == stored)
    #expect(!recent.isAwaited(id))
  }

  @Test func aStoreWithAnEarlierGenerationIsNotBelievedThoughTimePasses() {
    let (recent, time, id) = written()
    time.advance(by: .seconds(60))
    #expect(recent.current(id, stored: Self.object(generation: 2, version: "5")).object?.generation == 3)
    time.advance(by: RecentWrites.longestLag)
    #expect(recent.current(id, stored: Self.object(generation: 2, version: "5")).object?.generation == 2)
  }

  /// A new list that passes the first write over tells of the second one before its answer comes. Who went on believing
  /// the first would take the hash of what was applied then for that of now, and write again in each pass.
  @Test func aWriteThatTheStoreKnowsAlreadyTakesAnEarlierOneWithIt() {
    let time = TestTime()
    let recent = RecentWrites(environment: time.environment)
    let id = ChildID(type: .configMaps, key: ObjectKey(namespace: "a", name: "x"))
    let (first, second) = (Self.configMap("1"), Self.configMap("2"))
    recent.remember(id, stored: nil, hash: "first", answer: first)
    recent.observed(id, StoreChange(key: id.key, old: nil, new: second))
    recent.remember(id, stored: nil, hash: "second", answer: second)
    #expect(!recent.isAwaited(id))
    let known = recent.current(id, stored: second)
    #expect(known.object == second)
    #expect(!known.isRecent)

    // The same where the second write changed nothing, so that the store showed it when it was decided upon.
    recent.remember(id, stored: nil, hash: "first", answer: first)
    recent.remember(id, stored: second, hash: "second", answer: second)
    #expect(!recent.isAwaited(id))
    #expect(!recent.current(id, stored: second).isRecent)
  }

  @Test func aWriteThatChangesNothingLeavesAnEarlierOneToBeTold() {
    let time = TestTime()
    let recent = RecentWrites(environment: time.environment)
    let id = ChildID(type: .configMaps, key: ObjectKey(namespace: "a", name: "x"))
    let written = Self.configMap("2")
    recent.remember(id, stored: Self.configMap("1"), hash: "first", answer: written)
    recent.remember(id, stored: written, hash: "second", answer: written)
    #expect(recent.isAwaited(id))
    let known = recent.current(id, stored: Self.configMap("1"))
    #expect(known.object == written)
    #expect(known.hash == "second")
  }

  private static func configMap(_ version: String) -> KubernetesObject {
    var object = KubernetesObject(type: .configMaps, namespace: "a", name: "x")
    object["metadata"]?["resourceVersion"] = .string(version)
    return object
  }

  @Test func aConflictThatIsNotOfTheIdentityIsNoSuccess() async throws {
    let api = FakeAPI()
    var child = KubernetesObject(type: .configMaps, namespace: "a", name: "x")
    child["metadata"]?["uid"] = "u"
    child["metadata"]?["ownerReferences"] = [["uid": "o"]]
    api.put(.configMaps, child)
    let conflict = KubernetesError.status(APIStatus(code: 409, reason: "Conflict", message: "not now"))
    api.fail("delete", conflict)
    let entry = InventoryEntry(version: "v1", kind: "ConfigMap", namespace: "a", name: "x", uid: "u")
    await #expect(throws: conflict) {
      _ = try await Pruner(api: api).delete(entry, type: .configMaps, ownerUID: "o")
    }
  }
}
