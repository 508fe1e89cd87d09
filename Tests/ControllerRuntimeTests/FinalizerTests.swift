// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore
import Synchronization
import Testing

@testable import ControllerRuntime

@Suite struct FinalizerTests {
  private static let name = "example.org/cleanup"

  private static func object(finalizers: [String] = [], isBeingDeleted: Bool = false) -> KubernetesObject {
    var object = KubernetesObject(type: .configMaps, namespace: "a", name: "x")
    object["metadata"]?["uid"] = "u"
    object["metadata"]?["resourceVersion"] = "7"
    if !finalizers.isEmpty { object["metadata"]?["finalizers"] = .array(finalizers.map { .string($0) }) }
    if isBeingDeleted { object["metadata"]?["deletionTimestamp"] = "2026-01-01T00:00:00Z" }
    return object
  }

  private static let sameObject: JSONValue = ["op": "test", "path": "/metadata/uid", "value": "u"]

  @Test func theFirstFinalizerIsAddedToJustThisVersion() {
    #expect(
      FinalizerStep(Self.name, of: Self.object())
        == .add([
          Self.sameObject, ["op": "test", "path": "/metadata/resourceVersion", "value": "7"],
          ["op": "add", "path": "/metadata/finalizers", "value": ["example.org/cleanup"]],
        ]))
  }

  @Test func anotherIsAddedToJustThoseThatWereSeen() {
    #expect(
      FinalizerStep(Self.name, of: Self.object(finalizers: ["b/c"]))
        == .add([
          Self.sameObject, ["op": "test", "path": "/metadata/finalizers", "value": ["b/c"]],
          ["op": "add", "path": "/metadata/finalizers/-", "value": "example.org/cleanup"],
        ]))
  }

  @Test func ofSeveralOnlyOursIsTakenOffAndOnlyWhereItWasSeen() {
    #expect(
      FinalizerStep(Self.name, of: Self.object(finalizers: ["b/c", Self.name, "d/e"], isBeingDeleted: true))
        == .cleanUp([
          Self.sameObject, ["op": "test", "path": "/metadata/finalizers/1", "value": "example.org/cleanup"],
          ["op": "remove", "path": "/metadata/finalizers/1"],
        ]))
  }

  @Test func theRestIsWorkOrNothing() {
    #expect(FinalizerStep(Self.name, of: Self.object(finalizers: [Self.name])) == .work)
    #expect(FinalizerStep(Self.name, of: Self.object(isBeingDeleted: true)) == .done)
    #expect(FinalizerStep(Self.name, of: Self.object(finalizers: ["b/c"], isBeingDeleted: true)) == .done)
  }

  // MARK: - What is done

  private struct Failure: Error, Equatable {}

  /// The outcome of a run, and what was done in it, in order.
  private func run(
    _ api: FakeAPI, _ object: KubernetesObject, failing: Bool = false
  ) async throws -> (Finalizer.Outcome, [String]) {
    api.put(.configMaps, object)
    let done = Recorded<String>()
    let finalizer = Finalizer(Self.name, type: .configMaps, api: api, fieldManager: "test")
    let outcome = try await finalizer.run(object) {
      done.append("work")
    } cleanUp: {
      done.append("clean up after \(api.count("patch")) patches")
      if failing { throw Failure() }
    }
    return (outcome, done.values)
  }

  @Test func nothingIsDoneBeforeTheFinalizerIsSeen() async throws {
    let api = FakeAPI()
    let (outcome, done) = try await run(api, Self.object())
    #expect(outcome == .added && done == [] && api.count("patch") == 1)
    let (second, work) = try await run(api, Self.object(finalizers: [Self.name]))
    #expect(second == .worked && work == ["work"] && api.count("patch") == 1)
  }

  @Test func itComesOffOnlyAfterTheCleanUp() async throws {
    let api = FakeAPI()
    let deleted = Self.object(finalizers: [Self.name], isBeingDeleted: true)
    await #expect(throws: Failure.self) { try await run(api, deleted, failing: true) }
    #expect(api.count("patch") == 0)
    let (outcome, done) = try await run(api, deleted)
    #expect(outcome == .cleanedUp && done == ["clean up after 0 patches"] && api.count("patch") == 1)
    let (last, nothing) = try await run(api, Self.object(isBeingDeleted: true))
    #expect(last == .done && nothing == [] && api.count("patch") == 1)
  }

  @Test(arguments: [KubernetesError.status(422, "Invalid"), .conflict, .notFound])
  func aChangeMeanwhileIsNoFailure(error: KubernetesError) async throws {
    let api = FakeAPI()
    api.fail("patch", error)
    #expect(try await run(api, Self.object()).0 == .changedMeanwhile)
    api.fail("patch", error)
    let deleted = Self.object(finalizers: [Self.name], isBeingDeleted: true)
    #expect(try await run(api, deleted).0 == .changedMeanwhile)
  }

  @Test func aRefusalIsAFailure() async throws {
    let refusal = KubernetesError.status(
      APIStatus(
        code: 422, reason: "Invalid", message: "no",
        causes: [.init(field: "metadata.finalizers", reason: "FieldValueInvalid", message: "name is not qualified")]))
    for error in [refusal, .unavailable] {
      let api = FakeAPI()
      api.fail("patch", error)
      await #expect(throws: error) { try await run(api, Self.object()) }
    }
  }
}
