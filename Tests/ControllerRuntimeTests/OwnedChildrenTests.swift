// SPDX-License-Identifier: Apache-2.0

import KubernetesClient
import KubernetesCore
import Logging
import Testing

@testable import ControllerRuntime

/// What a program remembers of the children that it applied.
@Suite struct OwnedChildrenTests {
  private static let owner = ObjectKey(name: "team")
  private static let key = ObjectKey(namespace: "team", name: "contact")
  private static let child = ChildID(type: .configMaps, key: key)

  private let children = OwnedChildren(
    applier: ChildApplier(api: FakeAPI(), fieldManager: "us", environment: TestTime().environment))

  @discardableResult
  private func record(_ change: AppliedChild.Change, uid: String?) -> ChildReport {
    let object = KubernetesObject(type: .configMaps, namespace: "team", name: "contact")
    return children.record(
      AppliedChild(change: change, hash: "h", uid: uid, object: object, alteration: nil), of: Self.child,
      for: Self.owner, uid: "owner")
  }

  private func summary(_ report: ChildReport) -> [String] {
    report.lines.map { "\($0.message) \($0.metadata["change"] ?? $0.metadata["fields"] ?? "")" }
  }

  @Test("A child that is created again was deleted by another writer, or had lost its labels")
  func absence() {
    #expect(summary(record(.created, uid: "1")) == ["child applied created"])
    #expect(children.applied(Self.child, for: Self.owner, uid: "owner")?.hash == "h")
    #expect(summary(record(.created, uid: "1")) == ["child drifted metadata.labels"])
    record(.contested(fields: [], by: []), uid: nil)
    #expect(summary(record(.created, uid: "2")) == ["child drifted deleted"])
  }

  @Test("A child that follows a replacement, or that was deleted on purpose, is a new one")
  func purpose() {
    record(.created, uid: "1")
    record(.replacing(fields: ["spec"]), uid: "1")
    #expect(summary(record(.created, uid: "2")) == ["child applied created"])
    children.forget(Self.child, of: Self.owner)
    #expect(summary(record(.created, uid: "3")) == ["child applied created"])
  }

  @Test("The children of an owner that is gone, or of its predecessor, are forgotten")
  func owners() {
    record(.created, uid: "1")
    children.forget(Self.owner)
    #expect(children.applied(Self.child, for: Self.owner, uid: "owner") == nil)
    record(.created, uid: "2")
    #expect(children.applied(Self.child, for: Self.owner, uid: "successor") == nil)
    #expect(children.applied(Self.child, for: Self.owner, uid: "owner") == nil)
  }

  @Test("A second process under the same field manager is reported once for an owner")
  func rival() {
    record(.created, uid: "1")
    #expect(record(.repaired(fields: ["f"], by: [ChildApplier.otherProcess(as: "us")]), uid: "1").rival != nil)
    #expect(children.reportsRival(for: Self.owner))
    #expect(!children.reportsRival(for: Self.owner))
  }
}
