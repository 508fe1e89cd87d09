// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import DevCluster

@Suite("Numbers of custom resources")
struct NumberTests {
  private func summary(_ property: String, _ value: String) throws -> String {
    let text = #"{"type":"object","properties":{"v":\#(property)}}"#
    let schema = try StructuralSchema(openAPI: JSONParser.parse(text))
    let failures = schema.validate(.object(["v": try JSONParser.parse(value)]))
    return failures.isEmpty ? "" : failures.summary
  }

  @Test(
    "Numbers are compared with bounds that are floats",
    arguments: [
      (#""minimum":1"#, "0", "v: Invalid value: 0: v in body should be greater than or equal to 1"),
      (#""minimum":1,"exclusiveMinimum":true"#, "1", "v: Invalid value: 1: v in body should be greater than 1"),
      (#""maximum":5,"exclusiveMaximum":true"#, "5", "v: Invalid value: 5: v in body should be less than 5"),
      (#""maximum":1e6"#, "1000001", "v: Invalid value: 1000001: v in body should be less than or equal to 1000000"),
      (#""multipleOf":3"#, "4", "v: Invalid value: 4: v in body should be a multiple of 3"),
      (#""multipleOf":3"#, "9", ""),
      (#""maximum":4611686018427387904"#, "4611686018427387904", ""),
      (
        #""maximum":4611686018427387904"#, "4611686018427387905",
        "v: Invalid value: 4611686018427387905: v in body should be less than or equal to 4611686018427387904"
      ),
      // No float64 is 2^53+1, so the bound is 2^53.
      (
        #""maximum":9007199254740993"#, "9007199254740993",
        "v: Invalid value: 9007199254740993: v in body should be less than or equal to 9007199254740992"
      ),
      // Neither are 2^63-1 and -2^63 as text of a float64 an int64: every value is refused.
      (
        #""maximum":9223372036854775807"#, "0",
        #"<nil>: Invalid value: "": Maximum boundary value must be of type integer with format int64 in v"#
      ),
      (
        #""minimum":-9223372036854775808"#, "0",
        #"<nil>: Invalid value: "": Minimum boundary value must be of type integer with format int64 in v"#
      ),
      (
        #""multipleOf":0.5"#, "1",
        #"<nil>: Invalid value: "": MultipleOf value must be of type integer with format int64 in v"#
      ),
    ])
  func bounds(_ rule: String, _ value: String, _ expected: String) throws {
    #expect(try summary(#"{"type":"integer","format":"int64",\#(rule)}"#, value) == expected)
  }

  @Test(
    "A number must be of the type and format of its schema",
    arguments: [
      (#"{"type":"integer"}"#, "1.0", ""),
      (
        #"{"type":"integer"}"#, "1.5",
        #"[v: Invalid value: "number": v in body must be of type integer: "number", "#
          + #"<nil>: Invalid value: "": Checked value must be of type integer (default format) in v]"#
      ),
      (#"{"type":"integer","format":"int32"}"#, "2147483647", ""),
      (
        #"{"type":"integer","format":"int32"}"#, "2147483648",
        #"<nil>: Invalid value: "": Checked value must be of type integer with format int32 in v"#
      ),
      (
        #"{"type":"integer","format":"int32"}"#, "1.5",
        #"[v: Invalid value: "float64": v in body must be of type int32: "float64", "#
          + #"<nil>: Invalid value: "": Checked value must be of type integer with format int32 in v]"#
      ),
      (#"{"type":"integer"}"#, #""1""#, #"v: Invalid value: "string": v in body must be of type integer: "string""#),
      (
        #"{"type":"integer","format":"int64"}"#, "true",
        #"v: Invalid value: "": v in body must be of type int64: """#
      ),
      (#"{"type":"integer","format":"uint8"}"#, "300", ""),
      (
        #"{"type":"number","minimum":0.5,"exclusiveMinimum":true}"#, "0.5",
        "v: Invalid value: 0.5: v in body should be greater than 0.5"
      ),
      (
        #"{"type":"number","maximum":1.5,"exclusiveMaximum":true}"#, "1.5",
        "v: Invalid value: 1.5: v in body should be less than 1.5"
      ),
      (#"{"type":"number"}"#, "1e300", ""),
      (#"{"x-kubernetes-int-or-string":true}"#, "5.0", ""),
      (
        #"{"x-kubernetes-int-or-string":true}"#, "1.5",
        #"v: Invalid value: "number": v in body must be of type integer,string: "number""#
      ),
    ])
  func types(_ property: String, _ value: String, _ expected: String) throws {
    #expect(try summary(property, value) == expected)
  }

  @Test(
    "Numbers in a message are written as Go writes floats",
    arguments: [
      (0, "0", "0"), (1, "1", "1"), (-0.5, "-0.5", "-0.5"), (0.0001, "0.0001", "0.0001"),
      (0.00001, "0.00001", "1e-05"), (123456.75, "123456.75", "123456.75"), (1e6, "1000000", "1e+06"),
      (1_234_567, "1234567", "1.234567e+06"), (0x1p62, "4611686018427388000", "4.611686018427388e+18"),
      (-0x1p63, "-9223372036854776000", "-9.223372036854776e+18"),
      (1e300, "1" + String(repeating: "0", count: 300), "1e+300"),
    ] as [(Double, String, String)])
  func go(_ value: Double, _ plain: String, _ general: String) {
    #expect(GoNumber.plain(value) == plain)
    #expect(GoNumber.general(value) == general)
  }

  @Test("Numbers without a fraction are stored as integers")
  func stored() {
    let value: JSONValue = ["a": 1.0, "b": [2.0, 2.5], "c": ["d": .double(1e300)], "e": 3]
    #expect(value.asStored == ["a": 1, "b": [2, 2.5], "c": ["d": .double(1e300)], "e": 3])
  }
}
