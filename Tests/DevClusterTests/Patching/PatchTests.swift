// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import DevCluster

@Suite("Patches")
struct PatchTests {
  static let operations: [(operation: String, result: String?)] = [
    (#"{"op":"add","path":"/a/-","value":3}"#, #"{"a":[1,2,3],"b~/":1}"#),
    (#"{"op":"add","path":"/a/0","value":0}"#, #"{"a":[0,1,2],"b~/":1}"#),
    (#"{"op":"remove","path":"/b~0~1"}"#, #"{"a":[1,2]}"#),
    (#"{"op":"replace","path":"/a/1","value":9}"#, #"{"a":[1,9],"b~/":1}"#),
    (#"{"op":"test","path":"/a/0","value":1}"#, #"{"a":[1,2],"b~/":1}"#),
    (#"{"op":"move","from":"/b~0~1","path":"/c"}"#, #"{"a":[1,2],"c":1}"#),
    (#"{"op":"copy","from":"/a/0","path":"/c"}"#, #"{"a":[1,2],"b~/":1,"c":1}"#),
    (#"{"op":"replace","path":"/nope","value":1}"#, nil), (#"{"op":"remove","path":"/a/7"}"#, nil),
    (#"{"op":"test","path":"/a/0","value":2}"#, nil), (#"{"op":"nope","path":"/a"}"#, nil),
    (#"{"op":"add","path":"no-slash","value":1}"#, nil), (#"{"op":"add","path":"/x/y","value":1}"#, nil),
  ]

  @Test(arguments: operations)
  func jsonPatch(_ operation: String, _ expected: String?) throws {
    let start: JSONValue = ["a": [1, 2], "b~/": 1]
    let patch = try JSONParser.parse("[\(operation)]")
    let result = try? JSONPatch.apply(patch, to: start)
    #expect(result == (try expected.map { try JSONParser.parse($0) }))
  }

  @Test func mergePatchRemovesByNull() {
    let patched = MergePatch.apply(["a": ["b": .null, "c": 1], "l": [2]], to: ["a": ["b": 1, "d": 2], "l": [1]])
    #expect(patched == ["a": ["c": 1, "d": 2], "l": [2]])
  }

  private let strategic = StrategicMergePatch(
    mergeKey: { $0.last == "containers" ? "name" : nil }, isMergingSet: { $0.last == "finalizers" })

  static let merges: [(patch: String, containers: String)] = [
    (
      #"{"containers":[{"name":"b","image":"2"},{"name":"c"}]}"#,
      #"[{"name":"a","image":"1"},{"name":"b","image":"2"},{"name":"c"}]"#
    ),
    (#"{"containers":[{"name":"a","$patch":"delete"}]}"#, #"[{"name":"b","image":"1"}]"#),
    (#"{"containers":[{"$patch":"replace"},{"name":"z"}]}"#, #"[{"name":"z"}]"#),
    (
      #"{"$setElementOrder/containers":[{"name":"b"},{"name":"a"}],"containers":[{"name":"a","image":"3"}]}"#,
      #"[{"name":"b","image":"1"},{"name":"a","image":"3"}]"#
    ),
    (#"{"containers":[{"name":"a","image":null}]}"#, #"[{"name":"a"},{"name":"b","image":"1"}]"#),
  ]

  @Test(arguments: merges)
  func strategicMergeFindsElementsByKey(_ patch: String, _ expected: String) throws {
    let start: JSONValue = ["containers": [["name": "a", "image": "1"], ["name": "b", "image": "1"]]]
    let merged = strategic.apply(try JSONParser.parse(patch), to: start)
    #expect(merged["containers"] == (try JSONParser.parse(expected)))
  }

  @Test func strategicMergeKnowsSetsAndKeys() {
    let start: JSONValue = ["finalizers": ["a"], "args": ["x"], "strategy": ["type": "A", "rolling": ["n": 1]]]
    #expect(strategic.apply(["finalizers": ["b", "a"]], to: start)["finalizers"] == ["a", "b"])
    #expect(strategic.apply(["$deleteFromPrimitiveList/finalizers": ["a"]], to: start)["finalizers"] == [])
    #expect(strategic.apply(["args": ["y"]], to: start)["args"] == ["y"])
    #expect(
      strategic.apply(["strategy": ["$retainKeys": ["type"], "type": "B"]], to: start)["strategy"] == ["type": "B"])
    #expect(strategic.apply(["strategy": ["$patch": "delete"]], to: start)["strategy"] == nil)
    #expect(strategic.apply(["strategy": ["$patch": "replace", "type": "C"]], to: start)["strategy"] == ["type": "C"])
  }
}
