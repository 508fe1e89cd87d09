// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import DevCluster

@Suite("The schema of a definition")
struct SchemaRulesTests {
  /// Schemas of a field `a`, with the first failure.
  @Test(
    "A wrong schema is refused with the place and the words of the API server",
    arguments: [
      (#"{}"#, "type: Required value: must not be empty for specified object fields"),
      (
        #"{"type":"text"}"#,
        #"type: Unsupported value: "text": supported values: "array", "boolean", "integer", "number", "object", "string""#
      ),
      (#"{"type":"array"}"#, "items: Required value: must be specified"),
      (
        #"{"type":"array","items":{}}"#,
        "items.type: Required value: must not be empty for specified array items"
      ),
      (#"{"type":"object","$ref":"x"}"#, "$ref: Forbidden: $ref is not supported"),
      (
        #"{"type":"object","properties":{"b":{"type":"string"}},"additionalProperties":{"type":"string"}}"#,
        "additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive"
      ),
      (
        #"{"type":"string","pattern":"("}"#,
        #"pattern: Invalid value: "(": must be a valid regular expression, but isn't: "#
          + "error parsing regexp: missing closing ): `(`"
      ),
      (
        #"{"type":"integer","default":"x"}"#,
        #"default: Invalid value: "string":  in body must be of type integer: "string""#
      ),
      (#"{"type":"string","enum":["A"],"default":"B"}"#, #"default: Unsupported value: "B": supported values: "A""#),
      (
        #"{"type":"object","properties":{"b":{"type":"string"}},"default":{"c":1}}"#,
        #"default: Invalid value: {"c":1}: must not have unknown fields"#
      ),
      (
        #"{"type":"array","items":{"type":"object"},"x-kubernetes-list-type":"map"}"#,
        "x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map"
      ),
      (
        #"{"type":"array","items":{"type":"object"},"x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["n"]}"#,
        #"x-kubernetes-list-map-keys: Invalid value: ["n"]: entries must all be names of item properties"#
      ),
      (
        #"{"type":"array","items":{"type":"object","properties":{"n":{"type":"string"}}},"x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["n"]}"#,
        "items.properties[n].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have "
          + "a default or be a required property"
      ),
      (
        #"{"type":"array","items":{"type":"object"},"x-kubernetes-list-type":"set"}"#,
        "items.x-kubernetes-map-type: Invalid value: null: must be atomic as item of a list with "
          + "x-kubernetes-list-type=set"
      ),
      (
        #"{"type":"string","x-kubernetes-list-type":"set"}"#,
        #"type: Invalid value: "string": must be array if x-kubernetes-list-type is specified"#
      ),
      (
        #"{"type":"array","items":{"type":"string"},"uniqueItems":true}"#,
        "uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic"
      ),
      (
        #"{"type":"integer","x-kubernetes-int-or-string":true}"#,
        #"type: Invalid value: "integer": must be empty if x-kubernetes-int-or-string is true"#
      ),
      (
        #"{"type":"string","allOf":[{"type":"string"}]}"#,
        "allOf[0].type: Forbidden: must be empty to be structural"
      ),
      (
        #"{"type":"object","x-kubernetes-embedded-resource":true}"#,
        "properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without "
          + "x-kubernetes-preserve-unknown-fields"
      ),
    ])
  func refused(_ field: String, _ expected: String) throws {
    let schema = try JSONParser.parse(#"{"type":"object","properties":{"a":\#(field)}}"#)
    let failures = SchemaRules.failures(schema, at: "s")
    #expect(failures.first?.summary == "s.properties[a].\(expected)", "\(failures.map(\.summary))")
  }

  @Test(
    "A schema with a wrong root is refused",
    arguments: [
      (#"{"properties":{}}"#, "s.type: Required value: must not be empty at the root"),
      (#"{"type":"string"}"#, #"s.type: Invalid value: "string": must be object at the root"#),
      (#"{"type":"object","nullable":true}"#, "s.nullable: Forbidden: nullable cannot be true at the root"),
      (
        #"{"type":"object","additionalProperties":{"type":"string"}}"#,
        "s.additionalProperties: Forbidden: must not be used at the root"
      ),
      (
        #"{"type":"object","properties":{"metadata":{"type":"object","properties":{"labels":{"type":"object"}}}}}"#,
        "s.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata "
          + "is implicitly specified"
      ),
    ])
  func refusedRoot(_ text: String, _ expected: String) throws {
    let failures = SchemaRules.failures(try JSONParser.parse(text), at: "s")
    #expect(failures.map(\.summary) == [expected])
  }

  @Test(
    "A schema with keywords of another type is refused",
    arguments: [
      (#"{"type":"string","maxLength":-1}"#, "properties[a].maxLength: must be an integer from 0 on"),
      (#"{"type":"object","required":"a"}"#, "properties[a].required: must be a list"),
      (#"{"type":"string","nullable":"yes"}"#, "properties[a].nullable: must be true or false"),
      (#"{"type":"object","additionalProperties":false}"#, "properties[a].additionalProperties: must not be false"),
    ])
  func unreadable(_ field: String, _ expected: String) throws {
    let schema = try JSONParser.parse(#"{"type":"object","properties":{"a":\#(field)}}"#)
    let error = #expect(throws: SchemaError.self) { try StructuralSchema(openAPI: schema) }
    #expect(error?.description == expected)
  }

  @Test(
    "A schema whose pattern RE2 does not compile is refused",
    arguments: [
      ("^[a-z]([-a-z0-9]*[a-z0-9])?$", nil), (#"^(?i)a{2,5}?\d+(?:b|c)(?P<n>x)\.[^\]]$"#, nil), ("a{,2}[^x]", nil),
      ("(", "missing closing ): `(`"), ("a)", "unexpected ): `a)`"), ("[a", "missing closing ]: `[a`"),
      ("*a", "missing argument to repetition operator: `*`"), ("a|+", "missing argument to repetition operator: `+`"),
      ("a**", "invalid nested repetition operator: `**`"), (#"a\"#, "trailing backslash at end of expression: ``"),
      ("(?=a)", "invalid or unsupported Perl syntax: `(?=`"), (#"(a)\1"#, #"invalid escape sequence: `\1`"#),
      ("a{1001}", "invalid repeat count: `{1001}`"),
    ] as [(String, String?)])
  func patterns(_ pattern: String, _ problem: String?) {
    #expect(PatternSyntax.problem(pattern) == problem.map { "error parsing regexp: \($0)" })
  }
}
