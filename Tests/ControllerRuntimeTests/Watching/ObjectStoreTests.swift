// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore
import Testing

@testable import ControllerRuntime

@Suite struct ObjectStoreTests {
  private func object(_ name: String, version: String = "1", owner: String? = nil) -> KubernetesObject {
    var object = KubernetesObject(type: .configMaps, namespace: "a", name: name)
    object["metadata"]?["resourceVersion"] = .string(version)
    if let owner { object["metadata"]?["ownerReferences"] = [["uid": .string(owner)]] }
    return object
  }

  private func key(_ name: String) -> ObjectKey { ObjectKey(namespace: "a", name: name) }

  @Test func theFirstListIsInitialAndLaterOnesTellOnlyDifferences() {
    let store = ObjectStore()
    #expect(!store.isSynced)
    let first = store.replace(with: [object("b"), object("a")])
    #expect(first.map(\.key.name) == ["a", "b"])
    #expect(first.allSatisfy { $0.isInitial && $0.old == nil })
    #expect(store.isSynced)
    let second = store.replace(with: [object("a"), object("c"), object("b", version: "2")].reversed())
    #expect(second.map(\.key.name) == ["b", "c"])
    #expect(second.allSatisfy { !$0.isInitial })
    #expect(second.first?.old == object("b"))
    let third = store.replace(with: [object("c")])
    #expect(third.map(\.key.name) == ["a", "b"])
    #expect(third.allSatisfy { $0.new == nil })
    #expect(store.all().map(\.name) == ["c"])
  }

  @Test func whatAListDidNotChangeStaysInTheMemoryThatOthersMayShare() {
    let store = ObjectStore()
    let version = String(repeating: "1", count: 100)
    _ = store.replace(with: [object("a", version: version)])
    let kept = place(of: store.get(key("a"))?.resourceVersion)
    #expect(kept != nil)
    // Made anew, as a parser does.
    let changes = store.replace(with: [object("a", version: String(repeating: "1", count: 100))])
    #expect(changes.isEmpty)
    #expect(place(of: store.get(key("a"))?.resourceVersion) == kept)
  }

  /// Where the bytes of a text lie that is too long to lie in the value itself.
  private func place(of text: String?) -> UnsafePointer<UInt8>? {
    text?.utf8.withContiguousStorageIfAvailable { $0.baseAddress } ?? nil
  }

  @Test func singleChangesAreToldWithBothStates() {
    let store = ObjectStore()
    _ = store.replace(with: [])
    #expect(store.put(object("a"))?.new == object("a"))
    #expect(store.put(object("a")) == nil)
    let change = store.put(object("a", version: "2"))
    #expect(change?.old == object("a"))
    #expect(store.remove(key("a"))?.old == object("a", version: "2"))
    #expect(store.remove(key("a")) == nil)
    #expect(store.count == 0)
  }

  @Test func childrenAreFoundByTheirOwnerAlsoAfterItChanges() {
    let store = ObjectStore()
    _ = store.replace(with: [object("b", owner: "u"), object("a", owner: "u"), object("c")])
    #expect(store.owned(by: "u").map(\.name) == ["a", "b"])
    _ = store.put(object("a", version: "2", owner: "v"))
    #expect(store.owned(by: "u").map(\.name) == ["b"])
    #expect(store.owned(by: "v").map(\.name) == ["a"])
    _ = store.remove(key("b"))
    #expect(store.owned(by: "u").isEmpty)
  }

  @Test func whatTheProjectionLeavesOutIsNotKept() {
    let store = ObjectStore { $0.name == "no" ? nil : ObjectStore.metadataOnly($0) }
    var full = object("a")
    full["metadata"]?["managedFields"] = [[:]]
    full["data"] = ["k": "v"]
    _ = store.replace(with: [full, object("no")].compactMap(store.kept))
    #expect(store.all() == [object("a")])
    #expect(store.put(object("no")) == nil)
    full["data"] = ["k": "w"]
    #expect(store.put(full) == nil, "nothing that is kept has changed")
  }

  @Test("An interner returns equal text and keeps a bounded number of values")
  func interner() {
    let names = StringInterner()
    for index in 0...(2 * StringInterner.limit) {
      let name = "example.org/label-\(index)"
      #expect(names.shared(name) == name && names.shared(name) == name)
    }
    #expect(names.count == StringInterner.limit)
  }
}
