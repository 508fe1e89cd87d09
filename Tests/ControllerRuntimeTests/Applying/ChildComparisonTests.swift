// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore
import Testing

@testable import ControllerRuntime

@Suite struct ChildComparisonTests {
  @Test(arguments: try AppliedPair.lines("applied-children.jsonl"))
  func whatARealServerMadeOfItHoldsWhatWasDesired(pair: AppliedPair) {
    let hash = canonicalHash(of: pair.desired)
    #expect(ChildComparison(desired: pair.desired, live: pair.live, appliedHash: hash) == .unchanged)
    #expect(ChildComparison(desired: pair.desired, live: nil, appliedHash: hash) == .create)
    #expect(ChildComparison(desired: pair.desired, live: pair.live, appliedHash: nil) == .update)
  }

  @Test(arguments: try AppliedPair.lines("applied-children.jsonl"))
  func everyDesiredLeafThatIsChangedIsSeen(pair: AppliedPair) throws {
    let hash = canonicalHash(of: pair.desired)
    for path in leaves(of: .object(pair.desired.content), []) {
      guard path.first != "apiVersion", path.first != "kind", path != ["metadata", "name"],
        path != ["metadata", "namespace"], pair.desired["stringData"] == nil
      else { continue }
      var live = JSONValue.object(pair.live.content)
      change(&live, path[...])
      let object = try #require(live.object)
      #expect(object != pair.live.content, "\(path) is not in the answer")
      guard
        case .repair(let fields) = ChildComparison(
          desired: pair.desired, live: KubernetesObject(object), appliedHash: hash)
      else {
        Issue.record("a change of \(path) goes unseen")
        continue
      }
      #expect(!fields.isEmpty)
    }
  }

  /// The ways to the scalars of objects that are not inside lists.
  private func leaves(of value: JSONValue, _ path: [String]) -> [[String]] {
    switch value {
    case .object(let members): members.flatMap { leaves(of: $0.value, path + [$0.key]) }
    case .array: []
    default: [path]
    }
  }

  private func change(_ value: inout JSONValue, _ path: ArraySlice<String>) {
    guard let name = path.first else { return value = "changed" }
    guard var member = value[name] else { return }
    change(&member, path.dropFirst())
    value[name] = member
  }

  @Test func driftIsToldByPathAndByName() throws {
    let pair = try AppliedPair.one("drifted-child.json")
    let hash = canonicalHash(of: pair.desired)
    let image = "spec.template.spec.containers[agent].image"
    #expect(ChildComparison(desired: pair.desired, live: pair.live, appliedHash: hash) == .repair(fields: [image]))
    let paths = ChildComparison.drift(of: pair.live, from: pair.desired)
    #expect(FieldOwners.others(than: "operator", owning: paths, of: pair.live) == ["human"])
    #expect(FieldOwners.others(than: "human", owning: paths, of: pair.live) == [])
  }

  private func drift(_ desired: JSONValue, _ live: JSONValue) -> [String] {
    func object(_ content: JSONValue) -> KubernetesObject {
      var object = KubernetesObject(type: .daemonSets, namespace: "a", name: "x")
      object["spec"] = content
      return object
    }
    return ChildComparison.drift(of: object(live), from: object(desired)).map(\.description)
  }

  @Test(
    arguments: [
      // The server leaves zero values out.
      ([:], ["hostNetwork": false, "n": 0, "s": "", "l": [], "o": [:], "d": 0.0]),
      // More than is desired: defaults, and entries of others.
      (["a": 1, "b": 2], ["a": 1]),
      (["env": [["name": "X", "value": "1"], ["name": "A", "value": "2"]]], ["env": [["name": "A", "value": "2"]]]),
      (["finalizers": ["x", "y"]], ["finalizers": ["y"]]),
      (
        ["ports": [["containerPort": 80, "protocol": "TCP", "name": "http"]]],
        ["ports": [["containerPort": 80, "name": "http"]]]
      ),
      (["rules": [["a": 1, "default": 2]]], ["rules": [["a": 1]]]),
      // Amounts.
      (
        ["resources": ["limits": ["cpu": "1", "memory": "1Gi"]]],
        ["resources": ["limits": ["cpu": 1, "memory": "1024Mi"]]]
      ),
      (
        ["volumes": [["name": "s", "emptyDir": ["sizeLimit": "1Gi"]]]],
        ["volumes": [["name": "s", "emptyDir": ["sizeLimit": "1024Mi"]]]]
      ),
      (["weight": 1.0], ["weight": 1]), (["weight": 1], ["weight": 1.0]),
    ] as [(JSONValue, JSONValue)])
  func theseHold(live: JSONValue, desired: JSONValue) {
    #expect(drift(desired, live) == [])
  }

