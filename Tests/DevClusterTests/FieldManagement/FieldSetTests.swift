// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import DevCluster

@Suite("Sets of field paths")
struct FieldSetTests {
  private let container = PathElement.key(["name": "agent"])

  @Test(
    "are written as they were read",
    arguments: [
      #"{}"#, #"{"f:metadata":{"f:labels":{".":{},"f:a":{}}}}"#,
      #"{"f:spec":{"f:ports":{"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{".":{},"f:name":{}}}}}"#,
      #"{"f:spec":{"f:tags":{"v:\"x\"":{},"v:3":{}}}}"#, #"{"f:list":{"i:0":{"f:a":{}},"i:10":{}}}"#,
    ])
  func roundTrip(_ text: String) throws {
    let set = try #require(FieldSet(fieldsV1: try JSONParser.parse(text)))
    #expect(JSONWriter.text(set.fieldsV1) == text)
  }

  @Test(
    "are refused if a name is no path element", arguments: [#"{"spec":{}}"#, #"{"k:nope":{}}"#, #"{"i:x":{}}"#, "[]"])
  func malformed(_ text: String) throws {
    #expect(FieldSet(fieldsV1: try JSONParser.parse(text)) == nil)
  }

  @Test("know union, intersection and difference path by path")
  func algebra() {
    let spec = PathElement.field("spec")
    let left = FieldSet([[spec], [spec, .field("a")], [spec, .field("b"), container]])
    let right = FieldSet([[spec, .field("a")], [spec, .field("b"), container, .field("image")]])
    #expect(left.union(right).paths.count == 4)
    #expect(left.intersection(right) == FieldSet([[spec, .field("a")]]))
    #expect(left.subtracting(right) == FieldSet([[spec], [spec, .field("b"), container]]))
    #expect(right.subtractingRecursively(FieldSet([[spec, .field("b")]])) == FieldSet([[spec, .field("a")]]))
    #expect(left.subtracting(left).isEmpty)
    #expect(left.contains([spec, .field("b"), container]))
    #expect(!left.contains([spec, .field("b")]))
    #expect(!left.contains([]))
  }

  @Test("are listed in order, spelled as in a conflict")
  func order() {
    let set = FieldSet([
      [.field("z")], [.field("l"), .index(10)], [.field("l"), .index(2)], [.field("l"), .value("x")],
      [.field("l"), .key(["port": 80, "protocol": "TCP"]), .field("name")],
    ])
    #expect(
      set.paths.map { $0.map(\.description).joined() } == [
        ".z", #".l[="x"]"#, ".l[2]", ".l[10]", #".l[port=80,protocol="TCP"].name"#,
      ])
  }
}
