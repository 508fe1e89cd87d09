// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore
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

  @Test("Every case of the policies is read, and those that only an evaluator can take say why")
  func policyCases() throws {
    let cases = try PolicyCase.all(Self.root)
    #expect(cases.count { $0.obstacle == PolicyCase.needsOtherBinding } == 8)
    #expect(cases.count { $0.obstacle == PolicyCase.isForEvaluator } == 148)
    #expect(cases.contains { $0.user == "alice" } && cases.contains { $0.user == Names.operatorUser })
    var nodes = 0
    var children: [ResourceType: Int] = [:]
    for entry in cases {
      switch entry.change {
      case .node(let change):
        nodes += 1
        if !entry.isAccepted { #expect(change.patch != [:], "\(entry.title)") }
        guard entry.title == "taint removed" else { continue }
        #expect(change.node(named: "n")[path: "spec", "taints"] != nil && change.node(named: "n").name == "n")
      case .child(let change):
        children[change.type, default: 0] += 1
        let namespace = change.sent(in: "n").key.namespace
        #expect(namespace == (change.type.isNamespaced ? "n" : nil), "\(entry.title)")
      }
    }
    #expect(nodes >= 34, "\(nodes)")
    for (type, least) in [(ResourceType.daemonSets, 70), (.statefulSets, 110), (.secrets, 35), (.deployments, 30)] {
      #expect(children[type, default: 0] >= least, "\(type): \(children)")
    }
    #expect(cases.contains { $0.title == "coroot-shared/platform-coroot-keys as rendered" && $0.isAccepted })
    #expect(cases.contains { $0.title == "scrape as rendered" && $0.isAccepted })
    #expect(cases.count { $0.title == "gateway-victoria as rendered" && $0.isAccepted } == 2)
  }

  @Test("A DaemonSet that is there before a change starts no agent and is no garbage")
  func storedDaemonSet() throws {
    let rendered: JSONValue = [
      "apiVersion": "apps/v1", "kind": "DaemonSet",
      "metadata": ["name": "a", "namespace": "b", "ownerReferences": [["kind": "Observability"]]],
      "spec": ["template": ["spec": ["nodeSelector": ["kubernetes.io/os": "linux"], "hostPID": true]]],
    ]
    let removal: JSONValue = ["op": "remove", "path": "/spec/template/spec/hostPID"]
    let update = try ChildChange(.daemonSets, rendered, old: [], new: [removal], namespaceLabels: [:])
    let stored = try #require(update.stored(in: "n"))
    #expect(stored.key == ObjectKey(namespace: "n", name: "a") && stored.ownerReferences.isEmpty)
    #expect(
      stored[path: "spec", "template", "spec"] == ["nodeSelector": [Names.standInLabel: "nowhere"], "hostPID": true])
    let sent = update.sent(in: "n")
    #expect(sent[path: "spec", "template", "spec"] == ["nodeSelector": ["kubernetes.io/os": "linux"]])
    #expect(sent.ownerReferences.count == 1)
    #expect(try ChildChange(.daemonSets, rendered, old: nil, new: [], namespaceLabels: [:]).stored(in: "n") == nil)
  }

  @Test("A StatefulSet that is there before a change has no replica, so that no claim stays behind")
  func storedStatefulSet() throws {
    let rendered: JSONValue = [
      "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": ["name": "a", "ownerReferences": [["kind": "x"]]],
      "spec": ["replicas": 3, "template": ["spec": ["nodeSelector": ["kubernetes.io/os": "linux"]]]],
    ]
    let update = try ChildChange(.statefulSets, rendered, old: [], new: [], namespaceLabels: [:])
    let stored = try #require(update.stored(in: "n"))
    #expect(stored[path: "spec", "replicas"] == 0 && stored.ownerReferences.isEmpty)
    #expect(stored[path: "spec", "template"] == rendered[path: "spec", "template"])
    #expect(update.sent(in: "n")[path: "spec", "replicas"] == 3)
  }

  @Test(
    "A JSON Patch adds, replaces and removes, and is refused where nothing is there",
    arguments: [
      (#"{"op": "add", "path": "/a~1b", "value": 1}"#, #"{"a/b":1,"l":[1,2]}"#),
      (#"{"op": "add", "path": "/l/-", "value": 3}"#, #"{"l":[1,2,3]}"#),
      (#"{"op": "add", "path": "/l/0", "value": 3}"#, #"{"l":[3,1,2]}"#),
      (#"{"op": "replace", "path": "/l/1", "value": {"x": null}}"#, #"{"l":[1,{"x":null}]}"#),
      (#"{"op": "remove", "path": "/l/0"}"#, #"{"l":[2]}"#), (#"{"op": "remove", "path": "/l"}"#, "{}"),
      (#"{"op": "remove", "path": "/m"}"#, nil), (#"{"op": "replace", "path": "/m", "value": 1}"#, nil),
      (#"{"op": "replace", "path": "/l/2", "value": 1}"#, nil), (#"{"op": "remove", "path": "/l/-"}"#, nil),
      (#"{"op": "add", "path": "/m/n", "value": 1}"#, nil), (#"{"op": "add", "path": "/l/0/x", "value": 1}"#, nil),
      (#"{"op": "add", "path": "/a"}"#, nil), (#"{"op": "test", "path": "/l", "value": 1}"#, nil),
    ] as [(String, String?)])
  func jsonPatch(_ operation: String, _ result: String?) throws {
    let operations = [try JSONParser.parse(operation)]
    let value = try JSONParser.parse(#"{"l": [1, 2]}"#)
    guard let result else {
      #expect(throws: Refusal.self) { try JSONPatch.apply(operations, to: value) }
      return
    }
    #expect(try JSONPatch.apply(operations, to: value) == (try JSONParser.parse(result)))
  }

  @Test("The answer to a case is judged by what it says, and by whether the server evaluates policies at all")
  func policyVerdicts() throws {
    func entry(_ text: String) throws -> PolicyCase {
      try PolicyCase(try YAMLDecoder.document(text)) { _, _ in throw Refusal("none") }
    }
    func verdict(_ entry: PolicyCase, _ answer: Result<KubernetesObject, any Error>, _ evaluates: Bool) -> Verdict {
      do {
        try PolicyChecks.judge(entry, answer, evaluatesPolicies: evaluates, "PATCH /x")
        return .passed
      } catch {
        return Verdict(error)
      }
    }
    func refusal(_ code: Int, _ message: String) -> Result<KubernetesObject, any Error> {
      .failure(KubernetesError.status(APIStatus(code: code, reason: "", message: message)))
    }
    let allowed = try entry("{change: a, accepted: true, old: {}, new: {}}")
    let denied = try entry("{change: a, accepted: false, old: {}, new: {}, says: it tried}")
    let made = Result<KubernetesObject, any Error>.success(KubernetesObject(type: .nodes, name: "n"))
    for evaluates in [true, false] {
      #expect(verdict(allowed, made, evaluates) == .passed)
      for (entry, answer) in [
        (allowed, refusal(403, "it tried")), (denied, refusal(403, "no right")), (denied, refusal(404, "it tried")),
      ] {
        guard case .failed = verdict(entry, answer, evaluates) else {
          Issue.record("\(entry.title), \(answer) with \(evaluates) must fail")
          continue
        }
      }
    }
    #expect(verdict(denied, refusal(422, "it tried"), true) == .passed)
    guard case .failed = verdict(denied, made, true), case .skipped(let accepted) = verdict(denied, made, false),
      case .skipped(let refused) = verdict(denied, refusal(403, "it tried"), false)
    else {
      Issue.record("what is accepted fails where policies are evaluated, and is skipped where not")
      return
    }
    #expect(accepted.hasPrefix("sent and accepted: ") && refused.hasPrefix("sent and refused "))
  }

  @Test(
    "An entry that is no case is refused",
    arguments: [
      "{}", "{change: a, accepted: true, old: {}}", "{change: a, accepted: false, old: {}, new: {}}",
      "{change: a, accepted: true, old: {}, new: {}, typo: 1}", "{change: a, accepted: maybe, old: {}, new: {}}",
      "{change: a, accepted: true, old: {}, new: {}, of: push}", "{change: a, accepted: true, old: null, new: {}}",
      "{change: a, accepted: true, old: {}, new: {}, policy: pods}",
      "{change: a, accepted: true, old: {}, new: {}, only: server}",
      "{change: a, policy: daemonsets, accepted: true, old: {}, new: []}",
      "{change: a, policy: daemonsets, accepted: true, new: []}",
      "{change: a, policy: secrets, accepted: true, old: {}, new: {}}",
      "{change: a, policy: daemonsets, accepted: true, old: null, new: [{op: remove, path: /x}]}",
    ])
  func badCases(_ text: String) throws {
    let entry = try YAMLDecoder.document(text)
    #expect(throws: Refusal.self) { try PolicyCase(entry) { _, _ in ["kind": "DaemonSet"] } }
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
