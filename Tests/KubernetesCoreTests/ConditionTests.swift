// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import Testing

@Suite struct ConditionTests {
  private let early = Timestamp(secondsSinceEpoch: 1_767_225_600, nanoseconds: 5)
  private let late = Timestamp(secondsSinceEpoch: 1_767_225_660)

  @Test func theTimeMovesOnlyWhenTheStatusFlips() {
    var set = ConditionSet()
    set.set("Ready", .isFalse, reason: "Rollout", message: "1 of 3", generation: 1, now: early)
    set.set("Ready", .isFalse, reason: "Rollout", message: "2 of 3", generation: 2, now: late)
    #expect(set["Ready"]?.lastTransitionTime == Timestamp(secondsSinceEpoch: 1_767_225_600))
    #expect(set["Ready"]?.message == "2 of 3")
    #expect(set["Ready"]?.observedGeneration == 2)
    set.set("Ready", .isTrue, reason: "Done", message: "", generation: 2, now: late)
    #expect(set["Ready"]?.lastTransitionTime == late)
    #expect(set.isTrue("Ready") && !set.isTrue("Stalled"))
  }

  @Test func theOrderStaysAndTypesAreUnique() {
    var set = ConditionSet()
    for type in ["B", "A", "C"] {
      set.set(type, .unknown, reason: "R", message: "", generation: nil, now: early)
    }
    set.set("B", .isTrue, reason: "R", message: "", generation: nil, now: late)
    set.remove("A")
    #expect(set.conditions.map(\.type) == ["B", "C"])
  }

  @Test func whatAnAPIServerSaysAtLengthIsCutToWhatAPersonReads() {
    let answer = "422 " + String(repeating: "spec.containers: Invalid value ü; ", count: 2000)
    var set = ConditionSet()
    set.set("Ready", .isFalse, reason: "Refused", message: answer, generation: 1, now: early)
    let message = set["Ready"]?.message ?? ""
    #expect(message.utf8.count <= Condition.longestMessage && message.utf8.count > Condition.longestMessage - 4)
    #expect(message.hasPrefix("422 spec.containers: Invalid value ü; ") && message.hasSuffix("…"))
    #expect(ConditionSet(set.json) == set, "and stays so")
  }

  @Test func survivesJSON() {
    var set = ConditionSet()
    set.set("Ready", .isFalse, reason: "Rollout", message: "1 of 3", generation: 1, now: early)
    set.set("Stalled", .unknown, reason: "Unknown", message: "", generation: nil, now: late)
    #expect(ConditionSet(set.json) == set)
    #expect(
      JSONWriter.text(set["Ready"]?.json ?? nil, order: .asGiven)
        == #"{"type":"Ready","status":"False","observedGeneration":1,"lastTransitionTime":"2026-01-01T00:00:00Z","reason":"Rollout","message":"1 of 3"}"#
    )
  }

  @Test func whatCannotBeReadIsLeftOut() {
    let good: JSONValue = [
      "type": "A", "status": "True", "reason": "R", "lastTransitionTime": "2026-01-01T00:00:00Z",
    ]
    var noStatus = good
    noStatus["status"] = "Maybe"
    var noTime = good
    noTime["lastTransitionTime"] = "yesterday"
    #expect(ConditionSet([noStatus, noTime, good, good, 1, nil]).conditions.count == 1)
    #expect(ConditionSet(nil).conditions.isEmpty)
  }
}
