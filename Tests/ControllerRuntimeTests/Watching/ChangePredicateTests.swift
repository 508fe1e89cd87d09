// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore
import Testing

@testable import ControllerRuntime

@Suite struct ChangePredicateTests {
  private static let base: JSONObject = [
    "metadata": ["name": "a", "uid": "u", "generation": 1, "labels": ["l": "1"], "annotations": ["n": "1"]],
    "status": ["ready": true],
  ]

  private static func change(_ change: (inout KubernetesObject) -> Void) -> StoreChange {
    let old = KubernetesObject(base)
    var new = old
    change(&new)
    return StoreChange(key: old.key, old: old, new: new)
  }

  private static let changes: [String: StoreChange] = [
    "generation": change { $0["metadata"]?["generation"] = 2 },
    "deletion": change { $0["metadata"]?["deletionTimestamp"] = "2026-01-01T00:00:00Z" },
    "label": change { $0["metadata"]?["labels"] = ["l": "2"] },
    "other label": change { $0["metadata"]?["labels"] = ["l": "1", "m": "1"] },
    "annotation": change { $0["metadata"]?["annotations"] = [:] },
    "other annotation": change { $0["metadata"]?["annotations"] = ["n": "1", "o": "1"] },
    "status": change { $0["status"] = nil },
  ]

  private func passing(_ predicate: ChangePredicate) -> Set<String> {
    Set(Self.changes.filter { predicate.callsForWork($0.value) }.keys)
  }

  @Test func eachLetsThroughWhatItIsNamedAfter() {
    #expect(passing(.any) == Set(Self.changes.keys))
    #expect(passing(.specification) == ["generation", "deletion"])
    #expect(passing(.status) == ["status"])
    #expect(passing(.annotations(["n"])) == ["annotation"])
    #expect(passing(.labels(["l"])) == ["label"])
    #expect(passing(.specification.or(.annotations(["n"]))) == ["generation", "deletion", "annotation"])
    #expect(passing(ChangePredicate { _, _ in false }) == [])
  }

  @Test func whatIsNewGoneOrAnotherIsNeverPassedOver() {
    let never = ChangePredicate { _, _ in false }
    let object = KubernetesObject(Self.base)
    var successor = object
    successor["metadata"]?["uid"] = "v"
    for (old, new) in [(nil, object), (object, nil), (object, successor)] {
      #expect(never.callsForWork(StoreChange(key: object.key, old: old, new: new)))
    }
    var nameless = object
    nameless["metadata"]?["uid"] = nil
    #expect(never.callsForWork(StoreChange(key: object.key, old: nameless, new: nameless)), "no UID says nothing")
  }

  @Test func aTypeWithoutGenerationsPassesWithEveryChange() {
    var old = KubernetesObject(Self.base)
    old["metadata"]?["generation"] = nil
    var new = old
    new["data"] = ["k": "v"]
    #expect(ChangePredicate.specification.callsForWork(StoreChange(key: old.key, old: old, new: new)))
  }
}
