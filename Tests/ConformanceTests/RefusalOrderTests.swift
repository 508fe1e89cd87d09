// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import Replay

@Suite("The order of failures in a refusal")
struct RefusalOrderTests {
  private func refusal(_ fields: [String], group: String = "example.org") -> JSONValue {
    let causes = fields.map { ["field": .string($0), "message": "is wrong"] as JSONValue }
    return [
      "reason": "Invalid",
      "message": .string("X is invalid: [" + fields.map { "\($0): is wrong" }.joined(separator: ", ") + "]"),
      "details": ["group": .string(group), "causes": .array(causes)],
    ]
  }

  private func areSame(_ expected: JSONValue, _ actual: JSONValue) -> Bool {
    var comparison = Comparison(Correspondence())
    return (try? comparison.compare(expected, actual)) != nil
  }

  @Test("The order of failures does not matter among the fields of one member of a custom resource")
  func siblings() {
    #expect(areSame(refusal(["spec.b", "spec.a"]), refusal(["spec.a", "spec.b"])))
    #expect(!areSame(refusal(["spec.b", "spec.a"]), refusal(["spec.a", "spec.c"])))
  }

  @Test("The order of failures matters between members, and for built-in kinds")
  func others() {
    #expect(!areSame(refusal(["spec.b", "<nil>"]), refusal(["<nil>", "spec.b"])))
    #expect(!areSame(refusal(["spec.b", "spec.a"], group: "apps"), refusal(["spec.a", "spec.b"], group: "apps")))
    #expect(
      !areSame(
        refusal(["spec.b", "spec.a"], group: "policy.k8s.io"), refusal(["spec.a", "spec.b"], group: "policy.k8s.io")))
  }

  @Test("The failures of the message are compared in the same order as the causes")
  func message() {
    var actual = refusal(["spec.a", "spec.b"])
    actual["message"] = "X is invalid: [spec.b: is wrong, spec.a: is wrong]"
    #expect(!areSame(refusal(["spec.b", "spec.a"]), actual))
  }
}

@Suite("What else varies between two runs")
struct VaryingAnswerTests {
  private func areSame(_ expected: JSONValue, _ actual: JSONValue) -> Bool {
    var comparison = Comparison(Correspondence())
    return (try? comparison.compare(expected, actual)) != nil
  }

  private func table(_ cells: [JSONValue]) -> JSONValue {
    [
      "kind": "Table", "columnDefinitions": [["name": "Ready", "type": "string"], ["name": "Age", "type": "date"]],
      "rows": [["cells": .array(cells)]],
    ]
  }

  @Test("The age of an object in a table varies between runs, and no other cell")
  func ages() {
    #expect(areSame(table(["True", "2s"]), table(["True", "1m5s"])))
    #expect(!areSame(table(["True", "2s"]), table(["True", "<unknown>"])))
    #expect(!areSame(table(["2s", "2s"]), table(["3s", "2s"])))
  }

  @Test("The time of a field owner varies between runs, but not whether it has one")
  func times() {
    func object(_ time: JSONValue?) -> JSONValue {
      var owner: JSONValue = ["manager": "m", "operation": "Apply"]
      if let time { owner["time"] = time }
      return ["metadata": ["managedFields": [owner]]]
    }
    #expect(areSame(object("2026-01-01T00:00:00Z"), object("2026-01-02T00:00:00Z")))
    #expect(areSame(object(nil), object(nil)))
    #expect(!areSame(object(nil), object("2026-01-01T00:00:00Z")))
    #expect(!areSame(object("2026-01-01T00:00:00Z"), object(nil)))
  }
}
