// SPDX-License-Identifier: Apache-2.0

import DevCluster
import JSON
import Testing

@Suite("Custom resources")
struct CustomResourceTests {
  private static let path = "/apis/example.org/v1/gauges"
  private static let merge = "application/merge-patch+json"
  private static let apply = "application/apply-patch+yaml"

  /// A server with a type that has these fields in its spec and status.
  private func cluster(_ spec: JSONValue, status: JSONValue = [:]) async -> TestCluster {
    let cluster = await TestCluster()
    #expect(await cluster.send("POST", Paths.definitions, Self.definition(spec, status)).status == 201)
    return cluster
  }

  private static func definition(_ spec: JSONValue, _ status: JSONValue = [:]) -> JSONValue {
    [
      "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
      "metadata": ["name": "gauges.example.org"],
      "spec": [
        "group": "example.org", "scope": "Cluster", "names": ["plural": "gauges", "kind": "Gauge"],
        "versions": [
          [
            "name": "v1", "served": true, "storage": true, "subresources": ["status": [:]],
            "schema": [
              "openAPIV3Schema": [
                "type": "object",
                "properties": [
                  "spec": ["type": "object", "properties": spec], "status": ["type": "object", "properties": status],
                ],
              ]
            ],
          ]
        ],
      ],
    ]
  }

  private func gauge(_ spec: JSONValue, name: String = "a") -> JSONValue {
    ["apiVersion": "example.org/v1", "kind": "Gauge", "metadata": ["name": .string(name)], "spec": spec]
  }

