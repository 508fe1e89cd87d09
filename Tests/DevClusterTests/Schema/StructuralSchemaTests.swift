// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import DevCluster

@Suite("Schemas of custom resources")
struct StructuralSchemaTests {
  private func schema(_ properties: String, root: String = "") throws -> StructuralSchema {
    try StructuralSchema(openAPI: JSONParser.parse("{\"type\":\"object\"\(root),\"properties\":{\(properties)}}"))
  }

  @Test("that nest too deep are refused")
  func depth() {
    var value: JSONValue = ["type": "object"]
    for _ in 0...StructuralSchema.maximumDepth { value = ["type": "object", "properties": ["a": value]] }
    let error = #expect(throws: SchemaError.self) { try StructuralSchema(openAPI: value) }
    #expect(error?.message == "must not nest deeper than 64")
  }

  @Test(
    "find what is wrong with a value",
    arguments: [
      (#"{"type":"string"}"#, "1", #"v: Invalid value: "integer": v in body must be of type string: "integer""#),
      (#"{"type":"string"}"#, "null", #"v: Invalid value: "null": v in body must be of type string: "null""#),
      (#"{"type":"string","nullable":true}"#, "null", ""),
      (#"{"type":"integer"}"#, "1.0", ""),
      (
        #"{"type":"string","minLength":2}"#, #""é""#,
        #"v: Invalid value: "é": v in body should be at least 2 chars long"#
      ),
      (#"{"type":"string","maxLength":2}"#, #""éé""#, ""),
      (
        #"{"type":"string","pattern":"^[a-z]+$"}"#, #""A1""#,
        #"v: Invalid value: "A1": v in body should match '^[a-z]+$'"#
      ),
      (#"{"type":"string","pattern":"b"}"#, #""abc""#, ""),
      (#"{"type":"string","enum":["A","B"]}"#, #""x""#, #"v: Unsupported value: "x": supported values: "A", "B""#),
      (
        #"{"type":"array","maxItems":1,"items":{"type":"string"}}"#, #"["a","b"]"#,
        "v: Too many: 2: must have at most 1 item"
      ),
      (
        #"{"type":"array","minItems":1,"items":{"type":"string"}}"#, "[]",
        "v: Invalid value: 0: v in body should have at least 1 items"
      ),
      (
        #"{"type":"object","minProperties":1,"additionalProperties":{"type":"string"}}"#, "{}",
        "v: Invalid value: 0: v in body should have at least 1 properties"
      ),
      (
        #"{"type":"object","additionalProperties":{"type":"string"}}"#, #"{"k":1}"#,
        #"v.k: Invalid value: "integer": v.k in body must be of type string: "integer""#
      ),
      (
        #"{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}}"#, #"["a","a"]"#,
        #"v[1]: Duplicate value: "a""#
      ),
      (
        #"{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["n"],"items":{"type":"object","required":["n"],"properties":{"n":{"type":"string"}}}}"#,
        #"[{"n":"a"},{"n":"a"},{}]"#, #"[v[2].n: Required value, v[1]: Duplicate value: {"n":"a"}]"#
      ),
      (#"{"x-kubernetes-int-or-string":true}"#, #""25%""#, ""),
      (
        #"{"x-kubernetes-int-or-string":true}"#, "true",
        #"v: Invalid value: "boolean": v in body must be of type integer,string: "boolean""#
      ),
      (
        #"{"type":"object","x-kubernetes-embedded-resource":true,"x-kubernetes-preserve-unknown-fields":true}"#,
        #"{"kind":"X"}"#, "v.apiVersion: Required value"
      ),
      (#"{"x-kubernetes-preserve-unknown-fields":true}"#, #"{"a":[1,null]}"#, ""),
    ])
  func validation(_ property: String, _ value: String, _ expected: String) throws {
    let schema = try schema("\"v\":\(property)")
    let object = JSONValue.object(["v": try JSONParser.parse(value)])
    let failures = schema.validate(object) + schema.duplicates(object)
    #expect((failures.isEmpty ? "" : failures.summary) == expected)
  }

  @Test("drop unknown members and name them")
  func pruning() throws {
    let schema = try schema(
      #""a":{"type":"array","items":{"type":"object","properties":{"b":{"type":"string"}}}},"#
        + #""free":{"type":"object","x-kubernetes-preserve-unknown-fields":true,"properties":{"c":{"type":"object"}}},"#
        + #""child":{"type":"object","x-kubernetes-embedded-resource":true,"properties":{"spec":{"type":"object"}}}"#)
    let value = try JSONParser.parse(
      #"{"apiVersion":"v1","kind":"X","metadata":{"name":"x"},"z":1,"a":[{"b":"1"},{"b":"2","y":1}],"#
        + #""free":{"any":{"thing":1},"c":{"d":1}},"child":{"kind":"K","spec":{},"x":1}}"#)
    let (pruned, unknown) = schema.pruned(value)
    #expect(unknown == ["z", "a[1].y", "free.c.d", "child.x"])
    #expect(
      pruned == [
        "apiVersion": "v1", "kind": "X", "metadata": ["name": "x"], "a": [["b": "1"], ["b": "2"]],
        "free": ["any": ["thing": 1], "c": [:]], "child": ["kind": "K", "spec": [:]],
      ])
  }

  @Test("fill in defaults where a value is missing, at every depth")
  func defaulting() throws {
    let schema = try schema(
      #""n":{"type":"integer","default":2},"m":{"type":"integer","nullable":true,"default":3},"#
        + #""o":{"type":"object","default":{},"properties":{"p":{"type":"string","default":"q"}}},"#
        + #""absent":{"type":"object","properties":{"p":{"type":"string","default":"q"}}},"#
        + #""l":{"type":"array","items":{"type":"object","properties":{"p":{"type":"string","default":"q"}}}},"#
        + #""map":{"type":"object","additionalProperties":{"type":"object","properties":{"p":{"type":"string","default":"q"}}}}"#
    )
    #expect(
      schema.defaulted(["n": nil, "m": nil, "l": [[:], ["p": "r"]], "map": ["k": [:]]])
        == ["n": 2, "m": nil, "o": ["p": "q"], "l": [["p": "q"], ["p": "r"]], "map": ["k": ["p": "q"]]])
  }

  @Test("keep descriptions and validation rules")
  func kept() throws {
    let schema = try schema(
      #""a":{"type":"string","description":"text","x-kubernetes-validations":[{"rule":"self != ''"}]}"#)
    #expect(schema.properties["a"]?.description == "text")
    #expect(schema.properties["a"]?.rules.validations == [["rule": "self != ''"]])
    #expect(schema.hasValidations)
  }

  @Test("bound the text that a pattern is matched against")
  func patternLimits() {
    #expect(PatternSyntax.problem(String(repeating: "a", count: Pattern.maximumPatternLength + 1)) != nil)
    #expect(!Pattern.matches("a", String(repeating: "a", count: Pattern.maximumTextLength + 1)))
  }
}
