// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import Replay
import Testing
import YAML

@testable import acceptance

@Suite("The cases that are sent to a server")
struct CaseTests {
  private static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

  @Test(
    "A merge patch names each member that is removed, so that what a server has added beside them stays",
    arguments: [
      (#"{"labels": {"a": "1"}}"#, #"{"labels": {"a": "1"}}"#, "{}"),
      (#"{}"#, #"{"labels": {"a": "1"}}"#, #"{"labels":{"a":"1"}}"#),
      (#"{"labels": {"a": "1", "b": "2"}}"#, #"{"labels": {"a": "3"}}"#, #"{"labels":{"a":"3","b":null}}"#),
      (#"{"annotations": {"a": "1"}}"#, "{}", #"{"annotations":{"a":null}}"#),
      (#"{"spec": {"taints": [{"key": "a"}]}}"#, #"{"spec": {}}"#, #"{"spec":{"taints":null}}"#),
      (#"{"finalizers": ["a"]}"#, "{}", #"{"finalizers":null}"#),
      (#"{"spec": {}}"#, "{}", "{}"),
      (#"{"a": 1}"#, #"{"a": {"b": 2}}"#, #"{"a":{"b":2}}"#),
    ])
  func mergePatch(_ old: String, _ new: String, _ patch: String) throws {
    let before = try #require(try JSONParser.parse(old).object)
    let after = try #require(try JSONParser.parse(new).object)
    #expect(JSONWriter.text(.object(MergePatchDifference.patch(from: before, to: after))) == patch)
  }

  @Test("Every case of the node policy is read, and those that only an evaluator can take are marked")
  func nodePolicyCases() throws {
    let cases = try NodePolicyCase.all(Self.root)
    #expect(cases.count >= 29)
    #expect(cases.count(where: \.isForPolicyOnly) == 3)
    #expect(cases.contains { $0.user == "alice" } && cases.contains { $0.user == Names.operatorUser })
    for entry in cases where !entry.isAccepted { #expect(entry.patch != [:], "\(entry.change)") }
    let taint = try #require(cases.first { $0.change == "taint removed" })
    #expect(taint.node(named: "n")[path: "spec", "taints"] != nil && taint.node(named: "n").name == "n")
  }

  @Test(
    "An entry that is no case is refused",
    arguments: [
      "{}", "{change: a, accepted: true, old: {}}", "{change: a, accepted: false, old: {}, new: {}}",
      "{change: a, accepted: true, old: {}, new: {}, typo: 1}", "{change: a, accepted: maybe, old: {}, new: {}}",
    ])
  func badCases(_ text: String) throws {
    let entry = try YAMLDecoder.document(text)
    #expect(throws: Refusal.self) { try NodePolicyCase(entry) }
  }

  private static let schema: JSONValue = [
    "properties": [
      "spec": [
        "properties": [
          "namespace": ["type": "string", "default": "cozy-coroot"], "postgres": ["type": "object"],
          "size": ["type": "string", "nullable": true],
          "list": ["type": "array", "items": ["properties": ["a": ["type": "string"]]]],
          "map": ["type": "object", "additionalProperties": ["type": "string"]],
        ]
      ]
    ]
  ]

  @Test(
    "A null is refused by an apply where the field is neither nullable nor defaulted",
    arguments: [
      ("{namespace: null}", nil), ("{size: null}", nil), ("{postgres: null}", "spec.postgres"),
      ("{list: [{a: x}, {a: null}]}", "spec.list[1].a"), ("{map: {k: null}}", "spec.map.k"), ("{unknown: null}", nil),
    ] as [(String, String?)])
  func nulls(_ spec: String, _ field: String?) throws {
    let value = try YAMLDecoder.document(spec)
    let schema = try #require(Self.schema[path: "properties", "spec"])
    #expect(RuleExpectation.refusedNull(in: value, schema, at: "spec") == field)
  }

  @Test("The verdict on a case depends on the method in two places only")
  func methods() throws {
    let definition = try YAMLDecoder.document(
      try TextFile.read("\(Self.root)/config/crd/observability.cozystack.io_observabilities.yaml"))
    let schema = try #require(
      definition[path: "spec", "versions"]?.array?.first?[path: "schema", "openAPIV3Schema"])
    let cases = try ValidationCase.all()
    var differing: Set<String> = []
    for entry in cases {
      let created = RuleExpectation(entry, .create, schema: schema)
      #expect((created == .accepted) == (entry.isAccepted || entry.isBeyondCEL), "\(entry.rule)")
      for method in [RuleMethod.apply, .applyByAnother] {
        if RuleExpectation(entry, method, schema: schema) != created { differing.insert(entry.rule) }
      }
    }
    // The second only as long as the definition refuses a null there.
    let nullable = schema[path: "properties", "spec", "properties", "coroot", "properties", "postgres", "nullable"]
    #expect(differing == Set(["namespace-immutable"] + (nullable == true ? [] : ["replicas-need-postgres"])))
  }

  @Test("A change that another manager leaves out does not happen, one that it makes is judged")
  func applyByAnother() throws {
    let cases = try ValidationCase.all().filter { $0.rule == "namespace-immutable" && !$0.isAccepted }
    let verdicts = cases.map { RuleExpectation($0, .applyByAnother, schema: Self.schema) }
    #expect(cases.count == 2)
    #expect(verdicts.contains(.accepted))
    #expect(verdicts.contains(.refused(field: "spec.namespace", says: "delete the object")))
    for entry in cases { #expect(RuleExpectation(entry, .apply, schema: Self.schema) != .accepted) }
  }

  @Test("A refusal counts only if it names the field and the remedy")
  func refusals() {
    let rule = RuleExpectation.refused(field: "spec.mode", says: "use Full")
    #expect(rule.isMet(by: "spec.mode: Invalid value: use Full"))
    #expect(!rule.isMet(by: "spec.mode: Invalid value"))
    #expect(!rule.isMet(by: "spec.other: use Full"))
    #expect(!RuleExpectation.accepted.isMet(by: "anything"))
    let null = RuleExpectation.refusedForNull(field: "spec.a")
    #expect(null.isMet(by: "spec.a in body must be of type object: \"null\""))
  }
}
