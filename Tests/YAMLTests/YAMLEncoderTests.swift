// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing
import YAML

@Suite struct YAMLEncoderTests {
  @Test(
    arguments: [
      (.null, "null"), (true, "true"), (false, "false"), (-12, "-12"), (1.0, "1.0"), (-0.0, "-0.0"), (1e16, "1.0e+16"),
      (1.5e-9, "1.5e-09"), (.double(.infinity), "null"), ([], "[]"), ([:], "{}"),
      ("text", "text"), ("a b-c_d.e/f:g@h", "a b-c_d.e/f:g@h"), ("500Mi", "500Mi"), ("v1.29", "v1.29"),
      ("10.0.0.1:8080", "10.0.0.1:8080"), ("--flag=x", "--flag=x"), ("é", "é"),
      ("", "\"\""), ("null", "\"null\""), ("~", "\"~\""), ("true", "\"true\""), ("yes", "\"yes\""), ("n", "\"n\""),
      ("12", "\"12\""), ("0x1f", "\"0x1f\""), ("1e3", "\"1e3\""), ("08", "\"08\""), ("0b-1", "\"0b-1\""),
      (".inf", "\".inf\""), ("1e400", "\"1e400\""), ("2001-12-14", "\"2001-12-14\""),
      ("2001-12-14T21:59:43Z", "\"2001-12-14T21:59:43Z\""), ("1:20", "\"1:20\""), ("22:22", "\"22:22\""),
      ("<<", "\"<<\""), ("=", "\"=\""),
      ("a: b", "'a: b'"), ("a #b", "'a #b'"), ("- a", "'- a'"), ("*a", "'*a'"), ("&a", "'&a'"), ("!a", "'!a'"),
      ("{a}", "'{a}'"), ("[a", "'[a'"), ("@a", "'@a'"), ("`a", "'`a'"), ("%a", "'%a'"), ("# a", "'# a'"),
      ("a:", "'a:'"), ("it's: x", "'it''s: x'"), (" a", "' a'"), ("a ", "'a '"), ("---", "'---'"),
      ("a\tb", "\"a\\tb\""), ("\u{0}", "\"\\0\""), ("\u{85}", "\"\\N\""), ("\u{2028}", "\"\\L\""), ("\r", "\"\\r\""),
    ] as [(JSONValue, String)])
  func writesScalars(value: JSONValue, text: String) {
    #expect(YAMLEncoder.text(["k": value]) == "k: \(text)\n")
  }

  @Test func writesBlocks() {
    let value: JSONValue = [
      "list": ["a", ["b", []], ["c": 1, "d": ["e"]], [:]],
      "long": .string(Array(repeating: "word", count: 60).joined(separator: " ")),
      "map": ["x": ["z": nil]],
      "script": "#!/bin/sh\nset -e\n  indented\n\nend\n",
      "stripped": "one\ntwo", "kept": "one\n\n", "quoted": " one\ntwo",
    ]
    #expect(
      YAMLEncoder.text(value, order: .asGiven) == """
        list:
        - a
        - - b
          - []
        - c: 1
          d:
          - e
        - {}
        long: \(Array(repeating: "word", count: 60).joined(separator: " "))
        map:
          x:
            z: null
        script: |
          #!/bin/sh
          set -e
            indented

          end
        stripped: |-
          one
          two
        kept: "one\\n\\n"
        quoted: " one\\ntwo"

        """)
  }

  @Test func separatesDocuments() {
    #expect(YAMLEncoder.text(documents: []) == "")
    #expect(YAMLEncoder.text(documents: [["a": 1]]) == "a: 1\n")
    #expect(YAMLEncoder.text(documents: [["a": 1], ["b": [2]], [3], [:]]) == "a: 1\n---\nb:\n- 2\n---\n- 3\n--- {}\n")
    #expect(YAMLEncoder.text(documents: [3, "a", "b\nc\n", nil]) == "3\n--- a\n--- \"b\\nc\\n\"\n--- null\n")
  }

  @Test func ordersMembers() {
    let value: JSONValue = [
      "status": ["b": 1, "a": 2], "spec": 1, "kind": "K", "data": 2, "metadata": ["name": "n", "labels": [:]],
      "apiVersion": "v1",
    ]
    func keys(_ order: YAMLEncoder.MemberOrder) -> [Substring] {
      YAMLEncoder.text(value, order: order).split(separator: "\n").map { $0.prefix { $0 != ":" } }
    }
    #expect(
      keys(.asGiven) == [
        "status", "  b", "  a", "spec", "kind", "data", "metadata", "  name", "  labels", "apiVersion",
      ])
    #expect(
      keys(.canonical) == [
        "apiVersion", "data", "kind", "metadata", "  labels", "  name", "spec", "status", "  a", "  b",
      ])
    #expect(
      keys(.kubernetes) == [
        "apiVersion", "kind", "metadata", "  labels", "  name", "data", "spec", "status", "  a", "  b",
      ])
  }

  @Test func equalValuesGiveEqualText() {
    let one: JSONValue = ["b": ["y": 1, "x": 2], "a": 3]
    let other: JSONValue = ["a": 3, "b": ["x": 2, "y": 1]]
    #expect(YAMLEncoder.text(one) == YAMLEncoder.text(other))
    #expect(YAMLEncoder.text(one, order: .kubernetes) == YAMLEncoder.text(other, order: .kubernetes))
  }
}
