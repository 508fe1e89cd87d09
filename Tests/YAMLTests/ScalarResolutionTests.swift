// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing
import YAML

/// The tables follow `goyaml.v2/resolve.go` of `sigs.k8s.io/yaml`.
@Suite struct ScalarResolutionTests {
  @Test(arguments: ["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"])
  func isTrue(text: String) throws {
    #expect(try YAMLDecoder.document("a: \(text)")["a"] == true)
  }

  @Test(arguments: ["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"])
  func isFalse(text: String) throws {
    #expect(try YAMLDecoder.document("a: \(text)")["a"] == false)
  }

  @Test(arguments: ["", "~", "null", "Null", "NULL", "# nothing"])
  func isNull(text: String) throws {
    #expect(try YAMLDecoder.document("a: \(text)")["a"] == .some(.null))
  }

  @Test(
    arguments: [
      ("0", 0), ("-0", 0), ("+1", 1), ("12_345", 12_345), ("-1__0_", -10), ("0x1F", 31), ("-0xff", -255), ("0X1f", 31),
      ("0o17", 15), ("0O17", 15), ("-0o17", -15), ("017", 15), ("-017", -15), ("00", 0), ("0_7", 7), ("0b101", 5),
      ("-0B11", -3), ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
      ("0x7FFFFFFFFFFFFFFF", .integer(.max)), ("-0x8000000000000000", .integer(.min)),
    ] as [(String, JSONValue)])
  func isInteger(text: String, value: JSONValue) throws {
    #expect(try YAMLDecoder.document("a: \(text)")["a"] == value)
  }

  @Test(
    arguments: [
      ("9223372036854775808", 9_223_372_036_854_775_808), ("-9223372036854775809", -9_223_372_036_854_775_808),
      ("18446744073709551616", 18_446_744_073_709_551_616), ("0x10000000000000000", 18_446_744_073_709_551_616),
      ("0xFFFFFFFFFFFFFFFF", 18_446_744_073_709_551_616), ("1.0", 1), ("1.", 1), (".5", 0.5), ("+.5", 0.5),
      ("-.5e1", -5), ("1e3", 1000), ("1E+3", 1000), ("1.5e-1", 0.15), ("1_0.5", 10.5), ("08", 8), ("-09", -9),
      ("1.e2", 100),
    ] as [(String, Double)])
  func isDouble(text: String, value: Double) throws {
    #expect(try YAMLDecoder.document("a: \(text)")["a"] == .double(value))
  }

  @Test(arguments: [
    "yEs", "tRUE", "oN", "nO", "nULL", "nil", "None", "~x", "100m", "500Mi", "1.2.3", "0x", "0b", "0b12", "0o8", "0xg",
    "1e", "1e+", "e3", ".", ".e3", "..5", ".1_0", "+", "--1", "_1", "1:20", "190:20:30.15", "2001-12-14",
    "2001-12-14T21:59:43Z", "2001-12-14 21:59:43.10 -5", "10.0.0.1:8080", "1e400", "-1e400", "<<", "=", "Infinity",
    "NaN", "0x1p4", "1a", "é", "a:b", "v1.29",
  ])
  func isText(text: String) throws {
    #expect(try YAMLDecoder.document("a: \(text)")["a"] == .string(text))
  }

  @Test(arguments: ["true", "12", "null", "~", "1.5", "", ".inf", "<<", "0x1f"])
  func quotedAndBlockScalarsAreText(text: String) throws {
    let value = try YAMLDecoder.document("- '\(text)'\n- \"\(text)\"\n- |-\n  \(text)\n- >-\n  \(text)\n")
    #expect(value == .array(Array(repeating: .string(text), count: 4)))
  }

