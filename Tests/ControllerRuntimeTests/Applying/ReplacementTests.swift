// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore
import Testing

@testable import ControllerRuntime

/// What becomes of a child that has to change where it cannot.
@Suite struct ReplacementTests {
  private static func refusal(_ messages: String...) -> KubernetesError {
    .status(
      APIStatus(
        code: 422, reason: "Invalid", message: "DaemonSet.apps \"x\" is invalid",
        causes: messages.map { .init(field: "spec.selector", reason: "FieldValueInvalid", message: $0) }))
  }

  private static let immutable = refusal("Invalid value: {}: field is immutable")

  private func child(owner: String?, uid: String? = nil) -> KubernetesObject {
    var object = KubernetesObject(type: .daemonSets, namespace: "a", name: "x")
    if let owner { object["metadata"]?["ownerReferences"] = [["uid": .string(owner)]] }
    if let uid { object["metadata"]?["uid"] = .string(uid) }
    return object
  }

  private func apply(
    _ api: FakeAPI, _ type: ResourceType = .daemonSets, live: KubernetesObject
  ) async throws -> AppliedChild {
    try await ChildApplier(api: api, fieldManager: "operator", environment: TestTime().environment)
      .apply(type: type, desired: child(owner: "o"), live: api.put(type, live), appliedHash: nil)
  }

  @Test func aDaemonSetOfOursIsDeletedAfterItsPodsAndMadeAnew() async throws {
    let api = FakeAPI()
    api.fail("apply", Self.immutable)
    let result = try await apply(api, live: child(owner: "o", uid: "u"))
    #expect(result.change == .replacing(fields: ["spec.selector"]))
    #expect(result.inventoryEntry.hash == "" && result.uid == "u")
    #expect(api.requests.map(\.verb) == ["apply", "delete"] && api.requests.last?.detail == "uid=u")
    let created = try await ChildApplier(api: api, fieldManager: "operator", environment: TestTime().environment)
      .apply(type: .daemonSets, desired: child(owner: "o"), live: nil, appliedHash: result.inventoryEntry.hash)
    #expect(created.change == .created)
  }

  @Test func whatIsNotOursOrHoldsMoreThanADescriptionIsLeftAlone() async throws {
    for (type, owner) in [(ResourceType.daemonSets, "another"), (.daemonSets, nil), (.services, "o"), (.secrets, "o")] {
      let api = FakeAPI()
      api.fail("apply", Self.immutable)
      await #expect(throws: Self.immutable) { try await apply(api, type, live: child(owner: owner, uid: "u")) }
      #expect(api.count("delete") == 0)
    }
  }

  @Test func aDeletionThatFailsIsThrown() async throws {
    let api = FakeAPI()
    api.fail("apply", Self.immutable)
    api.fail("delete", .unavailable)
    await #expect(throws: KubernetesError.unavailable) { try await apply(api, live: child(owner: "o", uid: "u")) }
  }

  @Test(arguments: [
    ("field is immutable", true), ("spec is immutable after creation except resources.requests", true),
    ("may not change once set", true),
    ("updates to statefulset spec for fields other than 'replicas' are forbidden", true),
    ("must be greater than 0", false),
  ])
  func aRefusalIsReadForItsReason(message: String, isImmutable: Bool) {
    #expect((Self.refusal(message).immutableFields == ["spec.selector"]) == isImmutable)
    #expect(Self.refusal(message, "must be greater than 0").immutableFields == [], "another field is wrong as well")
    #expect(KubernetesError.status(422, message).immutableFields == [])
  }

  @Test func thePolicyOfEachKindIsWrittenDown() {
    func policy(_ group: String, _ kind: String) -> ReplacementPolicy {
      .standard(ResourceType(group: group, kind: kind, plural: kind.lowercased() + "s"))
    }
    for (group, kind) in [("apps", "DaemonSet"), ("apps", "Deployment"), ("batch", "Job")] {
      #expect(policy(group, kind) == .recreate)
    }
    for (group, kind) in [
      ("", "PersistentVolumeClaim"), ("apps", "StatefulSet"), ("", "Service"), ("", "Secret"), ("", "ConfigMap"),
      ("", "Namespace"), ("example.org", "DaemonSet"), ("operator.victoriametrics.com", "VMPodScrape"),
    ] {
      #expect(policy(group, kind) == .never)
    }
  }
}