  @Test(
    "A null counts as absent in a create, and is refused in an apply unless null is a value or there is a default",
    arguments: [
      (["type": "string"], [:], #"spec.v: Invalid value: "null": spec.v in body must be of type string: "null""#),
      (["type": "string", "nullable": true], ["v": nil], nil),
      (["type": "string", "default": "d"], ["v": "d"], nil),
      (["type": "object"], [:], #"spec.v: Invalid value: "null": spec.v in body must be of type object: "null""#),
      (
        ["type": "string", "enum": ["A"]], [:],
        #"[spec.v: Invalid value: "null": spec.v in body must be of type string: "null", "#
          + #"spec.v: Unsupported value: null: supported values: "A"]"#
      ),
    ] as [(JSONValue, JSONValue, String?)])
  func null(_ field: JSONValue, _ spec: JSONValue, _ refusal: String?) async {
    let cluster = await cluster(["v": field])
    let created = await cluster.send("POST", Self.path, gauge(["v": nil], name: "created"))
    #expect(created.status == 201)
    #expect(created.json["spec"] == spec)
    let replaced = await cluster.send(
      "PUT", Self.path + "/created", created.json.merging(["spec": ["v": nil]] as JSONValue))
    #expect(replaced.json["spec"] == spec)
    let applied = await cluster.apply(Self.path + "/applied", gauge(["v": nil], name: "applied"))
    #expect(applied.status == (refusal == nil ? 201 : 422))
    if let refusal {
      #expect(applied.json["message"]?.string == "Gauge.example.org \"applied\" is invalid: \(refusal)")
    } else {
      #expect(applied.json["spec"] == spec)
    }
  }

  @Test("An update does not refuse what it leaves alone, and refuses what it changes to another wrong value")
  func ratcheting() async {
    let text: JSONValue = ["type": "string"]
    let list: JSONValue = [
      "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["n"],
      "items": ["type": "object", "required": ["n"], "properties": ["n": text, "v": text]],
    ]
    let cluster = await cluster(["a": text, "b": text, "l": list, "s": ["type": "array", "items": text]])
    let object = gauge(["a": "long", "l": [["n": "1", "v": "long"], ["n": "2"]], "s": ["long"]])
    await cluster.send("POST", Self.path, object)
    let short: JSONValue = ["type": "string", "maxLength": 2]
    var tightened = list
    tightened["items"]?["properties"]?["v"] = short
    let definition = Self.definition(["a": short, "b": text, "l": tightened, "s": ["type": "array", "items": short]])
    #expect(
      await cluster.send("PATCH", Paths.definitions + "/gauges.example.org", definition, type: Self.merge).status == 200
    )

    func patch(_ spec: JSONValue) async -> (Int, String) {
      let answer = await cluster.send("PATCH", Self.path + "/a", ["spec": spec], type: Self.merge)
      return (answer.status, answer.json[path: "details", "causes"]?.array?.first?["field"]?.string ?? "")
    }
    #expect(await patch(["b": "anything"]) == (200, ""))
    // Elements of a list map are matched by key, not by position.
    #expect(await patch(["l": [["n": "2", "v": "x"], ["n": "1", "v": "long"]]]) == (200, ""))
    #expect(await patch(["l": [["n": "1", "v": "other"]]]) == (422, "spec.l[0].v"))
    #expect(await patch(["a": "other"]) == (422, "spec.a"))
    // The elements of other lists have no counterpart in the old list, so each is validated once the list changes.
    #expect(await patch(["s": ["long", "x"]]) == (422, "spec.s[0]"))
    #expect(await patch(["a": "ok"]) == (200, ""))
    #expect(await patch(["a": "long"]) == (422, "spec.a"))
  }

  @Test("A refused status names its fields from the status on, and only the status is validated")
  func status() async {
    let cluster = await cluster(["a": ["type": "string"]], status: ["n": ["type": "integer", "minimum": 0]])
    await cluster.send("POST", Self.path, gauge(["a": "A"]))
    let narrowed = Self.definition(
      ["a": ["type": "string", "enum": ["B"]]], ["n": ["type": "integer", "minimum": 0, "maximum": .double(0x1p63)]])
    await cluster.send("PATCH", Paths.definitions + "/gauges.example.org", narrowed, type: Self.merge)
    func patch(_ n: JSONValue) async -> String? {
      await cluster.send("PATCH", Self.path + "/a/status", ["status": ["n": n]], type: Self.merge).json["message"]?
        .string
    }
    #expect(
      await patch(1) == #"Gauge.example.org "a" is invalid: status: Invalid value: "": Maximum boundary value "#
        + "must be of type integer (default format) in n")
    await cluster.send(
      "PATCH", Paths.definitions + "/gauges.example.org",
      Self.definition(["a": ["type": "string", "enum": ["B"]]], ["n": ["type": "integer", "minimum": 0]]),
      type: Self.merge)
    #expect(
      await patch(-1) == #"Gauge.example.org "a" is invalid: status.n: Invalid value: -1: n in body should be "#
        + "greater than or equal to 0")
    #expect(await patch(1) == nil)
  }

  @Test("A manager whose first apply changes no field is recorded without a time")
  func unchangedApply() async {
    let cluster = await cluster(["a": ["type": "string"]])
    await cluster.apply(Self.path + "/a", gauge(["a": "x"]))
    let second = await cluster.send(
      "PATCH", Self.path + "/a?fieldManager=second", gauge(["a": "x"]), type: Self.apply)
    let owners = second.json[path: "metadata", "managedFields"]?.array ?? []
    #expect(owners.count == 2)
    for owner in owners { #expect((owner["time"] == nil) == (owner["manager"] == "second")) }
  }

  @Test("A number without a fraction is kept as an integer")
  func wholeFloats() async {
    let cluster = await cluster(["i": ["type": "integer"], "f": ["type": "number"]])
    let created = await cluster.send("POST", Self.path, gauge(["i": 1.0, "f": 2.0]))
    #expect(created.json["spec"] == ["i": 1, "f": 2])
    let changed = await cluster.send("PATCH", Self.path + "/a", ["spec": ["f": 2.5]], type: Self.merge)
    #expect(changed.json["spec"] == ["i": 1, "f": 2.5])
  }

  @Test("A definition with a format that the server does not know is taken with a warning, once")
  func unknownFormat() async {
    let cluster = await TestCluster()
    let definition = Self.definition(["a": ["type": "string", "format": "nonsense"]])
    let created = await cluster.send("POST", Paths.definitions, definition)
    #expect(created.header("Warning") == #"299 - "unrecognized format \"nonsense\"""#)
    let again = await cluster.apply(Paths.definitions + "/gauges.example.org", definition)
    #expect(again.status == 200)
    #expect(again.header("Warning") == nil)
  }

  @Test("A refused schema stands above the versions if all have it, and under its version otherwise")
  func refusedSchema() async {
    let cluster = await TestCluster()
    var definition = Self.definition(["a": [:]])
    func field(_ definition: JSONValue) async -> JSONValue? {
      let answer = await cluster.send("POST", Paths.definitions, definition)
      return answer.json[path: "details", "causes"]?.array?.first?["field"]
    }
    let place = "openAPIV3Schema.properties[spec].properties[a].type"
    #expect(await field(definition) == .string("spec.validation.\(place)"))
    var second = definition[path: "spec", "versions"]?.array?.first ?? [:]
    second["name"] = "v2"
    second["storage"] = false
    let first = definition[path: "spec", "versions"]?.array?.first ?? [:]
    second["schema"] = ["openAPIV3Schema": ["type": "object"]]
    definition["spec"]?["versions"] = [second, first]
    #expect(await field(definition) == .string("spec.versions[1].schema.\(place)"))
  }

  @Test("Of fields that a body has twice the last counts; they are named in a warning, and refused if asked to")
  func duplicateFields() async {
    let cluster = await cluster(["a": ["type": "string"], "l": ["type": "array", "items": ["type": "object"]]])
    func create(_ validation: String) async -> APIResponse {
      var request = APIRequest(
        "POST", Self.path + "?fieldValidation=\(validation)", headers: [("Authorization", "Bearer admin-token")])
      request.body =
        Array(
          #"{"apiVersion":"example.org/v1","kind":"Gauge","metadata":{"name":"a"},"spec":{"a":"{\"x\"}","z":1, "a" : "B","#
            .utf8)
        + Array(#""l":[{},{"x":1,"x":[{"y":2}]}],"b":1}}"#.utf8)
      return await cluster.server.handle(request)
    }
    let strict = await create("Strict")
    #expect(strict.status == 400)
    #expect(
      strict.json["message"]?.string
        == #"Gauge in version "v1" cannot be handled as a Gauge: strict decoding error: duplicate field "spec.a", "#
        + #"duplicate field "spec.l[1].x", unknown field "spec.b", unknown field "spec.l[1].x", unknown field "spec.z""#
    )
    let warned = await create("Warn")
    #expect(warned.status == 201)
    #expect(warned.json["spec"] == ["a": "B", "l": [[:], [:]]])
    #expect(warned.headers.filter { $0.name == "Warning" }.count == 5)
  }
}

extension JSONValue {
  fileprivate func merging(_ other: JSONValue) -> JSONValue {
    var result = self
    for (key, value) in other.object ?? [:] { result[key] = value }
    return result
  }
}
