// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore
import Testing

@testable import ControllerRuntime

/// What the API server makes of an object on its way in.
@Suite struct AlterationTests {
  private let api = FakeAPI()
  private let time = TestTime()
  private let key = ObjectKey(namespace: "a", name: "x")

  private var desired: KubernetesObject {
    var object = KubernetesObject(type: .configMaps, namespace: "a", name: "x")
    object["data"] = ["k": "1", "l": "1"]
    return object
  }

  /// One look at the child as the API server holds it.
  private func look(_ applier: ChildApplier, _ hash: String?) async throws -> AppliedChild {
    let live = api.object(.configMaps, key)
    if let live { applier.observed(.configMaps, StoreChange(key: key, old: nil, new: live)) }
    let child = try await applier.apply(type: .configMaps, desired: desired, live: live, appliedHash: hash)
    if let now = api.object(.configMaps, key) {
      applier.observed(.configMaps, StoreChange(key: key, old: live, new: now))
    }
    return child
  }

  private func altering(_ value: JSONValue) -> @Sendable (KubernetesObject) -> KubernetesObject {
    { object in
      var object = object
      object["data"]?["k"] = value
      return object
    }
  }

  @Test("A field that the answer holds otherwise is reported once and tried again after 1, 2, 4 and then 5 minutes")
  func isReportedOnceAndTriedAgainWithBackoff() async throws {
    let applier = ChildApplier(api: api, fieldManager: "operator", environment: time.environment)
    let id = ChildID(type: .configMaps, key: key)
    api.alter(altering("2"))
    let first = try await look(applier, nil)
    #expect(first.change == .created)
    #expect(first.alteration == Alteration(fields: ["data[k]"], isNew: true))
    for minutes in [1, 2, 4, 5, 5] {
      let count = api.count("apply")
      for _ in 1...3 {
        let child = try await look(applier, first.hash)
        #expect(child.change == .unchanged && child.alteration == Alteration(fields: ["data[k]"], isNew: false))
      }
      #expect(api.count("apply") == count)
      #expect(applier.remainingBackoff(of: id) == .seconds(60 * minutes))
      time.advance(by: .seconds(60 * minutes))
      #expect(applier.remainingBackoff(of: id) == nil)
      let child = try await look(applier, first.hash)
      #expect(api.count("apply") == count + 1)
      #expect(child.change == .unchanged && child.alteration?.isNew == false)
    }
    api.alter(nil)
    time.advance(by: .seconds(300))
    #expect(try await look(applier, first.hash).alteration == nil)
    #expect(try await look(applier, first.hash).change == .unchanged)
    #expect(api.object(.configMaps, key)?["data"]?["k"] == "1")
    #expect(applier.remainingBackoff(of: id) == nil)
  }

  @Test("Somebody's change to another field is repaired meanwhile, and a field that is altered again is reported")
  func otherFieldsAreRepairedMeanwhile() async throws {
    let applier = ChildApplier(api: api, fieldManager: "operator", environment: time.environment)
    api.alter(altering("2"))
    let hash = try await look(applier, nil).hash
    var live = try #require(api.object(.configMaps, key))
    live["data"]?["l"] = "9"
    api.put(.configMaps, live)
    let repaired = try await look(applier, hash)
    #expect(repaired.change == .repaired(fields: ["data[l]"], by: []))
    #expect(repaired.alteration == Alteration(fields: ["data[k]"], isNew: false))
    api.alter { object in
      var object = object
      object["data"] = ["k": "2", "l": "2"]
      return object
    }
    time.advance(by: .seconds(120))
    #expect(try await look(applier, hash).alteration == Alteration(fields: ["data[k]", "data[l]"], isNew: true))
  }

  @Test("A value that was applied under our own field manager, and is not ours, is another process's")
  func anotherProcessIsNamed() async throws {
    let applier = ChildApplier(api: api, fieldManager: "operator", environment: time.environment)
    let hash = try await look(applier, nil).hash
    var live = try #require(api.object(.configMaps, key))
    live["data"]?["k"] = "9"
    live["metadata"]?["managedFields"] = [
      ["manager": "operator", "operation": "Apply", "fieldsV1": ["f:data": ["f:k": [:], "f:l": [:]]]]
    ]
    api.put(.configMaps, live)
    let name = "another process that applies as operator"
    #expect(try await look(applier, hash).change == .repaired(fields: ["data[k]"], by: [name]))
    #expect(applier.changers(of: ChildID(type: .configMaps, key: key)) == [name])
  }

  @Test("A status that another process writes again and again is repaired ever more rarely")
  func aContestedStatusIsRepairedEverMoreRarely() async throws {
    let writer = StatusWriter(api: api, fieldManager: "operator", environment: time.environment)
    api.put(.configMaps, desired)
    var writes = 0
    for second in 0..<3600 {
      var live = try #require(api.object(.configMaps, key))
      live["status"] = ["a": .integer(Int64(second))]
      live = api.put(.configMaps, live)
      writer.observed(.configMaps, StoreChange(key: key, old: nil, new: live))
      if try await writer.write(type: .configMaps, live: live, status: ["a": -1]) {
        writes += 1
        if let now = api.object(.configMaps, key) {
          writer.observed(.configMaps, StoreChange(key: key, old: live, new: now))
        }
      }
      time.advance(by: .seconds(1))
    }
    #expect((15...30).contains(writes), "\(writes) writes in an hour")
    #expect(writer.remainingBackoff(.configMaps, key) != nil)
    time.advance(by: .seconds(300))
    #expect(writer.remainingBackoff(.configMaps, key) == nil)
  }

  @Test("A status that admission changes is written once, and again after 5 minutes")
  func anAlteredStatusIsNotWrittenInALoop() async throws {
    let writer = StatusWriter(api: api, fieldManager: "operator", environment: time.environment)
    api.put(.configMaps, desired)
    api.alter { object in
      var object = object
      object["status"]?["a"] = 2
      return object
    }
    func write(_ value: JSONValue) async throws -> Bool {
      let live = try #require(api.object(.configMaps, key))
      return try await writer.write(type: .configMaps, live: live, status: ["a": value])
    }
    #expect(try await write(1))
    #expect(try await !write(1))
    #expect(try await write(3), "another status is written at once")
    #expect(try await !write(3))
    time.advance(by: StatusWriter.alteredBackoff)
    #expect(try await write(3))
    #expect(api.count("apply") == 3)
  }
}
