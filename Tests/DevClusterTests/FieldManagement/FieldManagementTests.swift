// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import DevCluster

@Suite("Ownership of fields")
struct FieldManagementTests {
  private static let schema: StructuralSchema = {
    let text = """
      {"type":"object","properties":{
        "spec":{"type":"object","properties":{
          "a":{"type":"string"},"b":{"type":"string"},"free":{"x-kubernetes-preserve-unknown-fields":true},
          "one":{"type":"object","x-kubernetes-map-type":"atomic","properties":{"x":{"type":"integer"},"y":{"type":"integer"}}},
          "set":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}},
          "list":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],
            "items":{"type":"object","required":["name"],
              "properties":{"name":{"type":"string"},"v":{"type":"integer"}}}}}},
        "status":{"type":"object","properties":{"phase":{"type":"string"}}}}}
      """
    let value = (try? JSONParser.parse(text)) ?? .null
    return (try? StructuralSchema(openAPI: value))?.withObjectMembers ?? .anything
  }()

  private func object(_ spec: JSONValue) -> JSONValue {
    ["apiVersion": "v1", "kind": "Thing", "metadata": ["name": "t"], "spec": spec]
  }

  private func apply(
    _ live: JSONValue?, _ spec: JSONValue, by manager: String, force: Bool = false, at now: String = "t1"
  ) throws -> JSONValue {
    try FieldManagement.apply(
      live: live, applied: object(spec), manager: manager, apiVersion: "v1", force: force, schema: Self.schema, now: now
    ).object
  }

  private func update(_ live: JSONValue?, _ spec: JSONValue, by manager: String, at now: String = "t1") -> JSONValue {
    FieldManagement.update(
      live: live, new: object(spec), manager: manager, apiVersion: "v1", schema: Self.schema, now: now)
  }

  private func fields(_ object: JSONValue, of manager: String) -> JSONValue? {
    object[path: "metadata", "managedFields"]?.array?.first { $0["manager"] == .string(manager) }?["fieldsV1"]
  }

  @Test("an element goes with the last manager that applied it, and the order of the applied list holds")
  func listOrder() throws {
    var live = try apply(nil, ["list": [["name": "a"], ["name": "b"], ["name": "c"]]], by: "m")
    live = try apply(live, ["list": [["name": "x"], ["name": "b"]]], by: "n")
    live = try apply(live, ["list": [["name": "c"], ["name": "a"]]], by: "m")
    #expect(live[path: "spec", "list"] == [["name": "x"], ["name": "b"], ["name": "c"], ["name": "a"]])
    live = try apply(live, ["a": "only"], by: "n")
    #expect(live[path: "spec", "list"] == [["name": "c"], ["name": "a"]])
  }

  @Test("what another manager owns below a withdrawn element keeps the element")
  func sharedElement() throws {
    var live = try apply(nil, ["list": [["name": "a"]]], by: "m")
    live = try apply(live, ["list": [["name": "a", "v": 1]]], by: "n")
    live = try apply(live, ["a": "x"], by: "m")
    #expect(live["spec"] == ["a": "x", "list": [["name": "a", "v": 1]]])
  }

  @Test("what an updater set is not removed by an applier that never had it")
  func updaterKeeps() throws {
    var live = try apply(nil, ["a": "1"], by: "m")
    live = update(live, ["a": "1", "b": "2"], by: "u")
    live = try apply(live, ["a": "1"], by: "m")
    #expect(live["spec"] == ["a": "1", "b": "2"])
    #expect(fields(live, of: "u") == ["f:spec": ["f:b": [:]]])
  }

