// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing
import YAML

@Suite struct YAMLDecoderTests {
  @Test func readsAManifest() throws {
    let value = try YAMLDecoder.document(
      """
      %YAML 1.1
      ---
      # A comment.
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: "a", labels: {app: b, 'c': d}}
      data:
        script: |
          set -e
            echo "x: y"
        folded: >-
          one
          two

          three
        list:
        - 1
        -   - two
            - []
        - {}
      ...
      """)
    let expected: JSONValue = [
      "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "a", "labels": ["app": "b", "c": "d"]],
      "data": [
        "script": "set -e\n  echo \"x: y\"\n", "folded": "one two\nthree", "list": [1, ["two", []], [:]],
      ],
    ]
    #expect(value == expected)
    #expect(value.object.map { Array($0.keys) } == ["apiVersion", "kind", "metadata", "data"])
  }

  @Test(
    arguments: [
      ("", []), ("# only a comment\n", []), ("---\n", []), ("---\n# x\n---\n...\n", []), ("a: 1", [["a": 1]]),
      ("---\n---\na: 1\n---\n---\n- 2\n---\n", [["a": 1], [2]]), ("--- ~\n--- null\n--- ''\n", [nil, nil, ""]),
      ("\u{feff}a: 1", [["a": 1]]), ("a: 1\r\nb: 2\r\n", [["a": 1, "b": 2]]), ("--- x\n--- 1\n", ["x", 1]),
      ("{\"a\": [1, \"\\u00e9\"]}", [["a": [1, "é"]]]),
    ] as [(String, [JSONValue])])
  func readsDocuments(text: String, documents: [JSONValue]) throws {
    #expect(try YAMLDecoder.documents(text) == documents)
  }

  @Test func readsAnySequenceOfBytes() throws {
    let bytes = Array("a: [1]".utf8)
    #expect(try YAMLDecoder.document(bytes) == ["a": [1]])
    #expect(try YAMLDecoder.document(AnySequence(bytes)) == ["a": [1]])
    #expect(try YAMLDecoder.documents([] as [UInt8]) == [])
  }

  @Test(
    arguments: [
      ("a: &x [1]\nb: *x", ["a": [1], "b": [1]]),
      ("- &x {k: v}\n- *x\n- &x 2\n- *x", [["k": "v"], ["k": "v"], 2, 2]),
      ("a: &m {k: 1, l: 2}\nb:\n  <<: *m\n  l: 3", ["a": ["k": 1, "l": 2], "b": ["k": 1, "l": 3]]),
      ("a: {l: 3, <<: {k: 1, l: 2}}", ["a": ["k": 1, "l": 3]]),
      ("a: {<<: [{k: 1}, {k: 2, l: 2}], m: 3}", ["a": ["k": 1, "l": 2, "m": 3]]),
      ("a: {<<: {k: 1}, <<: {k: 2, l: 2}}", ["a": ["k": 1, "l": 2]]),
      ("a: {'<<': {k: 1}}", ["a": ["<<": ["k": 1]]]),
      ("a: {!!str <<: {k: 1}}", ["a": ["<<": ["k": 1]]]),
      ("a: {!!merge <<: {k: 1}}", ["a": ["k": 1]]),
    ] as [(String, JSONValue)])
  func followsAliasesAndMergeKeys(text: String, value: JSONValue) throws {
    #expect(try YAMLDecoder.document(text) == value)
  }

  @Test func mergedMembersStandFirst() throws {
    let value = try YAMLDecoder.document("b: 1\n<<: {c: 2, a: 3, b: 4}\nd: 5")
    #expect(value.object.map { Array($0.keys) } == ["c", "a", "b", "d"])
  }

  @Test func namesThatDifferInBytesAreTwo() throws {
    #expect(try YAMLDecoder.document("\u{e9}: 1\ne\u{301}: 2").object?.count == 2)
  }
}