  @Test(arguments: [".inf", ".Inf", "-.INF", "+.inf", ".nan", ".NaN", ".NAN", "!!float .inf"])
  func refusesWhatJSONLacks(text: String) {
    let error = #expect(throws: YAMLError.self) { try YAMLDecoder.document("a: \(text)") }
    #expect(error?.description.hasPrefix("line 1, column 4: ") == true)
    #expect(error?.message.hasSuffix(" has no place in JSON; quote it if it is text") == true)
  }

  @Test(
    arguments: [
      ("!!str 12", "12"), ("!!str true", "true"), ("!!str", ""), ("!!str ~", "~"), ("!!int 12", 12),
      ("!!int \"12\"", 12),
      ("!!int 0x10", 16), ("!!int 9223372036854775808", 9_223_372_036_854_775_808.0), ("!!float 1", 1.0),
      ("!!float '1.5'", 1.5), ("!!float 9223372036854775808", 9_223_372_036_854_775_808.0), ("!!bool yes", true),
      ("!!bool 'off'", false), ("!!null ''", .null), ("!!null ~", .null), ("!!seq [1]", [1]),
      ("!!map {a: 1}", ["a": 1]),
      ("!<tag:yaml.org,2002:str> 1", "1"), ("! '1'", "1"), ("! 1", "1"),
    ] as [(String, JSONValue)])
  func honoursTags(text: String, value: JSONValue) throws {
    #expect(try YAMLDecoder.document("a: \(text)")["a"] == value)
  }

  @Test(arguments: [
    ("!!int abc", "\"abc\" is not a !!int"), ("!!int 1.5", "\"1.5\" is not a !!int"),
    ("!!float abc", "\"abc\" is not a !!float"), ("!!bool 1", "\"1\" is not a !!bool"),
    ("!!null x", "\"x\" is not a !!null"), ("!!binary aGk=", "tag !!binary is not supported here; remove it"),
    ("!!timestamp 2001-12-14", "tag !!timestamp is not supported here; remove it"),
    ("!Ref x", "tag !Ref is not supported here; remove it"),
    ("!!set {a}", "tag !!set is not supported here; remove it"),
    ("!!map [1]", "tag !!map is not supported here; remove it"),
    ("!Sub [1]", "tag !Sub is not supported here; remove it"),
  ])
  func refusesOtherTags(text: String, message: String) {
    let error = #expect(throws: YAMLError.self) { try YAMLDecoder.document("a: \(text)") }
    #expect(error?.description == "line 1, column 4: \(message)")
  }

  @Test(
    arguments: [
      ("1: x", ["1": "x"]), ("0x10: x", ["16": "x"]), ("yes: x", ["true": "x"]), ("off: x", ["false": "x"]),
      ("'yes': x", ["yes": "x"]), ("2001-12-14: x", ["2001-12-14": "x"]), ("'': x", ["": "x"]),
      ("? a\n: x", ["a": "x"]),
      ("!!str 1.5: x", ["1.5": "x"]), ("&a k: *a", ["k": "k"]), ("a: &a k\n*a : x", ["a": "k", "k": "x"]),
    ] as [(String, JSONValue)])
  func keysBecomeText(text: String, value: JSONValue) throws {
    #expect(try YAMLDecoder.document(text) == value)
  }

  @Test(arguments: [
    ("~: x", "line 1, column 1: a key must be text, found null; quote it"),
    ("1.10: x", "line 1, column 1: a key must be text, found number; quote it"),
    ("? [a]\n: x", "line 1, column 3: a key must be text, found a sequence or a mapping"),
    ("{a: 1}: x", "line 1, column 1: a key must be text, found a sequence or a mapping"),
    ("a: &a [1]\n*a : x", "line 2, column 1: a key must be text, found a sequence or a mapping"),
    ("1: x\n'1': y", "line 2, column 1: the key \"1\" appears twice; it stands first in line 1"),
  ])
  func refusesOtherKeys(text: String, description: String) {
    let error = #expect(throws: YAMLError.self) { try YAMLDecoder.document(text) }
    #expect(error?.description == description)
  }
}
