// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import DevCluster

@Suite("Schemas of custom resources")
struct StructuralSchemaTests {
  private func schema(_ properties: String, root: String = "") throws -> StructuralSchema {
    try StructuralSchema(openAPI: JSONParser.parse("{\"type\":\"object\"\(root),\"properties\":{\(properties)}}"))
  }

  @Test(
    "that are not structural are refused with place and reason",
    arguments: [
      (#"{"properties":{}}"#, "type: the root of a schema must have the type object"),
      (
        #"{"type":"object","properties":{"a":{}}}"#,
        "properties[a].type: must not be empty: one of object, array, string, integer, number, boolean"
      ),
      (
        #"{"type":"object","properties":{"a":{"type":"text"}}}"#,
        "properties[a].type: must be one of object, array, string, integer, number, boolean"
      ),
      (#"{"type":"object","properties":{"a":{"type":"array"}}}"#, "properties[a].items: must be given for an array"),
      (
        #"{"type":"object","properties":{"a":{"$ref":"x"}}}"#,
        "properties[a].$ref: is not allowed in a structural schema"
      ),
      (
        #"{"type":"object","properties":{"a":{"type":"object","properties":{"b":{"type":"string"}},"additionalProperties":{"type":"string"}}}}"#,
        "properties[a].additionalProperties: must not be used together with properties"
      ),
      (#"{"type":"object","additionalProperties":false}"#, "additionalProperties: must not be false"),
      (
        #"{"type":"object","properties":{"a":{"type":"string","pattern":"("}}}"#,
        "properties[a].pattern: must be a valid regular expression"
      ),
      (
        #"{"type":"object","properties":{"a":{"type":"string","maxLength":-1}}}"#,
        "properties[a].maxLength: must be an integer from 0 on"
      ),
      (
        #"{"type":"object","properties":{"a":{"type":"integer","default":"x"}}}"#,
        #"properties[a]: default: Invalid value: "string": default in body must be of type integer: "string""#
      ),
      (
        #"{"type":"object","properties":{"a":{"type":"array","items":{"type":"object"},"x-kubernetes-list-type":"map"}}}"#,
        "properties[a].x-kubernetes-list-map-keys: must not be empty if x-kubernetes-list-type is map"
      ),
      (
        #"{"type":"object","properties":{"a":{"type":"array","items":{"type":"object"},"x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["n"]}}}"#,
        #"properties[a].x-kubernetes-list-map-keys: "n" must be declared in items.properties"#
      ),
      (
        #"{"type":"object","properties":{"a":{"type":"array","items":{"type":"object","properties":{"n":{"type":"string"}}},"x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["n"]}}}"#,
        #"properties[a].x-kubernetes-list-map-keys: "n" must be required in items or have a default"#
      ),
      (
        #"{"type":"object","properties":{"a":{"type":"array","items":{"type":"object"},"x-kubernetes-list-type":"set"}}}"#,
        "properties[a].items: elements of a set must be scalars or atomic"
      ),
      (
        #"{"type":"object","properties":{"a":{"type":"string","x-kubernetes-list-type":"set"}}}"#,
        "properties[a].x-kubernetes-list-type: must be used with the type array only"
      ),
      (
        #"{"type":"object","properties":{"a":{"type":"array","items":{"type":"string"},"uniqueItems":true}}}"#,
        "properties[a].uniqueItems: cannot be true; use x-kubernetes-list-type: set"
      ),
      (
        #"{"type":"object","properties":{"a":{"type":"integer","x-kubernetes-int-or-string":true}}}"#,
        "properties[a].type: must be empty if x-kubernetes-int-or-string is true"
      ),
      (#"{"type":"object","required":"a"}"#, "required: must be a list"),
      (#"{"type":"object","nullable":"yes"}"#, "nullable: must be true or false"),
    ])
  func refused(_ text: String, _ message: String) throws {
    let value = try JSONParser.parse(text)
    let error = #expect(throws: SchemaError.self) { try StructuralSchema(openAPI: value) }
    #expect(error?.description.hasPrefix(message) == true, "\(String(describing: error))")
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
      (#"{"type":"integer"}"#, "1.5", #"v: Invalid value: "number": v in body must be of type integer: "number""#),
      (
        #"{"type":"integer","format":"int32"}"#, "4294967296",
        #"v: Invalid value: "4294967296": v in body must be of type int32: "4294967296""#
      ),
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
      (
        #"{"type":"string","format":"date-time"}"#, #""today""#,
        #"v: Invalid value: "today": v in body must be of type date-time: "today""#
      ),
      (#"{"type":"string","format":"date-time"}"#, #""2026-01-01T00:00:00.5+01:00""#, ""),
      (
        #"{"type":"string","format":"ipv4"}"#, #""10.0.0.256""#,
        #"v: Invalid value: "10.0.0.256": v in body must be of type ipv4: "10.0.0.256""#
      ),
      (#"{"type":"string","format":"uuid"}"#, #""00000000-0000-0000-0000-000000000001""#, ""),
      (
        #"{"type":"string","format":"byte"}"#, #""eA=""#,
        #"v: Invalid value: "eA=": v in body must be of type byte: "eA=""#
      ),
      (#"{"type":"integer","minimum":1}"#, "0", "v: Invalid value: 0: v in body should be greater than or equal to 1"),
      (
        #"{"type":"integer","minimum":1,"exclusiveMinimum":true}"#, "1",
        "v: Invalid value: 1: v in body should be greater than 1"
      ),
      (
        #"{"type":"number","maximum":1.5,"exclusiveMaximum":true}"#, "1.5",
        "v: Invalid value: 1.5: v in body should be less than 1.5"
      ),
      (#"{"type":"integer","multipleOf":3}"#, "4", "v: Invalid value: 4: v in body should be a multiple of 3"),
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
        #"v: Invalid value: "boolean": v in body must be of type integer: "boolean""#
      ),
      (
        #"{"type":"object","x-kubernetes-embedded-resource":true,"x-kubernetes-preserve-unknown-fields":true}"#,
        #"{"kind":"X"}"#, "v.apiVersion: Required value"
      ),
      (#"{"x-kubernetes-preserve-unknown-fields":true}"#, #"{"a":[1,null]}"#, ""),
    ])
  func validation(_ property: String, _ value: String, _ expected: String) throws {
    let failures = try schema("\"v\":\(property)").validate(.object(["v": JSONParser.parse(value)]))
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
    #expect(Pattern.problem(String(repeating: "a", count: Pattern.maximumPatternLength + 1)) != nil)
    #expect(!Pattern.matches("a", String(repeating: "a", count: Pattern.maximumTextLength + 1)))
  }
}
