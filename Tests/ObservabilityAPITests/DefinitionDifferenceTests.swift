// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import ObservabilityAPI

/// Fields that one release's definition has and another's does not.
@Suite struct DefinitionDifferenceTests {
  private static func schema(spec: JSONValue = [:], status: JSONValue = [:]) -> JSONValue {
    ["type": "object", "properties": ["spec": object(spec), "status": object(status)]]
  }

  private static func object(_ properties: JSONValue) -> JSONValue { ["type": "object", "properties": properties] }

  private static let text: JSONValue = ["type": "string"]

  @Test("The definition of this release differs in nothing")
  func itself() throws {
    let version = try #require(CustomResourceDefinition.manifest()[path: "spec", "versions"]?.array?.first)
    let served = try #require(version[path: "schema", "openAPIV3Schema"])
    #expect(DefinitionDifference(served: served).isEmpty)
  }

  @Test("Fields are named by their path, below lists and maps too")
  func paths() {
    let items: JSONValue = ["type": "array", "items": Self.object(["a": Self.text, "b": Self.text])]
    let own = Self.schema(
      spec: ["map": ["type": "object", "additionalProperties": Self.object(["x": Self.text])]], status: ["list": items])
    let served = Self.schema(
      spec: [
        "map": ["type": "object", "additionalProperties": Self.object([:])], "more": Self.object(["c": Self.text]),
      ],
      status: ["list": ["type": "array", "items": Self.object(["a": Self.text])], "extra": Self.text])
    let difference = DefinitionDifference(served: served, own: own)
    #expect(difference.missing == ["spec.map.*.x", "status.list[].b"])
    // What another release writes into the status is not for this one to know.
    #expect(difference.unknown == ["spec.more"])
  }

  @Test("What need not be declared is not missing")
  func open() {
    let served = Self.schema(spec: ["any": ["type": "object", "x-kubernetes-preserve-unknown-fields": true]])
    let own = Self.schema(spec: ["any": Self.object(["deep": Self.text])])
    #expect(DefinitionDifference(served: served, own: own).isEmpty)
  }

  @Test("A status is cut to what has room")
  func storable() {
    let items: JSONValue = ["type": "array", "items": Self.object(["a": Self.text])]
    let difference = DefinitionDifference(
      served: Self.schema(status: ["list": items]), own: Self.schema(status: ["list": items, "b": Self.text]))
    #expect(difference.storable(["list": [["a": "1", "b": "2"]], "b": "3"]) == ["list": [["a": "1"]]])
  }

  @Test(
    "Of unknown fields only those with their default are passed over",
    arguments: [
      (["level": 3], true), ([:], true), (["level": 4], false), (["level": 3, "other": 1], false), ("text", false),
    ] as [(JSONValue, Bool)])
  func defaults(_ value: JSONValue, _ isPassedOver: Bool) {
    let level: JSONValue = [
      "type": "object", "default": [:], "properties": ["level": ["type": "integer", "default": 3]],
    ]
    let difference = DefinitionDifference(
      served: Self.schema(spec: ["known": Self.text, "new": level]), own: Self.schema(spec: ["known": Self.text]))
    let asked = difference.withoutUnknownDefaults(["spec": ["known": "yes", "new": value]])
    #expect(asked["spec"] == (isPassedOver ? ["known": "yes"] : ["known": "yes", "new": value]))
  }
}