  @Test("atomic maps, sets and free-form values are owned as they are merged")
  func relations() throws {
    let live = try apply(
      nil, ["one": ["x": 1], "set": ["k"], "free": ["deep": ["list": [1]]]], by: "m")
    #expect(
      fields(live, of: "m") == [
        "f:spec": [
          "f:one": [:], "f:set": ["v:\"k\"": [:]],
          "f:free": ["f:deep": [".": [:], "f:list": [:]]],
        ]
      ])
    let next = try apply(live, ["one": ["y": 2], "set": ["l"], "free": ["other": 1]], by: "m")
    #expect(next["spec"] == ["one": ["y": 2], "set": ["l"], "free": ["other": 1]])
  }

  @Test("conflicts name every manager and field, those that update with their version")
  func conflicts() throws {
    var live = try apply(nil, ["a": "1"], by: "m")
    live = update(live, ["a": "1", "b": "2", "set": ["k"]], by: "u")
    let error = #expect(throws: ApplyError.self) {
      try apply(live, ["a": "x", "b": "y", "set": ["k"]], by: "n", at: "t2")
    }
    guard case .conflict(let conflict)? = error else {
      Issue.record("no conflict")
      return
    }
    let summary = "conflicts with \"m\":\n- .spec.a\nconflicts with \"u\" using v1:\n- .spec.b"
    #expect(conflict.message == "Apply failed with 2 conflicts: \(summary)")
    #expect(conflict.causes.map(\.message) == ["conflict with \"m\"", "conflict with \"u\" using v1"])
    #expect(conflict.causes.map(\.field) == [".spec.a", ".spec.b"])
    let forced = try apply(live, ["a": "x", "b": "y"], by: "n", force: true)
    #expect(fields(forced, of: "m") == nil)
    #expect(fields(forced, of: "u") == ["f:spec": ["f:set": [".": [:], "v:\"k\"": [:]]]])
  }

  @Test("the same value may be owned by many, and goes when the last one lets it go")
  func coOwners() throws {
    var live = try apply(nil, ["a": "1"], by: "m")
    live = try apply(live, ["a": "1"], by: "n")
    live = try apply(live, ["b": "2"], by: "m")
    #expect(live["spec"] == ["a": "1", "b": "2"])
    live = try apply(live, ["b": "2"], by: "n")
    #expect(live["spec"] == ["b": "2"])
  }

  @Test("an apply that changes nothing keeps object and time, and says so")
  func noOp() throws {
    let live = try apply(nil, ["a": "1"], by: "m")
    let (object, changed) = try FieldManagement.apply(
      live: live, applied: object(["a": "1"]), manager: "m", apiVersion: "v1", force: false, schema: Self.schema,
      now: "t2")
    #expect(object == live)
    #expect(!changed)
    #expect(
      try apply(live, ["a": "2"], by: "m", at: "t2")[path: "metadata", "managedFields"]?.array?.first?["time"] == "t2")
  }

  @Test("an update that changes nothing returns the live object")
  func updateNoOp() {
    let live = update(nil, ["a": "1"], by: "u")
    #expect(update(live, ["a": "1"], by: "w", at: "t2") == live)
  }

  @Test("an update takes over and gives up what it removed")
  func updateTakes() {
    var live = update(nil, ["a": "1", "b": "1"], by: "u")
    live = update(live, ["a": "2"], by: "w")
    #expect(fields(live, of: "u") == ["f:spec": [:]])
    #expect(fields(live, of: "w") == ["f:spec": ["f:a": [:]]])
  }

  @Test("a client may replace the bookkeeping, but not through a subresource")
  func givenManagers() {
    let live = update(nil, ["a": "1"], by: "u")
    var new = object(["a": "1"])
    new["metadata"]?["managedFields"] = [[:]]
    let reset = FieldManagement.update(
      live: live, new: new, manager: "w", apiVersion: "v1", schema: Self.schema, now: "t2")
    #expect(reset[path: "metadata", "managedFields"] == nil)
    let kept = FieldManagement.update(
      live: live, new: new, manager: "w", subresource: "status", apiVersion: "v1", schema: Self.schema, now: "t2")
    #expect(kept == live)
  }

  @Test("appliers stand first, then the older, then by name")
  func order() throws {
    var live = update(nil, ["a": "1"], by: "z", at: "t1")
    live = update(live, ["a": "1", "b": "2"], by: "u", at: "t2")
    live = try apply(live, ["set": ["l"]], by: "n", at: "t3")
    live = try apply(live, ["set": ["k"]], by: "m", at: "t3")
    let names = live[path: "metadata", "managedFields"]?.array?.compactMap { $0["manager"]?.string }
    #expect(names == ["m", "n", "z", "u"])
  }

  @Test("more than ten updaters are put together, the oldest first")
  func manyUpdaters() {
    var live: JSONValue?
    var list: [JSONValue] = []
    for index in 10..<22 {
      list.append(["name": .string("e\(index)")])
      live = update(live, ["list": .array(list)], by: "u\(index)", at: "t\(index)")
    }
    let names = live?[path: "metadata", "managedFields"]?.array?.compactMap { $0["manager"]?.string }
    #expect(names == ["ancient-changes"] + (13..<22).map { "u\($0)" })
    let owned = live.flatMap { fields($0, of: "ancient-changes") }
    #expect(owned?[path: "f:spec", "f:list"]?.object?.count == 4)
  }

  @Test("what an endpoint cannot write is neither applied nor owned")
  func ignoring() throws {
    var applied = object(["a": "1"])
    applied["status"] = ["phase": "Ready"]
    let rules = TypeRules.custom(Self.schema, hasStatusSubresource: true)
    let main = try FieldManagement.apply(
      live: nil, applied: applied, manager: "m", apiVersion: "v1", force: false, schema: Self.schema,
      ignoring: rules.resetFields(subresource: nil), now: "t1"
    ).object
    #expect(main["status"] == nil)
    #expect(fields(main, of: "m") == ["f:spec": ["f:a": [:]]])
    let status = try FieldManagement.apply(
      live: main, applied: applied, manager: "m", subresource: "status", apiVersion: "v1", force: false,
      schema: Self.schema, ignoring: rules.resetFields(subresource: "status"), now: "t1"
    ).object
    let entries = status[path: "metadata", "managedFields"]?.array ?? []
    #expect(entries.map { $0["subresource"] } == [nil, "status"])
    #expect(entries.last?["fieldsV1"] == ["f:status": ["f:phase": [:]]])
  }

  @Test(
    "an object that does not fit its schema is refused with the path",
    arguments: [
      (["nope": 1], ".spec.nope: field not declared in schema"),
      (["a": 1], ".spec.a: expected string, got 1"),
      (["list": ["v": 1]], #".spec.list: expected list, got {"v":1}"#),
      (["one": "x"], ".spec.one: expected map, got x"),
      (
        ["list": [["v": 1]]],
        ".spec.list: element 0: associative list with keys has an element that omits key field "
          + "\"name\" (and doesn't have default value)"
      ),
      (["list": [["name": "a", "v": "x"]]], #".spec.list[name="a"].v: expected numeric (int or float), got string"#),
      (["set": ["k", "k"]], #".spec.set: duplicate entries for key [="k"]"#),
    ] as [(JSONValue, String)])
  func untyped(_ spec: JSONValue, _ detail: String) {
    let error = #expect(throws: ApplyError.self) { try apply(nil, spec, by: "m", force: true) }
    #expect(error == .untyped(message: "failed to create typed patch object (/t; v1, Kind=Thing): \(detail)"))
  }
}