  @Test(
    arguments: [
      ([:], ["a": 1], ["spec.a"]),
      (["a": nil], ["a": true], ["spec.a"]),
      (["a": nil], ["a": nil], ["spec.a"]),
      (["a": "1"], ["a": 1], ["spec.a"]),
      (["a": "1000m"], ["a": "1"], ["spec.a"]),
      (["a": true], ["a": false], ["spec.a"]),
      (["a": ["b": 1]], ["a": [1]], ["spec.a"]),
      (["args": ["a", "b"]], ["args": ["a"]], ["spec.args"]),
      (["args": ["b"]], ["args": ["a"]], ["spec.args[0]"]),
      (["args": ["b"]], ["args": []], ["spec.args"]),
      (["rules": [["a": 1]]], ["rules": [["a": 2]]], ["spec.rules[0].a"]),
      (
        ["tolerations": [["operator": "Exists"], ["key": "x"]]], ["tolerations": [["operator": "Exists"]]],
        ["spec.tolerations"]
      ),
      (["env": [["name": "A"]]], ["env": [["name": "B", "value": "x"]]], ["spec.env[B]"]),
      (["finalizers": ["x"]], ["finalizers": ["y"]], ["spec.finalizers[y]"]),
      (
        ["ports": [["containerPort": 80, "protocol": "UDP"]]], ["ports": [["containerPort": 80]]],
        ["spec.ports[80/TCP]"]
      ),
      (["ports": [["port": 80]]], ["ports": [["port": 81]]], ["spec.ports[0].port"]),
      (["nodeSelector": ["a/b": "c"]], ["nodeSelector": ["a/b": "d"]], ["spec.nodeSelector[a/b]"]),
      // Absence of these means something else than their zero value.
      ([:], ["automountServiceAccountToken": false], ["spec.automountServiceAccountToken"]),
      ([:], ["allowPrivilegeEscalation": false], ["spec.allowPrivilegeEscalation"]),
      ([:], ["runAsUser": 0], ["spec.runAsUser"]),
      (
        ["volumes": [["name": "s", "hostPath": ["path": "/"]]]], ["volumes": [["name": "s", "emptyDir": [:]]]],
        ["spec.volumes[s].emptyDir"]
      ),
    ] as [(JSONValue, JSONValue, [String])])
  func theseDoNot(live: JSONValue, desired: JSONValue, paths: [String]) {
    #expect(drift(desired, live) == paths)
  }

  @Test func theNumberOfNamedFieldsIsBounded() {
    let desired = JSONValue.object(JSONObject((0..<100).map { ("f\($0)", .integer(1)) }))
    #expect(drift(desired, [:]).count == ChildComparison.fieldLimit)
  }

  @Test func aSecretIsComparedAsTheServerStoresIt() {
    var desired = KubernetesObject(type: .secrets, namespace: "a", name: "s")
    desired["stringData"] = ["password": "hunter2"]
    var live = KubernetesObject(type: .secrets, namespace: "a", name: "s")
    live["data"] = ["password": "aHVudGVyMg=="]
    let hash = canonicalHash(of: desired)
    #expect(ChildComparison(desired: desired, live: live, appliedHash: hash) == .unchanged)
    live["data"] = ["password": "eA=="]
    #expect(ChildComparison(desired: desired, live: live, appliedHash: hash) == .repair(fields: ["data[password]"]))
  }

  @Test(arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")])
  func base64(text: String, encoded: String) {
    #expect(Base64.encode(Array(text.utf8)) == encoded)
  }

  @Test func theHashIgnoresOrderAndNothingElse() {
    #expect(canonicalHash(of: ["a": 1, "b": 2] as JSONValue) == canonicalHash(of: ["b": 2, "a": 1] as JSONValue))
    #expect(canonicalHash(of: ["a": 1] as JSONValue) != canonicalHash(of: ["a": "1"] as JSONValue))
    #expect(canonicalHash(of: [:] as JSONValue) == "44136fa355b3678a")
  }
}
